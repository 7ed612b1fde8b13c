"""A real SQLite database with generated terms: migrated and seeded as served, then filled in bulk."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic_core import to_json

from api.events.record import record
from api.terms.schemas import TermContent
from bench.data import GeneratedTerm
from db.events import instant_text
from db.migrate import migrate
from db.session import open_database, transaction
from db.term_pairs import TermPair
from db.terms import Term, TermDefinition, TermLabel, TermVersion
from db.vocabulary import ChangeKind, PairRelation, TermStatus
from seed.loader import prepare, seed

_COUNTY = "22"
_PUBLISHED = datetime(2026, 1, 1, 8, tzinfo=UTC)
_NOTE = {"sv": "Första versionen.", "en": "The first version."}
_VERSION = "1.0"

Row = dict[str, Any]


def fill(path: Path, terms: list[GeneratedTerm]) -> None:
    """Make the database file: the seed through the rules of the API, the generated terms past them.

    Each publication checks the whole glossary for cycles, which ten thousand in a row cannot
    afford. Contents are validated; rows, documents and events are those of a publication.
    """
    database = open_database(f"sqlite:///{path}")
    tables: dict[Any, Callable[[GeneratedTerm], Iterator[Row]]] = {
        Term: _term,
        TermVersion: _version,
        TermLabel: _labels,
        TermDefinition: _definitions,
        TermPair: _pairs,
    }
    try:
        migrate(database)
        prepare(database, own_keys=True)
        seed(database, _COUNTY, decisions=True)
        with transaction(database) as tx:
            for table, rows_of in tables.items():
                tx.execute(sa.insert(table), [row for term in terms for row in rows_of(term)])
            for term in terms:
                record(tx, "term.published", f"terms/{term.id}", _COUNTY, _told(term))
    finally:
        database.dispose()


def _term(term: GeneratedTerm) -> Iterator[Row]:
    TermContent.model_validate(term.content)
    document = {
        "id": term.id,
        "status": TermStatus.APPROVED,
        "version": _VERSION,
        "revision": 1,
        **term.content,
        "validFrom": _PUBLISHED.date(),
        "validUntil": None,
        "publishedAt": instant_text(_PUBLISHED),
        "changedAt": instant_text(_PUBLISHED),
        "contentHash": term.content_hash,
    }
    yield {
        "id": term.id,
        "domain_id": term.content["domain"],
        "status": TermStatus.APPROVED,
        "current_version": _VERSION,
        "revision": 1,
        "changed_at": _PUBLISHED,
        "document": to_json(document).decode(),
    }


def _version(term: GeneratedTerm) -> Iterator[Row]:
    yield {
        "term_id": term.id,
        "number": _VERSION,
        "revision": 1,
        "status": TermStatus.APPROVED,
        "change_kind": ChangeKind.MAJOR,
        "change_note": _NOTE,
        "valid_from": date(2026, 1, 1),
        "published_at": _PUBLISHED,
        "content": term.content,
        "content_hash": term.content_hash,
    }


def _told(term: GeneratedTerm) -> Row:
    return {
        "id": term.id,
        "version": _VERSION,
        "status": TermStatus.APPROVED,
        "changeNote": _NOTE,
        "contentHash": term.content_hash,
        "content": term.content,
    }


def _labels(term: GeneratedTerm) -> Iterator[Row]:
    for position, label in enumerate(term.content["labels"]):
        yield {"term_id": term.id, "position": position, **label}


def _definitions(term: GeneratedTerm) -> Iterator[Row]:
    for definition in term.content["definitions"]:
        yield {"term_id": term.id, **definition}


def _pairs(term: GeneratedTerm) -> Iterator[Row]:
    for other in term.content["broader"]:
        first_is_broader = other < term.id
        relation = PairRelation.FIRST_IS_BROADER if first_is_broader else PairRelation.SECOND_IS_BROADER
        yield _pair(term.id, other, relation)
    for other in term.content["related"]:
        yield _pair(term.id, other, PairRelation.RELATED)


def _pair(stated_by: str, other: str, relation: PairRelation) -> Row:
    first, second = sorted((stated_by, other))
    return {
        "first_id": first,
        "second_id": second,
        "relation": relation,
        "stated_by_first": stated_by == first,
        "stated_by_second": stated_by == second,
    }
