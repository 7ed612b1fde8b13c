"""What a term may say: pure rules over its content and what it points at."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from api.errors import FieldError
from api.languages import SWEDISH, best_language
from api.terms.schemas import TermContent
from db.vocabulary import LabelKind, SourceRelation, TermStatus

# From what a term is to what its next version may be; a new one comes from None.
STATUS_MOVES = frozenset(
    {
        (None, TermStatus.CANDIDATE),
        (None, TermStatus.APPROVED),
        (TermStatus.CANDIDATE, TermStatus.CANDIDATE),
        (TermStatus.CANDIDATE, TermStatus.APPROVED),
        (TermStatus.CANDIDATE, TermStatus.DEPRECATED),
        (TermStatus.APPROVED, TermStatus.APPROVED),
        (TermStatus.APPROVED, TermStatus.DEPRECATED),
        (TermStatus.DEPRECATED, TermStatus.DEPRECATED),
    }
)


@dataclass(frozen=True)
class Neighbour:
    """What a term needs to know of another before it points at it."""

    status: TermStatus
    replaced_by: str | None


@dataclass(frozen=True)
class Surroundings:
    """The glossary around a term: the terms that it names, the domains, and who is narrower than whom, upwards."""

    terms: Mapping[str, Neighbour]
    domains: Collection[str]
    broader: Mapping[str, Collection[str]]


def faults(
    term_id: str, content: TermContent, around: Surroundings, before: TermContent | None = None
) -> list[FieldError]:
    """List what is wrong with a term's content; `before` is what its newest version says."""
    return [
        *_label_faults(content),
        *_definition_faults(content),
        *_match_faults(content),
        *_relation_faults(term_id, content, around.terms, before),
        *_domain_faults(content, around.domains),
        *_cycle_faults(term_id, content, around.broader),
    ]


def _label_faults(content: TermContent) -> Iterable[FieldError]:
    values: set[tuple[str, str]] = set()
    preferred: set[str] = set()
    for index, label in enumerate(content.labels):
        pointer = f"/labels/{index}"
        if (label.language, label.value) in values:
            detail = "stands in one label of a language only: remove one, or choose its kind"
            yield FieldError(f"{pointer}/value", "repeated-label", detail)
        values.add((label.language, label.value))
        if label.kind == LabelKind.PREFERRED:
            if label.language in preferred:
                detail = "each language has one preferred label: make the other alternative"
                yield FieldError(f"{pointer}/kind", "second-preferred", detail)
            preferred.add(label.language)
        if label.kind == LabelKind.DEPRECATED and label.reason is None:
            yield FieldError(f"{pointer}/reason", "missing", "a deprecated label tells why")
        for place, form in enumerate(label.forms):
            if form in label.forms[:place]:
                yield FieldError(f"{pointer}/forms/{place}", "repeated-form", "names each form once")
    if not preferred:
        yield FieldError("/labels", "no-preferred", "one label is preferred")


def _definition_faults(content: TermContent) -> Iterable[FieldError]:
    seen = set()
    for index, definition in enumerate(content.definitions):
        key = (definition.language, definition.audience, definition.style)
        if key in seen:
            detail = "one definition for each language, audience and style"
            yield FieldError(f"/definitions/{index}", "repeated-definition", detail)
        seen.add(key)
        owes = definition.source_relation in (SourceRelation.BASED_ON, SourceRelation.QUOTED)
        if owes and definition.source is None:
            detail = "a definition that is quoted or based on another names its source"
            yield FieldError(f"/definitions/{index}/source", "missing-source", detail)


def _match_faults(content: TermContent) -> Iterable[FieldError]:
    seen: set[str] = set()
    for index, match in enumerate(content.matches):
        if match.uri in seen:
            yield FieldError(f"/matches/{index}/uri", "repeated-match", "stands in one mapping: choose its relation")
        seen.add(match.uri)


def _relation_faults(
    term_id: str, content: TermContent, known: Mapping[str, Neighbour], before: TermContent | None
) -> Iterable[FieldError]:
    stood = _relations(before) if before else {}
    for field, targets in _relations(content).items():
        for index, target in enumerate(targets):
            pointer = f"/{field}" if field == "replacedBy" else f"/{field}/{index}"
            if target == term_id:
                yield FieldError(pointer, "self-relation", "a term does not relate to itself: name another")
            elif target not in known:
                yield FieldError(pointer, "unknown-term", "is not the id of a term: see /terms")
            elif target in targets[:index]:
                yield FieldError(pointer, "repeated-relation", "names each term once")
            elif known[target].status == TermStatus.DEPRECATED and target not in stood.get(field, ()):
                yield FieldError(pointer, "deprecated-term", _instead_of(known[target]))
    for index, target in enumerate(content.related):
        if target in content.broader:
            yield FieldError(f"/related/{index}", "broader-and-related", "is already broader: choose one")


def _relations(content: TermContent) -> dict[str, list[str]]:
    replaced_by = [content.replaced_by] if content.replaced_by else []
    return {"broader": content.broader, "related": content.related, "replacedBy": replaced_by}


def _instead_of(term: Neighbour) -> str:
    advice = f"use {term.replaced_by} instead" if term.replaced_by else "name one that is in use"
    return f"is a deprecated term: {advice}"


def _domain_faults(content: TermContent, known: Collection[str]) -> Iterable[FieldError]:
    if content.domain not in known:
        detail = f"is one of {', '.join(sorted(known))}"
        yield FieldError("/domain", "unknown-domain", detail)


def _cycle_faults(term_id: str, content: TermContent, broader: Mapping[str, Collection[str]]) -> Iterable[FieldError]:
    for index, target in enumerate(content.broader):
        path = [] if target == term_id else _way_up(target, term_id, broader)
        if path:
            circle = " → ".join((term_id, *path))
            yield FieldError(f"/broader/{index}", "cycle", f"is itself narrower than this term: {circle}")


def _way_up(start: str, goal: str, broader: Mapping[str, Collection[str]]) -> list[str]:
    """Find a shortest way from a term to one above it; empty when it is not above."""
    came_from: dict[str, str | None] = {start: None}
    waiting = [start]
    for here in waiting:
        for above in sorted(broader.get(here, ())):
            if above not in came_from:
                came_from[above] = here
                waiting.append(above)
    path: list[str] = []
    step: str | None = goal if goal in came_from else None
    while step is not None:
        path.insert(0, step)
        step = came_from[step]
    return path


def own_word(labels: Iterable[Mapping[str, Any]]) -> str:
    """Give the word that a term goes by: the preferred one in Swedish, else in the first language that it has."""
    preferred = {label["language"]: label["value"] for label in labels if label["kind"] == LabelKind.PREFERRED}
    chosen: str = preferred[best_language(SWEDISH, preferred) or next(iter(preferred))]
    return chosen
