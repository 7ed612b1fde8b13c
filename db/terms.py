"""Terms: their frozen versions, and the current one taken apart so that the database guards it."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col, select

from db.types import Instant, Word, json_type, name_type, words
from db.vocabulary import (
    Audience,
    ChangeKind,
    DefinitionStyle,
    LabelKind,
    MatchRelation,
    NoteKind,
    PairRelation,
    TermStatus,
)

# So many documents of terms are fetched at a time.
_PIECE = 1_000


class Domain(SQLModel, table=True):
    """A subject domain of the glossary."""

    __tablename__ = "domain"

    id: str = Field(primary_key=True, sa_type=name_type())
    position: int
    labels: list[dict[str, str]] = Field(sa_type=json_type())


class Term(SQLModel, table=True):
    """A concept; `document` is the current version as the API shows it, less what is derived."""

    __tablename__ = "term"
    __table_args__ = (words("status", TermStatus),)

    id: str = Field(primary_key=True, sa_type=name_type())
    domain_id: str = Field(foreign_key="domain.id", sa_type=name_type(), index=True)
    status: TermStatus = Field(sa_type=Word(TermStatus))
    current_version: str = Field(max_length=16)
    revision: int
    replaced_by_id: str | None = Field(default=None, foreign_key="term.id", sa_type=name_type(), index=True)
    changed_at: datetime = Field(sa_type=Instant)
    document: str


class TermVersion(SQLModel, table=True):
    """One frozen version of a term."""

    __tablename__ = "term_version"
    __table_args__ = (words("change_kind", ChangeKind), words("status", TermStatus))

    term_id: str = Field(primary_key=True, foreign_key="term.id", sa_type=name_type())
    number: str = Field(primary_key=True, max_length=16)
    status: TermStatus = Field(sa_type=Word(TermStatus))
    change_kind: ChangeKind = Field(sa_type=Word(ChangeKind))
    change_note: dict[str, str] = Field(sa_type=json_type())
    valid_from: date
    published_at: datetime = Field(sa_type=Instant)
    content: dict[str, Any] = Field(sa_type=json_type())
    content_hash: str = Field(max_length=71)
    county_decision_id: str | None = Field(default=None, foreign_key="county_decision.id", max_length=36)


class TermLabel(SQLModel, table=True):
    """A label of a term's current version."""

    __tablename__ = "term_label"
    __table_args__ = (
        words("kind", LabelKind),
        sa.UniqueConstraint("term_id", "language", "value", name="uq_term_label_value"),
        sa.Index(
            "uq_term_label_preferred",
            "term_id",
            "language",
            unique=True,
            sqlite_where=sa.text("kind = 'preferred'"),
            postgresql_where=sa.text("kind = 'preferred'"),
        ),
    )

    term_id: str = Field(primary_key=True, foreign_key="term.id", sa_type=name_type())
    position: int = Field(primary_key=True)
    language: str = Field(max_length=35)
    kind: LabelKind = Field(sa_type=Word(LabelKind))
    value: str = Field(max_length=200)
    forms: list[str] = Field(sa_type=json_type())
    reason: str | None = None


class TermDefinition(SQLModel, table=True):
    """A definition of a term's current version: one a language, audience and style."""

    __tablename__ = "term_definition"
    __table_args__ = (words("audience", Audience), words("style", DefinitionStyle))

    term_id: str = Field(primary_key=True, foreign_key="term.id", sa_type=name_type())
    language: str = Field(primary_key=True, max_length=35)
    audience: Audience = Field(primary_key=True, sa_type=Word(Audience))
    style: DefinitionStyle = Field(primary_key=True, sa_type=Word(DefinitionStyle))
    text: str
    source: str | None = None


class TermNote(SQLModel, table=True):
    """A note of a term's current version."""

    __tablename__ = "term_note"
    __table_args__ = (words("kind", NoteKind), words("audience", Audience))

    term_id: str = Field(primary_key=True, foreign_key="term.id", sa_type=name_type())
    position: int = Field(primary_key=True)
    kind: NoteKind = Field(sa_type=Word(NoteKind))
    language: str = Field(max_length=35)
    audience: Audience = Field(sa_type=Word(Audience))
    text: str


class TermPair(SQLModel, table=True):
    """Two terms, in the order of their ids, and the one relation between them.

    One row a pair: so no term relates to itself, no relation is stored twice, and nothing is both
    broader and related.
    """

    __tablename__ = "term_pair"
    __table_args__ = (
        words("relation", PairRelation),
        sa.CheckConstraint("first_id < second_id", name="order"),
        sa.CheckConstraint("stated_by_first OR stated_by_second", name="stated"),
    )

    first_id: str = Field(primary_key=True, foreign_key="term.id", sa_type=name_type())
    second_id: str = Field(primary_key=True, foreign_key="term.id", sa_type=name_type(), index=True)
    relation: PairRelation = Field(sa_type=Word(PairRelation))
    stated_by_first: bool
    stated_by_second: bool


class TermMatch(SQLModel, table=True):
    """A mapping from a term to a concept of another vocabulary."""

    __tablename__ = "term_match"
    __table_args__ = (words("relation", MatchRelation),)

    term_id: str = Field(primary_key=True, foreign_key="term.id", sa_type=name_type())
    uri: str = Field(primary_key=True, max_length=2000)
    relation: MatchRelation = Field(sa_type=Word(MatchRelation))


def domains(session: Session) -> list[Domain]:
    return list(session.exec(select(Domain).order_by(col(Domain.position))))


def find_term(session: Session, term_id: str) -> Term | None:
    return session.get(Term, term_id)


def lock_term(session: Session, term_id: str) -> Term | None:
    return session.exec(select(Term).where(Term.id == term_id).with_for_update()).one_or_none()


def known_terms(session: Session, ids: Iterable[str]) -> set[str]:
    """Tell which of the ids are terms."""
    wanted = list(ids)
    return set(session.exec(select(Term.id).where(col(Term.id).in_(wanted))))


def term_documents(session: Session, ids: Iterable[str] | None = None) -> Iterator[tuple[str, str]]:
    """Give (id, ready document), of all terms or of some, by one statement; they come piece by piece."""
    query = select(Term.id, Term.document).order_by(col(Term.id))
    if ids is not None:
        query = query.where(col(Term.id).in_(list(ids)))
    yield from session.execute(query.execution_options(yield_per=_PIECE))


def term_versions(session: Session, term_id: str) -> list[TermVersion]:
    """List a term's versions, oldest first."""
    query = select(TermVersion).where(TermVersion.term_id == term_id)
    return sorted(session.exec(query), key=lambda version: _numbers(version.number))


def relatives(session: Session, ids: Iterable[str]) -> set[str]:
    """Name the terms that any version of these has pointed at."""
    content = col(TermVersion.content)
    query = sa.select(content["broader"], content["related"]).where(col(TermVersion.term_id).in_(list(ids)))
    return {target for broader, related in session.execute(query) for target in (*broader, *related)}


def _numbers(number: str) -> tuple[int, ...]:
    return tuple(int(part) for part in number.split("."))


def broader_edges(session: Session) -> list[tuple[str, str]]:
    """List (narrower, broader) over the whole glossary."""
    query = select(TermPair).where(TermPair.relation != PairRelation.RELATED)
    return [
        (pair.second_id, pair.first_id)
        if pair.relation == PairRelation.FIRST_IS_BROADER
        else (pair.first_id, pair.second_id)
        for pair in session.exec(query)
    ]


def pairs_of(session: Session, term_id: str) -> list[TermPair]:
    return list(
        session.exec(
            select(TermPair).where(sa.or_(col(TermPair.first_id) == term_id, col(TermPair.second_id) == term_id))
        )
    )


def replace_current(session: Session, term_id: str, rows: Iterable[SQLModel]) -> None:
    """Put these rows in place of the labels, definitions, notes and matches of a term."""
    for table in (TermLabel, TermDefinition, TermNote, TermMatch):
        session.execute(sa.delete(table).where(col(table.term_id) == term_id))
    session.add_all(rows)
    session.flush()
