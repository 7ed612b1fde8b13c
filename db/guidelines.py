"""Guidelines, their frozen versions, and the county's decisions."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col, select

from db.types import Instant, Word, json_type, name_type, words
from db.vocabulary import ChangeKind, Outcome


class CountyDecision(SQLModel, table=True):
    """What a body of the county decided on a proposal, or on the first texts."""

    __tablename__ = "county_decision"
    __table_args__ = (words("outcome", Outcome),)

    id: str = Field(primary_key=True, max_length=36)
    proposal_id: str | None = Field(default=None, foreign_key="proposal.id", max_length=36, unique=True)
    organisation: str = Field(foreign_key="organisation.code", sa_type=name_type(4), index=True)
    outcome: Outcome = Field(sa_type=Word(Outcome))
    body: str = Field(max_length=200)
    decided_on: date
    paragraph: str | None = Field(default=None, max_length=40)
    record_number: str | None = Field(default=None, max_length=80)
    reason: str
    override_reason: str | None = None
    in_force_from: date | None = None
    recorded_at: datetime = Field(sa_type=Instant)


class Guideline(SQLModel, table=True):
    """A steering document, whatever its versions say."""

    __tablename__ = "guideline"
    __table_args__ = (
        sa.UniqueConstraint("number", name="uq_guideline_number"),
        sa.CheckConstraint("number > 0", name="number"),
    )

    id: str = Field(primary_key=True, sa_type=name_type())
    number: int
    revision: int
    repealed_from: date | None = None
    changed_at: datetime = Field(sa_type=Instant)


class GuidelineVersion(SQLModel, table=True):
    """One frozen text of a guideline."""

    __tablename__ = "guideline_version"
    __table_args__ = (
        words("change_kind", ChangeKind),
        sa.CheckConstraint("major > 0 AND minor >= 0", name="number"),
    )

    guideline_id: str = Field(primary_key=True, foreign_key="guideline.id", sa_type=name_type())
    major: int = Field(primary_key=True)
    minor: int = Field(primary_key=True)
    change_kind: ChangeKind = Field(sa_type=Word(ChangeKind))
    change_note: dict[str, str] = Field(sa_type=json_type())
    in_force_from: date
    published_at: datetime = Field(sa_type=Instant)
    content: dict[str, Any] = Field(sa_type=json_type())
    content_hash: str = Field(max_length=71)
    county_decision_id: str = Field(foreign_key="county_decision.id", max_length=36, index=True)

    @property
    def number(self) -> str:
        return f"{self.major}.{self.minor}"


class VersionHead(NamedTuple):
    """What is asked of a version in lists: everything but its text."""

    guideline_id: str
    number: str
    in_force_from: date
    published_at: datetime
    title: dict[str, str]
    terms: list[str]


def guidelines(session: Session) -> list[Guideline]:
    return list(session.exec(select(Guideline).order_by(col(Guideline.number))))


def guidelines_begun(session: Session, day: date) -> list[Guideline]:
    """List those whose first version is in force by a day, by number, repealed since or not."""
    begun = select(GuidelineVersion.guideline_id).where(GuidelineVersion.in_force_from <= day)
    query = select(Guideline).where(col(Guideline.id).in_(begun))
    return list(session.exec(query.order_by(col(Guideline.number))))


def find_guideline(session: Session, guideline_id: str) -> Guideline | None:
    return session.get(Guideline, guideline_id)


def lock_guideline(session: Session, guideline_id: str) -> Guideline | None:
    query = select(Guideline).where(Guideline.id == guideline_id).with_for_update()
    return session.exec(query).one_or_none()


def guideline_versions(session: Session, guideline_ids: Sequence[str] | None = None) -> list[GuidelineVersion]:
    """List versions, of some guidelines or of all, oldest first in each."""
    query = select(GuidelineVersion)
    if guideline_ids is not None:
        query = query.where(col(GuidelineVersion.guideline_id).in_(guideline_ids))
    return list(
        session.exec(
            query.order_by(
                col(GuidelineVersion.guideline_id),
                col(GuidelineVersion.major),
                col(GuidelineVersion.minor),
            )
        )
    )


def version_heads(session: Session) -> list[VersionHead]:
    """List what all versions are called and cite, oldest first in each guideline; no texts are read."""
    content = col(GuidelineVersion.content)
    query = sa.select(
        col(GuidelineVersion.guideline_id),
        col(GuidelineVersion.major),
        col(GuidelineVersion.minor),
        col(GuidelineVersion.in_force_from),
        col(GuidelineVersion.published_at),
        content["title"],
        content["terms"],
    ).order_by(col(GuidelineVersion.guideline_id), col(GuidelineVersion.major), col(GuidelineVersion.minor))
    return [
        VersionHead(guideline_id, f"{major}.{minor}", *others)
        for guideline_id, major, minor, *others in session.execute(query)
    ]


def county_decisions(session: Session, ids: Sequence[str]) -> dict[str, CountyDecision]:
    query = select(CountyDecision).where(col(CountyDecision.id).in_(ids))
    return {decision.id: decision for decision in session.exec(query)}


def joint_decisions(session: Session) -> dict[tuple[str, str], date]:
    """Tell on which day each version, by its guideline and number, was decided."""
    query = sa.select(
        col(GuidelineVersion.guideline_id),
        col(GuidelineVersion.major),
        col(GuidelineVersion.minor),
        col(CountyDecision.decided_on),
    ).join(CountyDecision, col(CountyDecision.id) == col(GuidelineVersion.county_decision_id))
    return {(name, f"{major}.{minor}"): decided_on for name, major, minor, decided_on in session.execute(query)}


def decision_on(session: Session, proposal_id: str) -> CountyDecision | None:
    """Find the county's decision on a proposal."""
    query = select(CountyDecision).where(CountyDecision.proposal_id == proposal_id)
    return session.exec(query).one_or_none()


def decisions_on(session: Session, proposal_ids: Sequence[str]) -> dict[str, CountyDecision]:
    """Give the county's decisions on proposals, by proposal."""
    query = select(CountyDecision).where(col(CountyDecision.proposal_id).in_(proposal_ids))
    return {str(decision.proposal_id): decision for decision in session.exec(query)}


def highest_number(session: Session) -> int:
    return session.execute(select(sa.func.max(col(Guideline.number)))).scalar() or 0
