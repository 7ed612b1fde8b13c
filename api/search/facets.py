"""By what a list of terms can be narrowed and counted."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum

from api.languages import answers_for
from api.published.cards import Card, TextEntry
from api.search.bits import bits_of, sum_of
from api.swedish import initial, sort_key
from db.vocabulary import Audience, TermStatus


class Facet(StrEnum):
    DOMAIN = "domain"
    STATUS = "status"
    LANGUAGE = "language"
    AUDIENCE = "audience"
    LETTER = "letter"


Values = Mapping[str, int]
Filters = Mapping[Facet, str]


def facets_of(cards: Sequence[Card], texts: Iterable[Iterable[TextEntry]]) -> dict[Facet, Values]:
    """Give the set of the terms, by their places, that have each value; `texts` are their definitions."""
    places: dict[Facet, dict[str, list[int]]] = {facet: defaultdict(list) for facet in Facet}
    domains, statuses, languages, audiences, letters = (places[facet] for facet in Facet)
    for place, (card, defined) in enumerate(zip(cards, texts, strict=True)):
        domains[card.domain].append(place)
        statuses[card.status].append(place)
        letters[initial(card.order)].append(place)
        for language in {*card.layout.languages}:
            languages[language].append(place)
        for audience in {text.audience for text in defined}:
            audiences[audience].append(place)
    size = len(cards)
    return {facet: {value: bits_of(held, size) for value, held in values.items()} for facet, values in places.items()}


def allowed(values: Values, facet: Facet, value: str | None, everything: int) -> int:
    """Give the set that a filter leaves; without a status, deprecated terms are left out of lists."""
    if value is None:
        return everything & ~values.get(TermStatus.DEPRECATED, 0) if facet is Facet.STATUS else everything
    if facet is Facet.LANGUAGE:
        return sum_of(bits for tag, bits in values.items() if answers_for(tag, value))
    return values.get(initial(sort_key(value)) if facet is Facet.LETTER else value, 0)


def order_of(facet: Facet, value: str) -> tuple[int, str]:
    """Sort a facet's values: as the vocabulary has them, letters as a Swedish list, all else by name."""
    if facet is Facet.STATUS:
        return list(TermStatus).index(TermStatus(value)), ""
    if facet is Facet.AUDIENCE:
        return list(Audience).index(Audience(value)), ""
    return 0, sort_key(value)
