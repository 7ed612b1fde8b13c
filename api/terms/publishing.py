"""Publish a version of a term: checked, numbered, frozen, hashed, told."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlmodel import SQLModel

from api.errors import Conflict, Unprocessable, invalid
from api.events.record import record
from api.terms import rules
from api.terms.reading import document, surroundings
from api.terms.schemas import TermContent
from api.versioning import next_number
from db.canonical import content_hash
from db.session import Transaction
from db.term_pairs import TermPair, pairs_of
from db.terms import (
    Term,
    TermDefinition,
    TermLabel,
    TermMatch,
    TermNote,
    TermVersion,
    lock_domains,
    lock_terms,
    newest_versions,
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
    """Publish terms that may point at one another; raises Unprocessable or Conflict for the first faulty one.

    All rows stand before the relations between them do, so that a batch may hold both ends.
    """
    listed = list(changes)
    ids = [change.term_id for change in listed]
    # One publication at a time: two at once could close a circle of broader terms that neither of them sees.
    lock_domains(tx)
    terms, newest = lock_terms(tx, ids), newest_versions(tx, ids)
    coming = {change.term_id: rules.Neighbour(change.status, change.content.replaced_by) for change in listed}
    around = surroundings(tx, {change.term_id: change.content for change in listed}, coming)
    versions = []
    for change in listed:
        before = newest.get(change.term_id)
        _check(change, before, around)
        version = _frozen(change, before, now)
        _store(tx, terms.get(change.term_id), change, version)
        _tell(tx, change, version, before)
        versions.append(version)
    tx.flush()
    for change, version in zip(listed, versions, strict=True):
        tx.add(version)
        replace_current(tx, change.term_id, _parts(change))
        _restate_pairs(tx, change)
    return versions


def retirement(  # one argument a fact of the decision
    tx: Transaction,
    term_id: str,
    *,
    replaced_by: str | None,
    note: dict[str, str],
    organisation: str,
    valid_from: date,
    county_decision_id: str | None = None,
) -> TermChange:
    """Make the change that ends a term: a minor version that says what its newest does, and is deprecated."""
    newest = newest_versions(tx, [term_id]).get(term_id)
    if newest is None or newest.status == TermStatus.DEPRECATED:
        raise Conflict(f"{term_id} cannot be retired: it is not in use.")
    content = TermContent.model_validate(newest.content)
    return TermChange(
        term_id=term_id,
        content=content.model_copy(update={"replaced_by": replaced_by}),
        status=TermStatus.DEPRECATED,
        kind=ChangeKind.MINOR,
        note=note,
        organisation=organisation,
        valid_from=valid_from,
        county_decision_id=county_decision_id,
    )


def _check(change: TermChange, newest: TermVersion | None, around: rules.Surroundings) -> None:
    status = newest.status if newest else None
    if (status, change.status) not in rules.STATUS_MOVES:
        raise Conflict(f"{change.term_id} is {status}: it does not become {change.status}.")
    if newest is not None and change.valid_from < newest.valid_from:
        detail = f"is not before {newest.valid_from}, when version {newest.number} becomes valid"
        raise invalid("/inForceFrom", "before-newest-version", detail)
    before = TermContent.model_validate(newest.content) if newest else None
    found = rules.faults(change.term_id, change.content, around, before)
    if found:
        raise Unprocessable(found)


def _frozen(change: TermChange, newest: TermVersion | None, now: datetime) -> TermVersion:
    content = change.content.model_dump(mode="json", by_alias=True)
    return TermVersion(
        term_id=change.term_id,
        number=next_number(newest.number if newest else None, change.kind),
        revision=newest.revision + 1 if newest else 1,
        status=change.status,
        change_kind=change.kind,
        change_note=change.note,
        valid_from=change.valid_from,
        published_at=now,
        content=content,
        content_hash=content_hash(content),
        county_decision_id=change.county_decision_id,
    )


def _store(tx: Transaction, term: Term | None, change: TermChange, version: TermVersion) -> None:
    current: dict[str, Any] = {
        "domain_id": change.content.domain,
        "status": version.status,
        "current_version": version.number,
        "revision": version.revision,
        "replaced_by_id": change.content.replaced_by,
        "changed_at": version.published_at,
        "document": document(version),
    }
    tx.add(term.sqlmodel_update(current) if term else Term(id=version.term_id, **current))


def _tell(tx: Transaction, change: TermChange, version: TermVersion, newest: TermVersion | None) -> None:
    ended = version.status == TermStatus.DEPRECATED
    told = {
        "id": version.term_id,
        "version": version.number,
        "supersedes": newest.number if newest else None,
        "status": version.status,
        "changeKind": version.change_kind,
        "changeNote": version.change_note,
        "validFrom": version.valid_from.isoformat(),
        "contentHash": version.content_hash,
        "content": version.content,
    }
    kind = "term.deprecated" if ended else "term.published"
    record(tx, kind, f"terms/{version.term_id}", change.organisation, told)


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
