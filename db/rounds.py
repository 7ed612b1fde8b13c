"""Referral rounds, and what each invited organisation has answered."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col, select

from db.proposals import Proposal, ProposalSubmission
from db.types import Instant, Word, json_type, name_type, words
from db.vocabulary import DecisionRule, Position, ProposalAction, TargetType


class ReferralRound(SQLModel, table=True):
    """One referral of a submitted text; its number counts from 1 in each proposal."""

    __tablename__ = "referral_round"
    __table_args__ = (
        words("decision_rule", DecisionRule),
        sa.CheckConstraint("number > 0 AND quorum > 0", name="counted"),
        sa.CheckConstraint("closes_on >= opens_on", name="closing_day"),
        sa.ForeignKeyConstraint(
            ["proposal_id", "submission"],
            ["proposal_submission.proposal_id", "proposal_submission.number"],
            name="fk_referral_round_submission",
        ),
        sa.Index(
            "uq_referral_round_open",
            "proposal_id",
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        ),
    )

    proposal_id: str = Field(primary_key=True, foreign_key="proposal.id", max_length=36)
    number: int = Field(primary_key=True)
    # The text that is referred, and its hash as it was told to those who answer.
    submission: int
    content_hash: str = Field(max_length=71)
    opens_on: date
    closes_on: date
    closed_at: datetime | None = Field(default=None, sa_type=Instant)
    close_reason: str | None = None
    invited: list[str] = Field(sa_type=json_type())
    decision_rule: DecisionRule = Field(sa_type=Word(DecisionRule))
    quorum: int
    message: str | None = None
    extensions: list[dict[str, Any]] = Field(default_factory=list, sa_type=json_type())
    revision: int = 1


class Statement(SQLModel, table=True):
    """One official answer; an organisation's later one supersedes it, and it stays as it was."""

    __tablename__ = "statement"
    __table_args__ = (
        words("position", Position),
        sa.CheckConstraint("position = 'support' OR reason IS NOT NULL", name="reason"),
        sa.ForeignKeyConstraint(
            ["proposal_id", "round_number"],
            ["referral_round.proposal_id", "referral_round.number"],
            name="fk_statement_round",
        ),
        sa.UniqueConstraint("id", name="uq_statement_id"),
    )

    proposal_id: str = Field(primary_key=True, max_length=36)
    round_number: int = Field(primary_key=True)
    organisation: str = Field(primary_key=True, foreign_key="organisation.code", sa_type=name_type(4))
    number: int = Field(primary_key=True)
    id: str = Field(max_length=36)
    position: Position = Field(sa_type=Word(Position))
    reason: str | None = None
    condition: str | None = None
    provision_comments: list[dict[str, Any]] = Field(sa_type=json_type())
    # Whether the round was open: those that came in before it closed are counted.
    while_open: bool
    stated_at: datetime = Field(sa_type=Instant)


class Told(NamedTuple):
    """A statement, the one that supersedes it, and whether it is counted."""

    statement: Statement
    superseded_by: str | None
    counted: bool


class Answer(NamedTuple):
    """What is counted of a statement."""

    organisation: str
    position: Position
    condition: str | None


class Unanswered(NamedTuple):
    """An open round, and the proposal that it refers, as it was submitted."""

    proposal_id: str
    number: int
    title: str
    target_type: TargetType
    target_id: str
    action: ProposalAction
    opened_at: datetime
    closes_on: date
    extensions: list[dict[str, Any]]


def find_round(session: Session, proposal_id: str, number: int) -> ReferralRound | None:
    return session.get(ReferralRound, (proposal_id, number))


def last_round(session: Session, proposal_id: str) -> ReferralRound | None:
    query = select(ReferralRound).where(ReferralRound.proposal_id == proposal_id)
    return session.exec(query.order_by(col(ReferralRound.number).desc()).limit(1)).one_or_none()


def page_of_rounds(session: Session, proposal_id: str, offset: int, limit: int) -> tuple[list[ReferralRound], int]:
    """List the rounds of a proposal, the newest first, and count them."""
    query = select(ReferralRound).where(ReferralRound.proposal_id == proposal_id)
    total = session.execute(select(sa.func.count()).select_from(query.subquery())).scalar_one()
    rows = session.exec(query.order_by(col(ReferralRound.number).desc()).offset(offset).limit(limit))
    return list(rows), total


def counted_answers(session: Session, proposal_id: str, numbers: Collection[int]) -> dict[int, list[Answer]]:
    """Give the answers that are counted in each of some rounds of a proposal, by one statement."""
    query = (
        sa.select(
            col(Statement.round_number), col(Statement.organisation), col(Statement.position), col(Statement.condition)
        )
        .where(
            col(Statement.proposal_id) == proposal_id,
            col(Statement.round_number).in_(numbers),
            col(Statement.while_open),
        )
        .order_by(col(Statement.round_number), col(Statement.organisation), col(Statement.number))
    )
    last = {(number, answer[0]): Answer(*answer) for number, *answer in session.execute(query)}
    found: dict[int, list[Answer]] = {number: [] for number in numbers}
    for (number, _), answer in last.items():
        found[number].append(answer)
    return found


def unanswered_rounds(session: Session, organisation: str) -> list[Unanswered]:
    """List the open rounds that an organisation is invited to and has not answered, by one statement."""
    asked, proposal, text = ReferralRound, Proposal, ProposalSubmission
    of_it = sa.and_(col(text.proposal_id) == asked.proposal_id, col(text.number) == asked.submission)
    answer = sa.select(col(Statement.id)).where(
        col(Statement.proposal_id) == asked.proposal_id,
        col(Statement.round_number) == asked.number,
        col(Statement.organisation) == organisation,
    )
    query = (
        sa.select(
            col(asked.invited),
            col(asked.proposal_id),
            col(asked.number),
            col(text.title),
            col(proposal.target_type),
            col(proposal.target_id),
            col(proposal.action),
            # While a round is open nothing but its opening has moved the proposal.
            col(proposal.public_changed_at),
            col(asked.closes_on),
            col(asked.extensions),
        )
        .join(proposal, col(proposal.id) == asked.proposal_id)
        .join(text, of_it)
        .where(col(asked.closed_at).is_(None), ~answer.exists())
        .order_by(col(asked.proposal_id))
    )
    # Few rounds are open at a time; the two databases look into a list in two ways.
    return [Unanswered(*others) for invited, *others in session.execute(query) if organisation in invited]


def told_statements(
    session: Session, proposal_id: str, round_number: int, offset: int = 0, limit: int | None = None
) -> list[Told]:
    """List the statements of a round, in the order in which they came."""
    by, order = col(Statement.organisation), col(Statement.number)
    next_id = sa.func.lead(col(Statement.id)).over(partition_by=by, order_by=order)
    next_while_open = sa.func.lead(col(Statement.while_open)).over(partition_by=by, order_by=order)
    next_counts = sa.func.coalesce(next_while_open, sa.false())
    query = (
        sa.select(Statement, next_id, sa.and_(col(Statement.while_open), sa.not_(next_counts)))
        .where(col(Statement.proposal_id) == proposal_id, col(Statement.round_number) == round_number)
        .order_by(col(Statement.stated_at), col(Statement.id))
        .offset(offset)
        .limit(limit)
    )
    return [Told(statement, later, bool(counted)) for statement, later, counted in session.execute(query)]


def statements_by_id(session: Session, ids: Collection[str]) -> dict[str, Statement]:
    return {each.id: each for each in session.exec(select(Statement).where(col(Statement.id).in_(ids)))} if ids else {}


def number_of_statements(session: Session, proposal_id: str, round_number: int) -> int:
    query = select(sa.func.count()).where(Statement.proposal_id == proposal_id, Statement.round_number == round_number)
    counted: int = session.execute(query).scalar_one()
    return counted


def statements_of(session: Session, proposal_id: str, round_number: int, organisation: str) -> Sequence[Statement]:
    """List what one organisation has answered in a round, oldest first."""
    query = select(Statement).where(
        Statement.proposal_id == proposal_id,
        Statement.round_number == round_number,
        Statement.organisation == organisation,
    )
    return list(session.exec(query.order_by(col(Statement.number))))
