"""How marks become an answer: which of them are wanted, and what is told of each."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from pydantic_core import from_json, to_json

from api.annotations.automaton import Entry
from api.annotations.marking import Mark, Marker
from api.annotations.markup import text_of
from api.annotations.schemas import AnnotationRequest, First, TextFormat
from api.published.cards import preferred_label
from api.published.picture import Picture
from db.vocabulary import LabelKind, TermStatus

# Start, end, and the labels that are wanted of what stands there, the best first.
Place = tuple[int, int, Sequence[Entry]]


def annotate(marker: Marker, picture: Picture, asked: AnnotationRequest) -> bytes:
    """Find the terms of a text and write the answer; offsets are those of the text as it was sent."""
    sections: list[int] = []
    if asked.format == TextFormat.HTML:
        shown, sections = text_of(asked.text)
        marks = [
            Mark(shown.source_of(start), shown.source_of(end), writings)
            for start, end, writings in marker.mark(shown.text, asked.language)
        ]
    else:
        marks = marker.mark(asked.text, asked.language)
    wanted = _wanted(marker, marks, asked)
    if asked.first is not None:
        wanted = _first_ones(wanted, sections if asked.first == First.SECTION else [])
    return b'{"annotations":[%b]}' % b",".join(_written(wanted, picture, asked))


def _wanted(marker: Marker, marks: Iterable[Mark], asked: AnnotationRequest) -> Iterator[Place]:
    """Choose after the longest were found: what is not wanted is no reason to mark a part of it."""
    kinds, domain = frozenset(asked.kinds), asked.domain
    # A text says the same words again: what is wanted of them is decided once.
    chosen: dict[tuple[int, ...], Sequence[Entry]] = {}
    for start, end, writings in marks:
        entries = chosen.get(writings)
        if entries is None:
            entries = chosen[writings] = [
                entry
                for entry in marker.entries(writings)
                if entry.kind in kinds and domain in {None, entry.card.domain}
            ]
        if entries:
            yield start, end, entries


def _first_ones(places: Iterable[Place], sections: list[int]) -> Iterator[Place]:
    seen: set[tuple[str, int]] = set()
    for place in places:
        start, _, entries = place
        key = (entries[0].card.id, bisect_right(sections, start))
        if key not in seen:
            seen.add(key)
            yield place


def _written(places: Iterable[Place], picture: Picture, asked: AnnotationRequest) -> Iterator[bytes]:
    """Write JSON by hand: all but the place is the same each time a word stands in the text."""
    told: dict[int, bytes] = {}
    words: dict[str, bytes] = {}
    for start, end, entries in places:
        rest = told.get(id(entries))
        if rest is None:
            rest = told[id(entries)] = to_json(_of_labels(entries, picture, asked))[1:]
        written = asked.text[start:end]
        word = words.get(written)
        if word is None:
            word = words[written] = to_json(written)
        yield b'{"start":%d,"end":%d,"text":%b,%b' % (start, end, word, rest)


def _of_labels(entries: Sequence[Entry], picture: Picture, asked: AnnotationRequest) -> dict[str, Any]:
    entry = entries[0]
    card = entry.card
    reason, recommended = None, None
    if entry.kind == LabelKind.DEPRECATED:
        labels = from_json(card.document)["labels"]
        reason = next((label["reason"] for label in labels if label["value"] == entry.label.value), None)
        replacement = picture.cards.get(card.replaced_by) if card.replaced_by else None
        instead = replacement if card.status == TermStatus.DEPRECATED else card
        if instead is not None:
            recommended = {"termId": instead.id, "preferredLabel": preferred_label(instead, asked.language)}
    return {
        "termId": card.id,
        "preferredLabel": preferred_label(card, asked.language),
        "kind": entry.kind,
        "reason": reason,
        "recommended": recommended,
        "alternatives": [other.card.id for other in entries[1:]],
        **picture.overlaid(card, asked.municipality),
    }
