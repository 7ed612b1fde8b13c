"""Municipalities and the counties' secretariats: the tenants."""

from collections.abc import Collection

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col, select

from db.types import Word, name_type, words
from db.vocabulary import OrganisationKind


class Organisation(SQLModel, table=True):
    """A municipality (four digits, SCB) or a county's secretariat (two digits)."""

    __tablename__ = "organisation"
    __table_args__ = (
        words("kind", OrganisationKind),
        sa.CheckConstraint(
            "(kind = 'county' AND length(code) = 2 AND county_code = code)"
            " OR (kind = 'municipality' AND length(code) = 4 AND county_code = substr(code, 1, 2))",
            name="code_fits_kind",
        ),
        sa.Index(None, "county_code"),
    )

    code: str = Field(primary_key=True, sa_type=name_type(4))
    kind: OrganisationKind = Field(sa_type=Word(OrganisationKind))
    name: str = Field(max_length=100)
    county_code: str = Field(sa_type=name_type(2))


def find_organisation(session: Session, code: str) -> Organisation | None:
    return session.get(Organisation, code)


def lock_organisation(session: Session, code: str) -> Organisation | None:
    """Wait for the turn to change what is the organisation's own; rows may refer to it meanwhile."""
    return session.get(Organisation, code, with_for_update={"key_share": True})


def municipalities(session: Session, county: str | None = None) -> list[Organisation]:
    """List the municipalities, of one county or of all, by code."""
    query = select(Organisation).where(Organisation.kind == OrganisationKind.MUNICIPALITY)
    if county is not None:
        query = query.where(Organisation.county_code == county)
    return list(session.exec(query.order_by(col(Organisation.code))))


def names_of(session: Session, codes: Collection[str]) -> dict[str, str]:
    """Give the names of organisations, by code."""
    query = sa.select(col(Organisation.code), col(Organisation.name)).where(col(Organisation.code).in_(codes))
    return {row.code: row.name for row in session.execute(query)}


def organisation_codes(session: Session) -> set[str]:
    return set(session.exec(select(Organisation.code)))
