"""An index over some terms in their alphabetical order, made once and never changed."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

from api.published.cards import Card
from api.search.bits import bits_of, places_in
from api.search.facets import facets_of, sum_of
from api.search.matching import Asked, Rank
from api.search.vocabulary import Vocabulary, vocabulary_of
from api.search.words import Wanted
from api.swedish import sort_key, undotted

# Shorter parts of words are in nearly every term.
_SHORTEST_PART = 3


class Answers(Protocol):
    """Terms that answer a query in one way, by their places."""

    def walk(self) -> Iterator[tuple[str, int]]:
        """List the key that answers, and the place, in their order; a place may come again."""

    def bits(self) -> int:
        """Give the places as a set."""


class _Keys(NamedTuple):
    vocabulary: Vocabulary
    found: Iterable[int]

    def walk(self) -> Iterator[tuple[str, int]]:
        return self.vocabulary.walk(self.found)

    def bits(self) -> int:
        return self.vocabulary.bits(self.found)


class _Common(NamedTuple):
    """What several words have in common: no key of its own, so the terms' own order."""

    places: Sequence[int] | int
    size: int

    def walk(self) -> Iterator[tuple[str, int]]:
        places = places_in(self.places) if isinstance(self.places, int) else self.places
        return (("", place) for place in places)

    def bits(self) -> int:
        return self.places if isinstance(self.places, int) else bits_of(self.places, self.size)


class _Labels:
    """The labels of one language: whole, and word by word."""

    def __init__(self, keys: Sequence[tuple[int, str]], size: int) -> None:
        # A form is a line too, so that it counts as its label.
        lines: dict[str, Sequence[int]] = {}
        for place, key in keys:
            # Most keys are of one term: a list for each would be most of what the building costs.
            held = lines.setdefault(key, (place,))
            if held[-1] != place:
                if isinstance(held, list):
                    held.append(place)
                else:
                    lines[key] = [*held, place]
        self.lines = Vocabulary(lines, size, parts=False)
        self.words = vocabulary_of(keys, size, parts=True)

    def answers(self, wanted: Wanted, rank: Rank) -> Answers | None:
        match rank:
            case Rank.EXACT:
                return _Keys(self.lines, self.lines.whole(wanted.key))
            case Rank.BEGINNING:
                return _Keys(self.lines, self.lines.beginning(wanted.key))
            case Rank.WORD:
                return _with_all(self.words, wanted.words, self.words.whole, self.words.beginning)
            case Rank.PART if any(len(word) >= _SHORTEST_PART for word in wanted.words):
                return _with_all(self.words, wanted.words, self._holding, self._holding)
        return None

    def _holding(self, word: str) -> Iterable[int]:
        return self.words.holding(word) if len(word) >= _SHORTEST_PART else self.words.beginning(word)


class Segment:
    """Terms by their place in the alphabetical order, and what leads to them."""

    def __init__(self, cards: Iterable[Card]) -> None:
        self.cards = tuple(sorted(cards, key=place_of))
        self._size = len(self.cards)
        self.all = (1 << self._size) - 1
        self.places = {card.id: place for place, card in enumerate(self.cards)}
        self.facets = facets_of(self.cards)
        spelled: dict[str, list[tuple[int, str]]] = defaultdict(list)
        texts: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for place, card in enumerate(self.cards):
            for label in card.labels:
                spelled[label.language].extend((place, key) for key in label.folded)
            for text in card.texts:
                texts[text.language].append((place, text.text))
        self._labels = {(language, True): _Labels(keys, self._size) for language, keys in spelled.items()} | {
            (language, False): _Labels(plain, self._size)
            for language, keys in spelled.items()
            if (plain := [(place, undotted(key)) for place, key in keys if undotted(key) != key])
        }
        self.languages = spelled.keys() | texts.keys()
        self._texts = {
            language: vocabulary_of(found, self._size, parts=False, key=sort_key) for language, found in texts.items()
        }

    def answers(self, asked: Asked, rank: Rank) -> list[Answers]:
        """Find the terms that answer by their labels, in each language that is asked for."""
        found = (labels.answers(asked.wanted, rank) for labels in self._asked(asked))
        return [answers for answers in found if answers is not None]

    def defined_with(self, asked: Asked) -> int:
        """Give the set of the terms whose definitions hold all words."""
        sets = []
        for language in asked.languages & self._texts.keys():
            words = self._texts[language]
            last = asked.wanted.words[-1:]
            begun = words.beginning if last and len(last[0]) >= _SHORTEST_PART else words.whole
            found = _with_all(words, asked.wanted.words, words.whole, begun)
            sets.append(found.bits() if found else 0)
        return sum_of(sets)

    def changed_since(self, instant: str) -> int:
        """Give the set of the terms that changed at an instant or later."""
        changed = (place for place, card in enumerate(self.cards) if card.changed_at >= instant)
        return bits_of(changed, self._size)

    def holding_word(self, asked: Asked, word: str, *, begun: bool) -> Iterator[int]:
        """List the places of the terms with a word, or its beginning, in their labels."""
        for labels in self._asked(asked):
            words = labels.words
            yield from (place for _, place in words.walk(words.beginning(word) if begun else words.whole(word)))

    def near(self, asked: Asked, word: str, *, begun: bool) -> set[str]:
        """Find the words that one may have been meant as."""
        return {text for labels in self._asked(asked) for text in labels.words.near(word, begun=begun)}

    def _asked(self, asked: Asked) -> Iterator[_Labels]:
        for language in asked.languages:
            if labels := self._labels.get((language, asked.dots)):
                yield labels


def place_of(card: Card) -> tuple[str, str]:
    """Give what orders the terms of a list."""
    return card.order, card.id


def _with_all(
    vocabulary: Vocabulary,
    words: Sequence[str],
    find: Callable[[str], Iterable[int]],
    find_last: Callable[[str], Iterable[int]],
) -> Answers | None:
    """Find what has every word; one word is found key by key."""
    if not words:
        return None
    *others, last = words
    if not others:
        return _Keys(vocabulary, find_last(last))
    return _Common(vocabulary.common(find_last(last), *map(find, others)), vocabulary.size)
