"""Proposals: the working text, and each text that was submitted."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col, select

from db.types import Instant, Word, json_type, name_type, words
from db.vocabulary import ChangeKind, ProposalAction, ProposalStatus, TargetType

OPEN = (
    ProposalStatus.DRAFT,
    ProposalStatus.SUBMITTED,
    ProposalStatus.ON_CONSULTATION,
    ProposalStatus.CLOSED,
    ProposalStatus.RETURNED,
)
# How many like proposals are told of, and among how many a like word is looked for.
_MOST_LIKE = 20
_MOST_CREATIONS = 1_000


class Proposal(SQLModel, table=True):
    """A suggested change; its text here is the organisation's working text."""

    __tablename__ = "proposal"
    __table_args__ = (
        words("target_type", TargetType),
        words("action", ProposalAction),
        words("status", ProposalStatus),
        words("change_kind", ChangeKind),
        sa.CheckConstraint("(action = 'create') = (base_version IS NULL)", name="base_version"),
        sa.UniqueConstraint("reserved_number", name="uq_proposal_reserved_number"),
        sa.Index(
            "uq_proposal_open_create",
            "target_type",
            "target_id",
            unique=True,
            sqlite_where=sa.text("action = 'create' AND closed_at IS NULL"),
            postgresql_where=sa.text("action = 'create' AND closed_at IS NULL"),
        ),
        sa.Index(None, "target_type", "target_id"),
        sa.Index(None, "organisation", "status"),
    )

    id: str = Field(primary_key=True, max_length=36)
    organisation: str = Field(foreign_key="organisation.code", sa_type=name_type(4))
    author: str = Field(max_length=64)
    # Others of the organisation who have changed its text.
    editors: list[str] = Field(default_factory=list, sa_type=json_type(), sa_column_kwargs={"server_default": "[]"})
    target_type: TargetType = Field(sa_type=Word(TargetType))
    target_id: str = Field(sa_type=name_type())
    action: ProposalAction = Field(sa_type=Word(ProposalAction))
    base_version: str | None = Field(default=None, max_length=16)
    # What the text was written on before it was merged onto `base_version`.
    rebased_from: str | None = Field(default=None, max_length=16)
    reserved_number: int | None = None
    change_kind: ChangeKind = Field(sa_type=Word(ChangeKind))
    title: str = Field(max_length=200)
    reason: str
    content: dict[str, Any] | None = Field(default=None, sa_type=json_type())
    replaced_by: str | None = Field(default=None, sa_type=name_type())
    status: ProposalStatus = Field(sa_type=Word(ProposalStatus))
    status_reason: str | None = None
    revision: int
    # The revision and the instant that the public knows: edits of a returned text move neither.
    public_revision: int = 0
    public_changed_at: datetime | None = Field(default=None, sa_type=Instant)
    submissions: int = 0
    published_version: str | None = Field(default=None, max_length=16)
    created_at: datetime = Field(sa_type=Instant)
    changed_at: datetime = Field(sa_type=Instant)
    closed_at: datetime | None = Field(default=None, sa_type=Instant)


class ProposalSubmission(SQLModel, table=True):
    """A text as it was submitted: what the public sees of a proposal."""

    __tablename__ = "proposal_submission"
    __table_args__ = (words("change_kind", ChangeKind),)

    proposal_id: str = Field(primary_key=True, foreign_key="proposal.id", max_length=36)
    number: int = Field(primary_key=True)
    base_version: str | None = Field(default=None, max_length=16)
    rebased_from: str | None = Field(default=None, max_length=16)
    change_kind: ChangeKind = Field(sa_type=Word(ChangeKind))
    title: str = Field(max_length=200)
    reason: str
    content: dict[str, Any] | None = Field(default=None, sa_type=json_type())
    replaced_by: str | None = Field(default=None, sa_type=name_type())
    content_hash: str = Field(max_length=71)
    submitted_at: datetime = Field(sa_type=Instant)


def find_proposal(session: Session, proposal_id: str) -> Proposal | None:
    return session.get(Proposal, proposal_id)


def proposals_of(session: Session, organisation: str, proposal_ids: Collection[str]) -> list[Proposal]:
    """Give those of some proposals that an organisation has made."""
    query = select(Proposal).where(Proposal.organisation == organisation, col(Proposal.id).in_(proposal_ids))
    return list(session.exec(query)) if proposal_ids else []


def lock_proposal(session: Session, proposal_id: str) -> Proposal | None:
    query = select(Proposal).where(Proposal.id == proposal_id).with_for_update()
    return session.exec(query).one_or_none()


def last_submissions(session: Session, proposals: Sequence[Proposal]) -> dict[str, ProposalSubmission]:
    """Give the newest submitted text of each proposal that has one, by one statement."""
    keys = [(proposal.id, proposal.submissions) for proposal in proposals if proposal.submissions]
    query = select(ProposalSubmission).where(
        sa.tuple_(col(ProposalSubmission.proposal_id), col(ProposalSubmission.number)).in_(keys)
    )
    return {submission.proposal_id: submission for submission in session.exec(query)}


def titles_of(session: Session, ids: Collection[str]) -> dict[str, str]:
    """Give the titles under which proposals were submitted last."""
    found = session.exec(select(Proposal).where(col(Proposal.id).in_(ids))).all() if ids else []
    return {proposal_id: text.title for proposal_id, text in last_submissions(session, found).items()}


def proposals_on(session: Session, target_type: TargetType, target_id: str) -> list[str]:
    """List the ids of the proposals on a target."""
    query = select(Proposal.id).where(Proposal.target_type == target_type, Proposal.target_id == target_id)
    return list(session.exec(query))


def page_of_submissions(
    session: Session, proposal_id: str, *, offset: int, limit: int
) -> tuple[list[ProposalSubmission], int]:
    """List the texts that a proposal was submitted with, newest first, and count them."""
    query = select(ProposalSubmission).where(ProposalSubmission.proposal_id == proposal_id)
    total = session.execute(select(sa.func.count()).select_from(query.subquery())).scalar_one()
    rows = session.exec(query.order_by(col(ProposalSubmission.number).desc()).offset(offset).limit(limit))
    return list(rows), total


def find_submission(session: Session, proposal_id: str, number: int) -> ProposalSubmission | None:
    return session.get(ProposalSubmission, (proposal_id, number))


def page_of_proposals(  # noqa: PLR0913  (one argument a filter)
    session: Session,
    reader: str | None,
    *,
    offset: int,
    limit: int,
    status: ProposalStatus | None = None,
    target_type: TargetType | None = None,
    target_id: str | None = None,
    organisation: str | None = None,
) -> tuple[list[Proposal], int]:
    """List what one reader may see, newest first, and count it; reader None is the public."""
    visible = col(Proposal.submissions) > 0
    if reader is not None:
        visible = sa.or_(visible, col(Proposal.organisation) == reader)
    query = select(Proposal).where(visible)
    for column, wanted in (
        (col(Proposal.status), status),
        (col(Proposal.target_type), target_type),
        (col(Proposal.target_id), target_id),
        (col(Proposal.organisation), organisation),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    total = session.execute(select(sa.func.count()).select_from(query.subquery())).scalar_one()
    rows = session.exec(
        query.order_by(col(Proposal.created_at).desc(), col(Proposal.id).desc()).offset(offset).limit(limit)
    )
    return list(rows), total


def open_creation(session: Session, target_type: TargetType, target_id: str) -> Proposal | None:
    """Find the open proposal that wants this slug."""
    return session.exec(
        select(Proposal).where(
            Proposal.target_type == target_type,
            Proposal.target_id == target_id,
            Proposal.action == ProposalAction.CREATE,
            col(Proposal.closed_at).is_(None),
        )
    ).one_or_none()


def like_proposals(
    session: Session, target_type: TargetType, target_ids: Collection[str], reader: str, besides: str
) -> list[Proposal]:
    """List what one reader may see of the open and rejected proposals on some targets, newest first."""
    query = select(Proposal).where(
        Proposal.target_type == target_type,
        col(Proposal.target_id).in_(target_ids),
        col(Proposal.status).in_((*OPEN, ProposalStatus.REJECTED)),
        sa.or_(col(Proposal.submissions) > 0, col(Proposal.organisation) == reader),
        col(Proposal.id) != besides,
    )
    newest_first = query.order_by(col(Proposal.created_at).desc(), col(Proposal.id).desc())
    return list(session.exec(newest_first.limit(_MOST_LIKE)))


def words_of_creations(session: Session) -> list[tuple[str, list[dict[str, str]]]]:
    """List (target id, labels) of the newest new terms that were submitted and are open or were rejected."""
    submitted = sa.and_(
        col(ProposalSubmission.proposal_id) == col(Proposal.id),
        col(ProposalSubmission.number) == col(Proposal.submissions),
    )
    query = (
        sa.select(col(Proposal.target_id), col(ProposalSubmission.content)["labels"])
        .join(ProposalSubmission, submitted)
        .where(
            col(Proposal.target_type) == TargetType.TERM,
            col(Proposal.action) == ProposalAction.CREATE,
            col(Proposal.status).in_((*OPEN, ProposalStatus.REJECTED)),
        )
        .order_by(col(Proposal.created_at).desc())
        .limit(_MOST_CREATIONS)
    )
    return [(target_id, labels) for target_id, labels in session.execute(query)]


def highest_reserved_number(session: Session) -> int:
    return session.execute(select(sa.func.max(col(Proposal.reserved_number)))).scalar() or 0
