"""Terms: their frozen versions, and the current one taken apart so that the database guards it."""

from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Field, Session, SQLModel, col, select

from db.types import Instant, Word, json_type, name_type, words
from db.vocabulary import (
    Audience,
    ChangeKind,
    DefinitionStyle,
    LabelKind,
    MatchRelation,
    NoteKind,
    SourceRelation,
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
    """A concept as its newest version has it; `document` is that version as the API shows it, less what is derived."""

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
    """One frozen version of a term; `revision` is the one that it gave the term: 1, 2, 3 without a gap."""

    __tablename__ = "term_version"
    __table_args__ = (
        words("change_kind", ChangeKind),
        words("status", TermStatus),
        sa.Index("uq_term_version_revision", "term_id", "revision", unique=True),
    )

    term_id: str = Field(primary_key=True, foreign_key="term.id", sa_type=name_type())
    number: str = Field(primary_key=True, max_length=16)
    revision: int
    status: TermStatus = Field(sa_type=Word(TermStatus))
    change_kind: ChangeKind = Field(sa_type=Word(ChangeKind))
    change_note: dict[str, str] = Field(sa_type=json_type())
    valid_from: date = Field(index=True)
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
    __table_args__ = (
        words("audience", Audience),
        words("style", DefinitionStyle),
        words("source_relation", SourceRelation),
    )

    term_id: str = Field(primary_key=True, foreign_key="term.id", sa_type=name_type())
    language: str = Field(primary_key=True, max_length=35)
    audience: Audience = Field(primary_key=True, sa_type=Word(Audience))
    style: DefinitionStyle = Field(primary_key=True, sa_type=Word(DefinitionStyle))
    text: str
    source: str | None = None
    source_relation: SourceRelation | None = Field(default=None, sa_type=Word(SourceRelation))


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


class TermMatch(SQLModel, table=True):
    """A mapping from a term to a concept of another vocabulary."""

    __tablename__ = "term_match"
    __table_args__ = (words("relation", MatchRelation),)

    term_id: str = Field(primary_key=True, foreign_key="term.id", sa_type=name_type())
    uri: str = Field(primary_key=True, max_length=2000)
    relation: MatchRelation = Field(sa_type=Word(MatchRelation))


def domains(session: Session) -> list[Domain]:
    return list(session.exec(select(Domain).order_by(col(Domain.position))))


def lock_domains(session: Session) -> list[Domain]:
    """Load the domains, and let no other publication of terms come between."""
    return list(session.exec(select(Domain).order_by(col(Domain.position)).with_for_update()))


def find_term(session: Session, term_id: str) -> Term | None:
    return session.get(Term, term_id)


def lock_terms(session: Session, ids: Collection[str]) -> dict[str, Term]:
    """Load those of the ids that are terms, locked for a change."""
    query = select(Term).where(col(Term.id).in_(ids)).order_by(col(Term.id)).with_for_update()
    return {term.id: term for term in session.exec(query)}


def known_terms(session: Session, ids: Iterable[str]) -> set[str]:
    """Tell which of the ids are terms."""
    return {term_id for term_id, _, _ in term_heads(session, ids)}


def term_heads(session: Session, ids: Iterable[str]) -> list[tuple[str, TermStatus, str | None]]:
    """List (id, status, what replaces it) of those of the ids that are terms."""
    query = select(Term.id, Term.status, Term.replaced_by_id).where(col(Term.id).in_(list(ids)))
    return [(term_id, status, replaced_by) for term_id, status, replaced_by in session.execute(query)]


def term_documents(session: Session, ids: Iterable[str] | None = None) -> Iterator[tuple[str, str]]:
    """Give (id, ready document of the newest version), of all terms or of some, by one statement, piece by piece.

    In no order: to put many in one costs the database as much as to read them.
    """
    query = select(Term.id, Term.document)
    if ids is not None:
        query = query.where(col(Term.id).in_(list(ids)))
    yield from session.execute(query.execution_options(yield_per=_PIECE))


def term_versions(session: Session, term_id: str) -> list[TermVersion]:
    """List a term's versions, oldest first."""
    query = select(TermVersion).where(TermVersion.term_id == term_id).order_by(col(TermVersion.revision))
    return list(session.exec(query))


def newest_versions(session: Session, ids: Collection[str]) -> dict[str, TermVersion]:
    """Give the newest version of each of the ids that is a term, by one statement."""
    newest = sa.and_(col(Term.id) == TermVersion.term_id, col(Term.current_version) == TermVersion.number)
    query = select(TermVersion).join(Term, newest).where(col(Term.id).in_(ids))
    return {version.term_id: version for version in session.exec(query)}


def relatives(session: Session, ids: Iterable[str]) -> set[str]:
    """Name the terms that any version of these has pointed at."""
    content = col(TermVersion.content)
    query = sa.select(content["broader"], content["related"]).where(col(TermVersion.term_id).in_(list(ids)))
    return {target for broader, related in session.execute(query) for target in (*broader, *related)}


def terms_that_begin(session: Session, *, after: date, until: date) -> set[str]:
    """Name the terms of which a version becomes valid after one day, up to another."""
    begins = col(TermVersion.valid_from)
    return set(session.exec(select(TermVersion.term_id).where(begins > after, begins <= until)))


def versions_on(session: Session, day: date, *, after: date, until: date) -> list[tuple[TermVersion, date | None]]:
    """Give the versions valid on a day, and when the next one begins, by one statement.

    Only of terms of which a version begins later than `after` and not later than `until`.
    """
    following = aliased(TermVersion)
    begin = select(TermVersion.term_id).where(col(TermVersion.valid_from) > after, col(TermVersion.valid_from) <= until)
    query = (
        sa.select(TermVersion, col(following.valid_from))
        .outerjoin(
            following,
            sa.and_(
                col(following.term_id) == TermVersion.term_id, col(following.revision) == col(TermVersion.revision) + 1
            ),
        )
        .where(
            col(TermVersion.term_id).in_(begin),
            col(TermVersion.valid_from) <= day,
            sa.or_(col(following.valid_from).is_(None), col(following.valid_from) > day),
        )
        .order_by(col(TermVersion.term_id))
    )
    return [(version, next_from) for version, next_from in session.execute(query)]


def replace_current(session: Session, term_id: str, rows: Iterable[SQLModel]) -> None:
    """Put these rows in place of the labels, definitions, notes and matches of a term."""
    for table in (TermLabel, TermDefinition, TermNote, TermMatch):
        session.execute(sa.delete(table).where(col(table.term_id) == term_id))
    session.add_all(rows)
    session.flush()
