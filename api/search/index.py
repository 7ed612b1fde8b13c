"""The terms of the picture as a search sees them: a large index, a small one of what changed since, merged."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from heapq import merge

from api.languages import answers_for
from api.published.cards import Card
from api.search.bits import bits_of, sum_of
from api.search.matching import Asked, Rank, best_label
from api.search.segment import Segment, place_of
from api.search.selection import Hit, Level, Selection
from api.search.words import Wanted

# More changes than these cost each change a few milliseconds.
_CROWDED = 256
# A slip in a shorter word makes too many others of it; in a word that is only begun, even more.
_SHORTEST_SLIP, _SHORTEST_BEGUN_SLIP = 4, 6
BY_WORDS = (Rank.EXACT, Rank.BEGINNING, Rank.WORD)
Step = tuple[Asked, Rank]


@dataclass(frozen=True)
class LabelIndex:
    """Finds terms; immutable. What changed lies in an overlay, over places of the base that are dead."""

    base: Segment
    over: Segment
    dead: frozenset[int]

    @classmethod
    def build(cls, cards: Iterable[Card]) -> "LabelIndex":
        """Index all terms: seconds for a hundred thousand."""
        return cls(Segment(cards), Segment(()), frozenset())

    def patched(self, changed: Iterable[Card], removed: Collection[str] = ()) -> "LabelIndex":
        """Take in new and changed terms, at the cost of those that have changed since the base was built."""
        fresh = {card.id: card for card in (*self.over.cards, *changed) if card.id not in removed}
        dead = (self.base.places[term] for term in (*fresh, *removed) if term in self.base.places)
        return LabelIndex(self.base, Segment(fresh.values()), self.dead.union(dead))

    @cached_property
    def _alive(self) -> int:
        return self.base.all & ~bits_of(self.dead, len(self.base.cards))

    @property
    def crowded(self) -> bool:
        """Tell that so much has changed that it should be built anew, beside the requests."""
        return len(self.over.cards) > _CROWDED

    @property
    def everything(self) -> Selection:
        """Give all terms in alphabetical order."""
        return self._selection([Level(self._alive, self.over.all)])

    def search(self, query: str, language: str | None = None) -> Selection:
        """Find all terms that answer a query, best first, alphabetically among equals."""
        spellings = self._spellings(query, language)
        seen, seen_over = self.base.all & ~self._alive, 0
        levels: list[Level] = []
        for steps in self._steps(spellings, found=lambda: bool(levels)):
            base = sum_of(one.bits() for step in steps for one in self.base.answers(*step)) & ~seen
            over = sum_of(one.bits() for step in steps for one in self.over.answers(*step)) & ~seen_over
            if base or over:
                seen, seen_over = seen | base, seen_over | over
                levels.append(Level(base, over, tuple(asked for asked, _ in steps)))
        levels += (
            Level(self.base.defined_with(spelled) & ~seen, self.over.defined_with(spelled) & ~seen_over)
            for spelled in spellings[:1]
        )
        return self._selection(levels)

    def suggest(self, query: str, language: str | None, limit: int) -> list[Hit]:
        """Find the terms whose labels answer best; among equals, in the order of the words that answer."""
        return self._suggest(query, language, limit, slips=True) or []

    def suggest_at_once(self, query: str, language: str | None, limit: int) -> list[Hit] | None:
        """Find the same, or None when a slip would have to be mended, which takes a while."""
        return self._suggest(query, language, limit, slips=False)

    def _suggest(self, query: str, language: str | None, limit: int, *, slips: bool) -> list[Hit] | None:
        found: dict[str, Hit] = {}
        for steps in self._steps(self._spellings(query, language), found=lambda: bool(found), slips=slips):
            if not steps:
                return None
            for asked, rank in steps:
                if asked.dots and rank is Rank.EXACT:
                    # The keys that begin so are in order, and this is the first of them.
                    continue
                for card in self._walk(asked, rank):
                    if card.id not in found:
                        found[card.id] = Hit(card, best_label(card, asked))
                        if len(found) == limit:
                            return list(found.values())
        return list(found.values())

    def _steps(
        self, spellings: Sequence[Asked], *, found: Callable[[], bool], slips: bool = True
    ) -> Iterator[Sequence[Step]]:
        """Give what to look for, the best first; nothing in place of slips that are not to be mended.

        A slip is thought of when no word begins as the query does, and parts of several words only then.
        """
        for asked in spellings:
            yield from ([(asked, rank)] for rank in BY_WORDS)
        known = found()
        for asked in spellings:
            if not known or len(asked.wanted.words) == 1:
                yield [(asked, Rank.PART)]
        if not known and not slips:
            yield ()
        elif not known and (mended := self._mended(spellings)):
            yield [(asked, rank) for asked in mended for rank in BY_WORDS]

    def _spellings(self, query: str, language: str | None) -> list[Asked]:
        """Read a query as it is typed, and as the same without dots on its å, ä and ö."""
        wanted = Wanted.of(query)
        if not wanted.key:
            return []
        tags = self.base.languages | self.over.languages
        languages = frozenset(tag for tag in tags if language is None or answers_for(tag, language))
        asked = Asked(wanted, languages)
        return [asked, replace(asked, dots=False)] if wanted.is_undotted else [asked]

    def _mended(self, spellings: Sequence[Asked]) -> list[Asked]:
        """Mend the one word of a query that no label has."""
        for asked in spellings:
            words = asked.wanted.words
            last = words[-1] if words else ""
            unknown = [word for word in words if not self._knows(asked, word, begun=word == last)]
            if len(unknown) != 1 or len(unknown[0]) < _SHORTEST_SLIP:
                continue
            [word] = unknown
            near = self._near(asked, word, begun=False)
            if not near and word == last and len(word) >= _SHORTEST_BEGUN_SLIP:
                near = self._near(asked, word, begun=True)
            if near:
                return [replace(asked, wanted=asked.wanted.with_word(word, meant)) for meant in near]
        return []

    def _knows(self, asked: Asked, word: str, *, begun: bool) -> bool:
        in_base = self.base.holding_word(asked, word, begun=begun)
        in_over = self.over.holding_word(asked, word, begun=begun)
        return any(place not in self.dead for place in in_base) or any(True for _ in in_over)

    def _near(self, asked: Asked, word: str, *, begun: bool) -> list[str]:
        near = self.base.near(asked, word, begun=begun) | self.over.near(asked, word, begun=begun)
        return sorted(meant for meant in near if self._knows(asked, meant, begun=begun))

    def _walk(self, asked: Asked, rank: Rank) -> Iterator[Card]:
        """List what answers in the order of the keys that answer, and of terms that share a key; some come again."""
        in_base, in_over = self.base.answers(asked, rank), self.over.answers(asked, rank)
        base, over, dead = self.base.cards, self.over.cards, self.dead
        if len(in_base) == 1 and not in_over:
            # Nearly always: then there is nothing to merge.
            return (base[place] for _, place in in_base[0].walk() if place not in dead)
        walks = [
            *(
                ((key, place_of(base[place]), base[place]) for key, place in one.walk() if place not in dead)
                for one in in_base
            ),
            *(((key, place_of(over[place]), over[place]) for key, place in one.walk()) for one in in_over),
        ]
        return (card for _key, _place, card in merge(*walks))

    def _selection(self, levels: Iterable[Level]) -> Selection:
        return Selection(self.base, self.over, tuple(level for level in levels if level.count))
