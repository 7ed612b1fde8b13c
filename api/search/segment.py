"""An index over some terms in their alphabetical order, made once and never changed."""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import repeat
from typing import NamedTuple, Protocol

from api.published.cards import Card, TextEntry
from api.search.bits import bits_of, places_in, sum_of
from api.search.facets import facets_of
from api.search.matching import Asked, Rank
from api.search.vocabulary import Found, Gathered, Vocabulary
from api.search.words import Wanted
from api.swedish import sort_key

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
    found: Sequence[int]

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
    """The labels of one language: whole, and word by word. A form is a line too, so that it counts as its label."""

    def __init__(self, keys: Sequence[str], places: Sequence[int], words: Gathered, size: int) -> None:
        self.lines = Vocabulary.of_lines(keys, places, size)
        self.words = words.vocabulary(size, parts=True)

    def answers(self, wanted: Wanted, rank: Rank, *, dots: bool) -> list[Answers]:
        """Find what answers in one way; without dots only what is not found with them too."""
        vocabulary = self.lines if rank <= Rank.BEGINNING else self.words
        sought = self._sought(wanted, rank, dots=dots)
        if not dots:
            spelled = self._sought(wanted, rank, dots=True)
            if sought == spelled:
                return []
            if len(sought) == 1:
                sought = [[keys for keys in sought[0] if keys not in spelled[0]]]
        return _with_all(vocabulary, sought)

    def _sought(self, wanted: Wanted, rank: Rank, *, dots: bool) -> list[Found]:
        match rank:
            case Rank.EXACT:
                return [self.lines.whole(wanted.key, dots=dots)]
            case Rank.BEGINNING:
                return [self.lines.beginning(wanted.key, dots=dots)]
            case Rank.WORD:
                return _whole_but_the_last(self.words, wanted.words, dots=dots)
            case Rank.PART if any(len(word) >= _SHORTEST_PART for word in wanted.words):
                return [self._holding(word, dots=dots) for word in wanted.words]
        return []

    def _holding(self, word: str, *, dots: bool) -> Found:
        if len(word) < _SHORTEST_PART:
            return self.words.beginning(word, dots=dots)
        return self.words.holding(word, dots=dots)


class Segment:
    """Terms by their place in the alphabetical order, and what leads to them."""

    def __init__(self, cards: Iterable[Card]) -> None:
        self.cards = tuple(sorted(cards, key=place_of))
        self._size = len(self.cards)
        self.all = (1 << self._size) - 1
        self.places = {card.id: place for place, card in enumerate(self.cards)}
        words: dict[str, Gathered] = defaultdict(Gathered)
        self.facets = facets_of(self.cards, self._read_texts(words))
        self._texts = {
            language: held.vocabulary(self._size, parts=False, key=sort_key) for language, held in words.items()
        }
        # Large, and of no more use: the labels shall lie where they lay.
        del words
        self._labels = _labels_of(self.cards)
        self.languages = self._labels.keys() | self._texts.keys()

    def answers(self, asked: Asked, rank: Rank) -> list[Answers]:
        """Find the terms that answer by their labels, in each language that is asked for."""
        return [found for labels in self._asked(asked) for found in labels.answers(asked.wanted, rank, dots=asked.dots)]

    def defined_with(self, asked: Asked) -> int:
        """Give the set of the terms whose definitions hold all words."""
        found: list[Answers] = []
        for language in asked.languages & self._texts.keys():
            words, (*others, last) = self._texts[language], asked.wanted.words or ("",)
            begun = words.beginning(last) if len(last) >= _SHORTEST_PART else words.whole(last)
            found += _with_all(words, [*map(words.whole, others), begun])
        return sum_of(answers.bits() for answers in found)

    def changed_since(self, instant: str) -> int:
        """Give the set of the terms that changed at an instant or later."""
        changed = [place for place, card in enumerate(self.cards) if card.changed_at >= instant]
        return bits_of(changed, self._size)

    def holding_word(self, asked: Asked, word: str, *, begun: bool) -> Iterator[int]:
        """List the places of the terms with a word, or its beginning, in their labels."""
        for labels in self._asked(asked):
            words = labels.words
            for found in (words.beginning if begun else words.whole)(word, dots=asked.dots):
                yield from (place for _, place in words.walk(found))

    def near(self, asked: Asked, word: str, *, begun: bool) -> set[str]:
        """Find the words that one may have been meant as."""
        return {text for labels in self._asked(asked) for text in labels.words.near(word, begun=begun, dots=asked.dots)}

    def _read_texts(self, words: Mapping[str, Gathered]) -> Iterator[Sequence[TextEntry]]:
        """Give the definitions of each term, and gather their words by language; all texts at once would be large."""
        for place, card in enumerate(self.cards):
            texts = card.texts
            told: dict[str, list[str]] = {}
            for text in texts:
                told.setdefault(text.language, []).append(text.text)
            for language, held in told.items():
                words[language].add(place, " ".join(held))
            yield texts

    def _asked(self, asked: Asked) -> Iterator[_Labels]:
        for language in asked.languages:
            if labels := self._labels.get(language):
                yield labels


def place_of(card: Card) -> tuple[str, str]:
    """Give what orders the terms of a list."""
    return card.order, card.id


def _labels_of(cards: Sequence[Card]) -> dict[str, _Labels]:
    """Take in the labels of all terms by their languages, term by term."""
    lines: dict[str, list[str]] = defaultdict(list)
    places: dict[str, array[int]] = defaultdict(lambda: array("I"))
    words: dict[str, Gathered] = defaultdict(Gathered)
    for place, card in enumerate(cards):
        _, languages, starts, _ = card.layout
        told: dict[str, tuple[str, ...]] = {}
        for language, start, end in zip(languages, starts, starts[1:], strict=False):
            told[language] = told.get(language, ()) + card.keys[start:end]
        for language, keys in told.items():
            lines[language] += keys
            places[language].extend(repeat(place, len(keys)))
            words[language].add(place, " ".join(keys))
    return {
        language: _Labels(keys, places[language], words.pop(language), len(cards)) for language, keys in lines.items()
    }


def _whole_but_the_last(words: Vocabulary, wanted: Sequence[str], *, dots: bool) -> list[Found]:
    """Find words, of which the last one may be only begun."""
    return [
        *(words.whole(word, dots=dots) for word in wanted[:-1]),
        *(words.beginning(word, dots=dots) for word in wanted[-1:]),
    ]


def _with_all(vocabulary: Vocabulary, sought: Sequence[Found]) -> list[Answers]:
    """Find what has all that is sought; what is one thing is found key by key."""
    if len(sought) == 1:
        return [_Keys(vocabulary, keys) for keys in sought[0]]
    return [_Common(vocabulary.common(sought), vocabulary.size)] if sought else []
