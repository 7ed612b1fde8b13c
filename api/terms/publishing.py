"""Publish a version of a term: checked, numbered, frozen, hashed, told."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from pydantic_core import to_json
from sqlmodel import SQLModel

from api.errors import Unprocessable, invalid
from api.events.record import record
from api.terms import rules
from api.terms.schemas import TermContent
from api.versioning import next_number
from db.canonical import content_hash
from db.events import instant_text
from db.session import Transaction
from db.terms import (
    Term,
    TermDefinition,
    TermLabel,
    TermMatch,
    TermNote,
    TermPair,
    TermVersion,
    broader_edges,
    domains,
    known_terms,
    lock_term,
    pairs_of,
    replace_current,
)
from db.vocabulary import ChangeKind, PairRelation, TermStatus


@dataclass(frozen=True)
class TermChange:
    """What is published, as which kind of change, and on whose decision."""

    term_id: str
    content: TermContent
    status: TermStatus
    kind: ChangeKind
    note: dict[str, str]
    organisation: str
    valid_from: date
    county_decision_id: str | None = None


def publish_terms(tx: Transaction, changes: Iterable[TermChange], now: datetime) -> list[TermVersion]:
    """Publish terms that may point at one another; raises Unprocessable for the first faulty one.

    All rows stand before the relations between them do, so that a batch may hold both ends.
    """
    listed = list(changes)
    coming = {change.term_id for change in listed}
    versions = []
    for change in listed:
        _check(tx, change, coming)
        versions.append(_freeze(tx, change, now))
    tx.flush()
    for change, version in zip(listed, versions, strict=True):
        tx.add(version)
        replace_current(tx, change.term_id, _parts(change))
        _restate_pairs(tx, change)
    return versions


def _check(tx: Transaction, change: TermChange, coming: set[str]) -> None:
    content = change.content
    pointed_at = {*content.broader, *content.related, content.replaced_by} - {None}
    broader = defaultdict(set)
    for narrow, broad in broader_edges(tx):
        broader[narrow].add(broad)
    found = rules.faults(
        change.term_id,
        content,
        known_terms=known_terms(tx, filter(None, pointed_at)) | coming,
        known_domains=[domain.id for domain in domains(tx)],
        broader=broader,
    )
    if found:
        raise Unprocessable(found)


def _freeze(tx: Transaction, change: TermChange, now: datetime) -> TermVersion:
    term = lock_term(tx, change.term_id)
    number = next_number(term.current_version if term else None, change.kind)
    frozen = change.content.model_dump(mode="json", by_alias=True)
    digest = content_hash(frozen)
    revision = term.revision + 1 if term else 1
    document = {
        "id": change.term_id,
        "status": change.status,
        "version": number,
        "revision": revision,
        **frozen,
        "validFrom": change.valid_from,
        "validUntil": None,
        "publishedAt": instant_text(now),
        "changedAt": instant_text(now),
        "contentHash": digest,
    }
    current: dict[str, Any] = {
        "domain_id": change.content.domain,
        "status": change.status,
        "current_version": number,
        "revision": revision,
        "replaced_by_id": change.content.replaced_by,
        "changed_at": now,
        "document": to_json(document).decode(),
    }
    tx.add(term.sqlmodel_update(current) if term else Term(id=change.term_id, **current))
    record(
        tx,
        "term.published",
        f"terms/{change.term_id}",
        change.organisation,
        {
            "id": change.term_id,
            "version": number,
            "status": change.status,
            "changeNote": change.note,
            "contentHash": digest,
            "content": frozen,
        },
    )
    return TermVersion(
        term_id=change.term_id,
        number=number,
        status=change.status,
        change_kind=change.kind,
        change_note=change.note,
        valid_from=change.valid_from,
        published_at=now,
        content=frozen,
        content_hash=digest,
        county_decision_id=change.county_decision_id,
    )


def _parts(change: TermChange) -> Iterable[SQLModel]:
    term_id, content = change.term_id, change.content
    for position, label in enumerate(content.labels):
        yield TermLabel(term_id=term_id, position=position, **label.model_dump())
    for definition in content.definitions:
        yield TermDefinition(term_id=term_id, **definition.model_dump())
    for position, note in enumerate(content.notes):
        yield TermNote(term_id=term_id, position=position, **note.model_dump())
    for match in content.matches:
        yield TermMatch(term_id=term_id, **match.model_dump())


def _restate_pairs(tx: Transaction, change: TermChange) -> None:
    """Store this term's relations; what the other end alone states stays as it is."""
    wanted = {other: _relation(change.term_id, other) for other in change.content.broader}
    wanted |= dict.fromkeys(change.content.related, PairRelation.RELATED)
    for pair in pairs_of(tx, change.term_id):
        is_first = pair.first_id == change.term_id
        other = pair.second_id if is_first else pair.first_id
        other_states = pair.stated_by_second if is_first else pair.stated_by_first
        relation = wanted.pop(other, None)
        if relation is None and not other_states:
            tx.delete(pair)
            continue
        if relation is not None and other_states and relation != pair.relation:
            detail = f"{other} states another relation to this term: amend that one first"
            raise invalid("/related", "contrary-relation", detail)
        pair.relation = relation or pair.relation
        pair.stated_by_first = relation is not None if is_first else other_states
        pair.stated_by_second = other_states if is_first else relation is not None
    for other, relation in wanted.items():
        first, second = sorted((change.term_id, other))
        tx.add(
            TermPair(
                first_id=first,
                second_id=second,
                relation=relation,
                stated_by_first=first == change.term_id,
                stated_by_second=second == change.term_id,
            )
        )
    tx.flush()


def _relation(term_id: str, broader: str) -> PairRelation:
    return PairRelation.FIRST_IS_BROADER if broader < term_id else PairRelation.SECOND_IS_BROADER
