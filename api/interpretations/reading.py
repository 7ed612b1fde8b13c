"""How readings become answers: one, a term's, a municipality's, and where they diverge."""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from api.errors import NotFound
from api.interpretations.rules import needs_review, spread
from api.interpretations.schemas import (
    Divergence,
    DivergenceQuery,
    InterpretationRead,
    InterpretationRevision,
    Reader,
)
from api.interpretations.service import NEVER_SAID
from api.published.cards import Card
from api.published.overlays import Reading
from api.published.picture import Picture
from db.events import instant_text
from db.interpretations import Interpretation
from db.vocabulary import Alignment, TermStatus

CSV_COLUMNS = (
    *("termId", "preferredLabel", "domain", "spread", "municipality", "municipalityName", "alignment"),
    *("wording", "reason", "termVersion", "needsReview", "recordedAt"),
)


def find_reading(picture: Picture, municipality: str, term_id: str) -> InterpretationRead:
    """Read how a municipality reads a term; raises NotFound."""
    reading = picture.overlays.readings.get(term_id, {}).get(municipality)
    if reading is None:
        raise NotFound(NEVER_SAID)
    return present(reading, picture.cards[term_id].version)


def readings_of_term(picture: Picture, term_id: str) -> list[InterpretationRead]:
    """List how municipalities read a term, by code; raises NotFound for no term."""
    card = picture.cards.get(term_id)
    if card is None:
        raise NotFound("No term has this id.")
    return [present(reading, card.version) for reading in picture.overlays.readings.get(term_id, {}).values()]


def readings_of_municipality(picture: Picture, municipality: str) -> list[InterpretationRead]:
    """List how a municipality reads terms, in the order of the glossary; raises NotFound for one that takes no part."""
    if municipality not in picture.overlays.towns:
        raise NotFound("No municipality that takes part has this code.")
    found = [
        (picture.cards[term_id], said[municipality])
        for term_id, said in picture.overlays.readings.items()
        if municipality in said
    ]
    found.sort(key=lambda pair: (pair[0].order, pair[0].id))
    return [present(reading, card.version) for card, reading in found]


def present(reading: Reading, current_version: str) -> InterpretationRead:
    return InterpretationRead(
        municipality=reading.municipality,
        term_id=reading.term_id,
        alignment=reading.alignment,
        wording=reading.wording,
        reason=reading.reason,
        term_version=reading.term_version,
        needs_review=needs_review(reading.term_version, current_version),
        revision=reading.revision,
        recorded_at=reading.recorded_at,
    )


def present_revision(row: Interpretation) -> InterpretationRevision:
    return InterpretationRevision(**row.model_dump(), withdrawn=row.alignment is None)


def divergences(picture: Picture, query: DivergenceQuery) -> list[Divergence]:
    """List the terms in use that somebody reads otherwise, those that are read furthest apart first."""
    found = []
    for term_id, said in picture.overlays.readings.items():
        card = picture.cards[term_id]
        if _diverges(card, said) and _is_wanted(card, said, query):
            shown = _divergence(picture, card, said)
            if query.min_spread is None or shown.spread >= query.min_spread:
                found.append((-shown.spread, card.order, card.id, shown))
    return [shown for *_, shown in sorted(found, key=lambda row: row[:3])]


def _diverges(card: Card, said: Mapping[str, Reading]) -> bool:
    in_use = card.status != TermStatus.DEPRECATED
    return in_use and any(reading.alignment != Alignment.SAME for reading in said.values())


def _is_wanted(card: Card, said: Mapping[str, Reading], query: DivergenceQuery) -> bool:
    if query.domain not in (None, card.domain):
        return False
    if query.municipality is None:
        asked = list(said.values())
    else:
        asked = [reading for code, reading in said.items() if code == query.municipality]
    if query.alignment is None:
        return any(reading.alignment != Alignment.SAME for reading in asked)
    return any(reading.alignment == query.alignment for reading in asked)


def _divergence(picture: Picture, card: Card, said: Mapping[str, Reading]) -> Divergence:
    counted = Counter(reading.alignment for reading in said.values())
    return Divergence(
        term_id=card.id,
        preferred_label=card.preferred,
        domain=card.domain,
        spread=spread(counted, len(picture.overlays.towns)),
        counts={alignment: counted[alignment] for alignment in Alignment},
        municipalities=[
            Reader(
                code=code,
                name=picture.overlays.towns[code],
                alignment=reading.alignment,
                wording=reading.wording,
                term_version=reading.term_version,
                needs_review=needs_review(reading.term_version, card.version),
            )
            for code, reading in said.items()
        ],
    )


def divergence_rows(picture: Picture, found: list[Divergence]) -> Iterator[tuple[Any, ...]]:
    """Give one row a reading, in the order of `CSV_COLUMNS`; a wording in Swedish, or else in the language it has."""
    for term in found:
        for town in term.municipalities:
            reading = picture.overlays.readings[term.term_id][town.code]
            words = town.wording or {}
            yield (
                term.term_id,
                term.preferred_label,
                term.domain,
                term.spread,
                town.code,
                town.name,
                town.alignment,
                words.get("sv") or next(iter(words.values()), None),
                reading.reason,
                town.term_version,
                str(town.needs_review).lower(),
                instant_text(reading.recorded_at),
            )
