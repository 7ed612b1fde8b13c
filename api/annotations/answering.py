"""How marks become an answer: which of them are wanted, and what is told of each."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pydantic_core import from_json

from api.annotations.marking import Entry, Mark, Marker
from api.annotations.markup import text_of
from api.annotations.schemas import AnnotationRequest, First, TextFormat
from api.published.cards import Card, preferred_label
from db.vocabulary import LabelKind, TermStatus


def annotate(marker: Marker, cards: Mapping[str, Card], asked: AnnotationRequest) -> list[dict[str, Any]]:
    """Find the terms of a text; offsets are those of the text as it was sent."""
    sections: list[int] = []
    if asked.format == TextFormat.HTML:
        shown, sections = text_of(asked.text)
        marks = [
            mark._replace(start=shown.source_of(mark.start), end=shown.source_of(mark.end))
            for mark in marker.mark(shown.text, asked.language)
        ]
    else:
        marks = marker.mark(asked.text, asked.language)
    wanted = _wanted(marks, asked)
    if asked.first is not None:
        wanted = _first_ones(wanted, sections if asked.first == First.SECTION else [])
    told: dict[tuple[str, str], dict[str, Any]] = {}
    return [_annotation(mark, cards, asked, told) for mark in wanted]


def _wanted(marks: Iterable[Mark], asked: AnnotationRequest) -> Iterator[Mark]:
    """Choose after the longest were found: what is not wanted is no reason to mark a part of it."""
    kinds, domain = frozenset(asked.kinds), asked.domain
    for mark in marks:
        entries = [
            entry for entry in mark.entries if entry.kind in kinds and (domain is None or entry.card.domain == domain)
        ]
        if entries:
            yield mark._replace(entries=entries)


def _first_ones(marks: Iterable[Mark], sections: list[int]) -> Iterator[Mark]:
    seen: set[tuple[str, int]] = set()
    for mark in marks:
        key = (mark.entries[0].card.id, bisect_right(sections, mark.start))
        if key not in seen:
            seen.add(key)
            yield mark


def _annotation(
    mark: Mark, cards: Mapping[str, Card], asked: AnnotationRequest, told: dict[tuple[str, str], dict[str, Any]]
) -> dict[str, Any]:
    entry = mark.entries[0]
    key = (entry.card.id, entry.label.value)
    if key not in told:
        told[key] = _of_label(entry, cards, asked.language)
    return {
        "start": mark.start,
        "end": mark.end,
        "text": asked.text[mark.start : mark.end],
        **told[key],
        "alternatives": [other.card.id for other in mark.entries[1:]],
    }


def _of_label(entry: Entry, cards: Mapping[str, Card], language: str) -> dict[str, Any]:
    card = entry.card
    reason, recommended = None, None
    if entry.kind == LabelKind.DEPRECATED:
        term = from_json(card.document)
        reason = next((label["reason"] for label in term["labels"] if label["value"] == entry.label.value), None)
        instead = cards.get(term["replacedBy"] or "") if card.status == TermStatus.DEPRECATED else card
        if instead is not None:
            recommended = {"termId": instead.id, "preferredLabel": preferred_label(instead, language)}
    return {
        "termId": card.id,
        "preferredLabel": preferred_label(card, language),
        "kind": entry.kind,
        "reason": reason,
        "recommended": recommended,
    }
