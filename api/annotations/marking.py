"""Terms found in a text: whole words in any of their forms, the longest first.

All forms of all labels stand in one automaton. It is never changed: what changes stands in a second, small one, and the
terms that it tells of no longer count in the first.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from api.annotations.automaton import Automaton, Entry, Found, best_first
from api.annotations.reading import read
from api.published.cards import Card


class Mark(NamedTuple):
    """A place where a term stands, in code points of the text, and the writings that it can be, by their numbers."""

    start: int
    end: int
    writings: tuple[int, ...]


@dataclass(frozen=True)
class Marker:
    """Finds terms in texts; made by `build`, changed by `patched`."""

    base: Automaton
    fresh: Mapping[str, Card]
    patch: Automaton
    gone: frozenset[str]

    @staticmethod
    def build(cards: Iterable[Card]) -> "Marker":
        """Make all forms of all terms: some seconds for 100,000 terms, for a thread of its own."""
        return Marker(Automaton(cards), {}, Automaton(()), frozenset())

    def patched(self, changed: Iterable[Card], removed: Iterable[str] = ()) -> "Marker":
        """Give the marker after some terms changed; costs what has changed since it was built."""
        left = frozenset(removed)
        cards = {**self.fresh, **{card.id: card for card in changed}}
        fresh = {term_id: card for term_id, card in cards.items() if term_id not in left}
        return Marker(self.base, fresh, Automaton(fresh.values()), self.gone | fresh.keys() | left)

    def mark(self, text: str, language: str) -> list[Mark]:
        """Find the terms of a text in its order; marks do not overlap, hidden labels do not count."""
        reading = read(text)
        found = self.base.find(text, reading, language)
        if self.gone:
            found = [each for each in found if self.base.is_of_others(each[2], self.gone)]
        if fresh := self.patch.find(text, reading, language):
            # Numbered from the other end.
            count = self.patch.count
            found += [(start, end, number - count) for start, end, number in fresh]
        found.sort()
        places, writings = _longest(found)
        sources = iter(reading.sources_of(places))
        return list(map(Mark, sources, sources, writings))

    def entries(self, writings: Iterable[int]) -> Sequence[Entry]:
        """Give the labels that stand at one place, the best first; what has changed is numbered from the other end."""
        there: list[Entry] = []
        for number in writings:
            if number < 0:
                there += self.patch.entries(number + self.patch.count)
            else:
                there += (entry for entry in self.base.entries(number) if entry.card.id not in self.gone)
        return best_first(there)


def _longest(found: list[Found]) -> tuple[list[int], list[tuple[int, ...]]]:
    """Keep the longest at each place: where each begins and ends, and all writings that it can be."""
    places: list[int] = []
    writings: list[tuple[int, ...]] = []
    here = free = 0
    for start, negative_end, number in found:
        if start >= free:
            here, free = start, -negative_end
            places += (here, free)
            writings.append((number,))
        elif start == here and -negative_end == free:
            writings[-1] += (number,)
    return places, writings
