"""How far municipalities have come with the introduction of guidelines: append-only, the newest revision counts."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from db.types import Instant, json_type, name_type


class Readiness(SQLModel, table=True):
    """One revision of what a municipality says of a guideline version's introduction prerequisites."""

    __tablename__ = "readiness"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["guideline_id", "major", "minor"],
            ["guideline_version.guideline_id", "guideline_version.major", "guideline_version.minor"],
            name="fk_readiness_version",
        ),
        sa.CheckConstraint("revision > 0", name="revision"),
        sa.Index(None, "guideline_id", "major", "minor"),
    )

    municipality: str = Field(primary_key=True, foreign_key="organisation.code", sa_type=name_type(4))
    guideline_id: str = Field(primary_key=True, sa_type=name_type())
    revision: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    major: int
    minor: int
    items: list[dict[str, Any]] = Field(sa_type=json_type())
    needs_help_with: list[str] = Field(sa_type=json_type())
    can_help_with: list[str] = Field(sa_type=json_type())
    recorded_at: datetime = Field(sa_type=Instant)

    @property
    def version(self) -> str:
        return f"{self.major}.{self.minor}"


def newest_readiness(session: Session, municipality: str, guideline_id: str) -> Readiness | None:
    """Load what a municipality says now of a guideline."""
    return session.exec(_revisions(municipality, guideline_id).limit(1)).one_or_none()


def readiness_revisions(session: Session, municipality: str, guideline_id: str) -> list[Readiness]:
    """List all that it has said, newest first."""
    return list(session.exec(_revisions(municipality, guideline_id)))


def standing_readiness(session: Session, municipality: str | None = None) -> list[Readiness]:
    """List what municipalities say now, of all guidelines, by one statement; of one municipality or of all."""
    newest = select(
        Readiness.municipality, Readiness.guideline_id, sa.func.max(Readiness.revision).label("revision")
    ).group_by(col(Readiness.municipality), col(Readiness.guideline_id))
    if municipality is not None:
        newest = newest.where(Readiness.municipality == municipality)
    last = newest.subquery()
    query = select(Readiness).join(
        last,
        sa.and_(
            col(Readiness.municipality) == last.c.municipality,
            col(Readiness.guideline_id) == last.c.guideline_id,
            col(Readiness.revision) == last.c.revision,
        ),
    )
    return list(session.exec(query.order_by(col(Readiness.guideline_id), col(Readiness.municipality))))


def _revisions(municipality: str, guideline_id: str) -> SelectOfScalar[Readiness]:
    query = select(Readiness).where(Readiness.municipality == municipality, Readiness.guideline_id == guideline_id)
    return query.order_by(col(Readiness.revision).desc())
