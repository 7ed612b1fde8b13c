"""Trusted issuers: whose tokens speak for which organisation."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col, select

from db.types import Instant, json_type, name_type


class TrustedIssuer(SQLModel, table=True):
    """An issuer outside this installation, which speaks for one organisation; rows are disabled, never deleted."""

    __tablename__ = "issuer"
    __table_args__ = (
        sa.UniqueConstraint("issuer", name="uq_issuer_issuer"),
        sa.CheckConstraint("max_lifetime > 0", name="max_lifetime"),
    )

    id: str = Field(primary_key=True, max_length=36)
    organisation: str = Field(foreign_key="organisation.code", sa_type=name_type(4), index=True)
    issuer: str = Field(sa_type=name_type(255))
    jwks_uri: str | None = Field(default=None, max_length=500)
    audience: str = Field(max_length=255)
    algorithms: list[str] = Field(sa_type=json_type())
    role_claim: str = Field(max_length=200)
    role_map: dict[str, str] = Field(sa_type=json_type())
    org_number: str | None = Field(default=None, max_length=10)
    max_lifetime: int
    revision: int = 1
    created_at: datetime = Field(sa_type=Instant)
    changed_at: datetime = Field(sa_type=Instant)
    disabled_at: datetime | None = Field(default=None, sa_type=Instant)


def find_issuer(session: Session, issuer_id: str) -> TrustedIssuer | None:
    return session.get(TrustedIssuer, issuer_id)


def lock_issuer(session: Session, issuer_id: str) -> TrustedIssuer | None:
    return session.get(TrustedIssuer, issuer_id, with_for_update=True)


def page_of_issuers(
    session: Session, organisation: str | None, *, offset: int, limit: int
) -> tuple[list[TrustedIssuer], int]:
    """List issuers, of one organisation or of all, newest first, and count them."""
    query = select(TrustedIssuer)
    if organisation is not None:
        query = query.where(TrustedIssuer.organisation == organisation)
    total = session.execute(select(sa.func.count()).select_from(query.subquery())).scalar_one()
    newest_first = query.order_by(col(TrustedIssuer.created_at).desc(), col(TrustedIssuer.id).desc())
    return list(session.exec(newest_first.offset(offset).limit(limit))), total


def enabled_issuers(session: Session) -> list[TrustedIssuer]:
    return list(session.exec(select(TrustedIssuer).where(col(TrustedIssuer.disabled_at).is_(None))))


def changes_of_issuers(session: Session) -> int:
    """Count all changes ever made: no row is deleted and each change raises a revision, so that the sum only grows."""
    return int(session.execute(select(sa.func.coalesce(sa.func.sum(TrustedIssuer.revision), 0))).scalar_one())
