"""What a search or a list has found: counted, narrowed, and cut into pages."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from api.published.cards import Card
from api.search.bits import below, places_in, sum_of
from api.search.facets import Facet, allowed, order_of
from api.search.matching import Asked, Match, best_label
from api.search.segment import Segment, place_of


@dataclass(frozen=True, slots=True)
class Level:
    """Terms that answer equally well: places in the base and in the overlay, and the questions that they answer."""

    base: int
    over: int
    asked: tuple[Asked, ...] = ()

    @property
    def count(self) -> int:
        return self.base.bit_count() + self.over.bit_count()


@dataclass(frozen=True, slots=True)
class Hit:
    """A term that was found, and by which label; None where it was listed, or found by a definition."""

    card: Card
    match: Match | None


@dataclass(frozen=True, slots=True)
class Selection:
    """Found terms, level by level, and in each in alphabetical order."""

    base: Segment
    over: Segment
    levels: tuple[Level, ...]

    @property
    def total(self) -> int:
        return sum(level.count for level in self.levels)

    def narrowed(self, filters: Mapping[Facet, str | None]) -> "Selection":
        """Keep what passes all filters."""
        base, over = self.base.all, self.over.all
        for facet, value in filters.items():
            base = allowed(self.base.facets[facet], facet, value, base)
            over = allowed(self.over.facets[facet], facet, value, over)
        return self._within(base, over)

    def changed_since(self, instant: str) -> "Selection":
        """Keep the terms that changed at an instant or later."""
        return self._within(self.base.changed_since(instant), self.over.changed_since(instant))

    def _within(self, base: int, over: int) -> "Selection":
        levels = (replace(level, base=level.base & base, over=level.over & over) for level in self.levels)
        return replace(self, levels=tuple(level for level in levels if level.count))

    def counts(self, facet: Facet) -> list[tuple[str, int]]:
        """Count the terms by a facet's values, without those that none has."""
        base, over = (sum_of(level.base for level in self.levels), sum_of(level.over for level in self.levels))
        values, values_over = self.base.facets[facet], self.over.facets[facet]
        counts = [
            (value, (values.get(value, 0) & base).bit_count() + (values_over.get(value, 0) & over).bit_count())
            for value in sorted(values.keys() | values_over.keys(), key=lambda value: order_of(facet, value))
        ]
        return [(value, count) for value, count in counts if count]

    def page(self, offset: int, limit: int) -> list[Hit]:
        """Cut out a page."""
        hits: list[Hit] = []
        for level in self.levels:
            if offset < level.count and len(hits) < limit:
                cards = self._cards(level, offset, limit - len(hits))
                hits += (Hit(card, _match(card, level.asked)) for card in cards)
            offset = max(0, offset - level.count)
        return hits

    def _cards(self, level: Level, offset: int, limit: int) -> Sequence[Card]:
        stop = min(offset + limit, level.count)
        changed = dict(self._places_among(level))
        before = sum(place < offset for place in changed)
        within = sum(offset <= place < stop for place in changed)
        unchanged = places_in(level.base, offset - before, stop - before - within)
        return [changed[at] if at in changed else self.base.cards[next(unchanged)] for at in range(offset, stop)]

    def _places_among(self, level: Level) -> Iterator[tuple[int, Card]]:
        """Tell where in the whole level each term of the overlay stands."""
        for ahead, place in enumerate(places_in(level.over)):
            card = self.over.cards[place]
            at = bisect_left(self.base.cards, place_of(card), key=place_of)
            yield ahead + (level.base & below(at)).bit_count(), card


def _match(card: Card, asked: Sequence[Asked]) -> Match | None:
    found = (best_label(card, one) for one in asked)
    return next((match for match in found if match), None)
