"""Municipal decisions, every revision kept."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col, select

from db.types import Instant, Word, json_type, name_type, words
from db.vocabulary import BodyType, DecisionKind

# So many ids go into one statement: databases take some tens of thousands.
_MANY = 1_000


class Decision(SQLModel, table=True):
    """A decision as its newest source revision tells it; id is a UUIDv5 of its address.

    A retracted one keeps its address and revision only, so that an older record that comes late
    changes nothing, and the row is the same in whatever order the two came.
    """

    __tablename__ = "decision"
    __table_args__ = (
        words("kind", DecisionKind),
        words("body_type", BodyType),
        sa.UniqueConstraint("municipality", "source", "external_id", name="uq_decision_municipality_source_external"),
        sa.ForeignKeyConstraint(
            ["guideline_id", "major", "minor"],
            ["guideline_version.guideline_id", "guideline_version.major", "guideline_version.minor"],
            name="fk_decision_version",
        ),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name="validity"),
        sa.CheckConstraint("source_revision >= 0", name="source_revision"),
        sa.CheckConstraint(
            "retracted OR (guideline_id IS NOT NULL AND major IS NOT NULL AND minor IS NOT NULL"
            " AND kind IS NOT NULL AND body_type IS NOT NULL AND body IS NOT NULL"
            " AND decided_on IS NOT NULL AND valid_from IS NOT NULL)",
            name="whole",
        ),
        sa.Index(None, "guideline_id", "major", "minor"),
    )

    id: str = Field(primary_key=True, max_length=36)
    municipality: str = Field(foreign_key="organisation.code", sa_type=name_type(4))
    source: str = Field(sa_type=name_type())
    external_id: str = Field(sa_type=name_type())
    source_revision: int = Field(sa_type=sa.BigInteger)
    body_hash: str = Field(max_length=71)
    retracted: bool
    guideline_id: str | None = Field(default=None, sa_type=name_type())
    major: int | None = None
    minor: int | None = None
    kind: DecisionKind | None = Field(default=None, sa_type=Word(DecisionKind))
    body_type: BodyType | None = Field(default=None, sa_type=Word(BodyType))
    body: str | None = Field(default=None, max_length=200)
    decided_on: date | None = None
    paragraph: str | None = Field(default=None, max_length=40)
    record_number: str | None = Field(default=None, max_length=80)
    valid_from: date | None = None
    valid_until: date | None = None
    legal_force_on: date | None = None
    review_due: date | None = None
    minutes_url: str | None = Field(default=None, max_length=2000)
    reason: str | None = None
    deviations: list[dict[str, Any]] = Field(sa_type=json_type())
    content_hash: str | None = Field(default=None, max_length=71)
    changed_at: datetime = Field(sa_type=Instant)


class DecisionRevision(SQLModel, table=True):
    """What a source said at one of its revisions, word for word."""

    __tablename__ = "decision_revision"

    decision_id: str = Field(primary_key=True, foreign_key="decision.id", max_length=36)
    source_revision: int = Field(primary_key=True, sa_type=sa.BigInteger, sa_column_kwargs={"autoincrement": False})
    record: dict[str, Any] = Field(sa_type=json_type())
    recorded_at: datetime = Field(sa_type=Instant)


def find_decision(session: Session, municipality: str, source: str, external_id: str) -> Decision | None:
    return session.exec(
        select(Decision).where(
            Decision.municipality == municipality,
            Decision.source == source,
            Decision.external_id == external_id,
        )
    ).one_or_none()


def find_decisions(session: Session, ids: Sequence[str]) -> list[Decision]:
    """Find decisions by their ids, by one statement for each thousand."""
    parts = (ids[start : start + _MANY] for start in range(0, len(ids), _MANY))
    return [row for part in parts for row in session.exec(select(Decision).where(col(Decision.id).in_(part)))]


def revisions_of(session: Session, decision_id: str) -> list[DecisionRevision]:
    """List what the source has said of a decision, the newest first."""
    query = select(DecisionRevision).where(DecisionRevision.decision_id == decision_id)
    return list(session.exec(query.order_by(col(DecisionRevision.source_revision).desc())))


def decisions_in_force_order(
    session: Session, municipalities: Sequence[str] | None = None, guideline: str | None = None
) -> list[Decision]:
    """List decisions that stand, in the order in which they count, never that of arrival."""
    query = select(Decision).where(col(Decision.retracted).is_(False))
    if municipalities is not None:
        query = query.where(col(Decision.municipality).in_(municipalities))
    if guideline is not None:
        query = query.where(Decision.guideline_id == guideline)
    return list(
        session.exec(
            query.order_by(
                col(Decision.decided_on),
                col(Decision.valid_from),
                col(Decision.source),
                col(Decision.external_id),
            )
        )
    )


def decision_rows(session: Session, municipalities: Collection[str] | None = None) -> Sequence[Any]:
    """List what counts of the decisions that stand, as bare rows: a county's sixty thousand are quick."""
    names = (
        *("id", "municipality", "guideline_id", "major", "minor", "kind", "decided_on", "valid_from", "valid_until"),
        *("legal_force_on", "source", "external_id", "body_type"),
    )
    query = sa.select(*(getattr(Decision, name) for name in names))
    query = query.where(col(Decision.retracted).is_(False))
    if municipalities is not None:
        query = query.where(col(Decision.municipality).in_(municipalities))
    return session.execute(query).all()


def page_of_decisions(session: Session, municipality: str, offset: int, limit: int) -> tuple[list[Decision], int]:
    """List a municipality's decisions, newest first, retracted ones too, and count them."""
    query = select(Decision).where(Decision.municipality == municipality)
    total = session.execute(select(sa.func.count()).select_from(query.subquery())).scalar_one()
    rows = session.exec(
        query.order_by(
            col(Decision.decided_on).desc().nulls_last(),
            col(Decision.valid_from).desc().nulls_last(),
            col(Decision.source),
            col(Decision.external_id),
        )
        .offset(offset)
        .limit(limit)
    )
    return list(rows), total


def has_decisions_from(session: Session, source: str) -> bool:
    """Tell whether any decision that stands came from a source."""
    query = select(Decision.id).where(Decision.source == source, col(Decision.retracted).is_(False)).limit(1)
    return session.exec(query).first() is not None
