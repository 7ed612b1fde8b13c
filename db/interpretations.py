"""How municipalities read terms: append-only, the newest revision is what counts."""

from collections.abc import Iterable
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col, select
from sqlmodel.sql.expression import SelectOfScalar

from db.types import Instant, Word, json_type, name_type, words
from db.vocabulary import Alignment


class Interpretation(SQLModel, table=True):
    """One revision of how a municipality reads a term; one without an alignment withdraws the one before."""

    __tablename__ = "interpretation"
    __table_args__ = (
        sa.ForeignKeyConstraint(
            ["term_id", "term_version"],
            ["term_version.term_id", "term_version.number"],
            name="fk_interpretation_term_version",
        ),
        words("alignment", Alignment),
        sa.CheckConstraint("revision > 0", name="revision"),
        sa.CheckConstraint(
            "(alignment IS NULL) = (term_version IS NULL)"
            " AND (alignment IS NOT NULL OR (wording IS NULL AND reason IS NULL))",
            name="whole",
        ),
        sa.Index(None, "term_id"),
    )

    municipality: str = Field(primary_key=True, foreign_key="organisation.code", sa_type=name_type(4))
    term_id: str = Field(primary_key=True, foreign_key="term.id", sa_type=name_type())
    revision: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    alignment: Alignment | None = Field(default=None, sa_type=Word(Alignment))
    term_version: str | None = Field(default=None, max_length=16)
    wording: dict[str, str] | None = Field(default=None, sa_type=json_type())
    reason: str | None = None
    recorded_at: datetime = Field(sa_type=Instant)


def newest_interpretation(session: Session, municipality: str, term_id: str) -> Interpretation | None:
    """Load the newest revision, be it a withdrawal."""
    return session.exec(_revisions(municipality, term_id).limit(1)).one_or_none()


def interpretation_revisions(session: Session, municipality: str, term_id: str) -> list[Interpretation]:
    """List all revisions, newest first, withdrawals too."""
    return list(session.exec(_revisions(municipality, term_id)))


def standing_interpretations(session: Session, term_ids: Iterable[str] | None = None) -> list[Interpretation]:
    """List what municipalities say now, of all terms or of some, by one statement."""
    newest = select(
        Interpretation.municipality,
        Interpretation.term_id,
        sa.func.max(Interpretation.revision).label("revision"),
    ).group_by(col(Interpretation.municipality), col(Interpretation.term_id))
    if term_ids is not None:
        newest = newest.where(col(Interpretation.term_id).in_(list(term_ids)))
    last = newest.subquery()
    query = select(Interpretation).join(
        last,
        sa.and_(
            col(Interpretation.municipality) == last.c.municipality,
            col(Interpretation.term_id) == last.c.term_id,
            col(Interpretation.revision) == last.c.revision,
        ),
    )
    return list(session.exec(query.where(col(Interpretation.alignment).is_not(None))))


def has_interpretations(session: Session) -> bool:
    """Tell whether any municipality has ever recorded how it reads a term."""
    return session.exec(select(Interpretation.revision).limit(1)).first() is not None


def _revisions(municipality: str, term_id: str) -> SelectOfScalar[Interpretation]:
    query = select(Interpretation).where(Interpretation.municipality == municipality, Interpretation.term_id == term_id)
    return query.order_by(col(Interpretation.revision).desc())
