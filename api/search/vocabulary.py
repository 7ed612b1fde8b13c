"""Keys in order, whole labels or single words, each with the places of the terms that hold it."""

from array import array
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import chain, product
from operator import and_
from typing import TypeGuard

from api.search.bits import bits_of, sum_of
from api.search.slips import LAST, near_in
from api.search.words import words_of
from api.swedish import undotted

_GRAM = 3
# A set that holds more than this share of all places is kept once it was made: there are few such sets.
_DENSE = 1 / 128
# A set of no more places than these is not kept, however few there are in all.
_SMALL = 64
# Runs of keys beside one another, or keys here and there.
Found = Sequence[Sequence[int]]
# What a letter may stand for where there are no keys for å, ä and ö.
_DOTTED = {"a": "a{|", "o": "o}"}


class Vocabulary:
    """Keys in Swedish order, with the places of each in one array; immutable.

    Given keys are found whole, by their beginning, by a part of three letters or more, and by a slip of one letter;
    each as it is spelled, or, without dots, as what that may stand for.
    """

    def __init__(
        self, keys: Sequence[str], starts: Sequence[int], holders: "array[int]", size: int, *, parts: bool = False
    ) -> None:
        self.keys = keys
        self.size = size
        self._all = (1 << size) - 1
        self._starts = starts
        self._holders = holders
        self._least_dense = max(_SMALL, size * _DENSE)
        self._ready: dict[tuple[int, int], int] = {}
        self._grams = _grams(keys) if parts else {}
        self._undotted = sorted({undotted(key) for key in keys}) if parts else []

    @classmethod
    def of_lines(cls, keys: Sequence[str], places: Sequence[int], size: int) -> "Vocabulary":
        """Order keys of which most are held by one place; a key may stand several times, its places in order."""
        ordered = sorted(range(len(keys)), key=keys.__getitem__)
        holders = array("I", map(places.__getitem__, ordered))
        return cls([keys[at] for at in ordered], range(len(keys) + 1), holders, size)

    @classmethod
    def of_words(cls, places: Mapping[str, Sequence[Iterable[int]]], size: int, *, parts: bool) -> "Vocabulary":
        """Order keys of which most are held by many places; with `parts`, slips and parts of them are found too.

        The places of a key come in several lists, in order in each: all of them merged at once would be large.
        """
        keys = sorted(places)
        starts, holders = array("I", [0]), array("I")
        for key in keys:
            holders.extend(_merged(places[key]))
            starts.append(len(holders))
        return cls(keys, starts, holders, size, parts=parts)

    def whole(self, key: str, *, dots: bool = True) -> Found:
        """Find a key."""
        spellings = (key,) if dots else self._spellings(key)
        return [found for spelled in spellings if (found := self._whole(spelled))]

    def beginning(self, key: str, *, dots: bool = True) -> Found:
        """Find the keys that begin with a text."""
        spellings = (key,) if dots else self._spellings(key)
        return [found for spelled in spellings if (found := self._beginning(spelled))]

    def holding(self, part: str, *, dots: bool = True) -> Found:
        """Find the keys that hold a text of three letters or more."""
        grams = [self._held(part[at : at + _GRAM], dots=dots) for at in range(len(part) - _GRAM + 1)]
        rarest = min(grams, key=len)
        if len(part) == _GRAM:
            return [rarest] if rarest else []
        keys = self.keys
        found = [at for at in rarest if part in (keys[at] if dots else undotted(keys[at]))]
        return [found] if found else []

    def near(self, word: str, *, begun: bool, dots: bool = True) -> list[str]:
        """Find the keys, or beginnings of keys, that one letter too many, too few, other or swapped make of a word."""
        return near_in(self.keys if dots else self._undotted, word, begun=begun)

    def _whole(self, key: str) -> range:
        low = bisect_left(self.keys, key)
        return range(low, bisect_right(self.keys, key, low) if self.keys[low : low + 1] == [key] else low)

    def _beginning(self, key: str, low: int = 0) -> range:
        low = bisect_left(self.keys, key, low)
        return range(low, bisect_left(self.keys, key + LAST, low))

    def _spellings(self, key: str) -> list[str]:
        """List what a key may stand for that keys begin with, in their order."""
        found = [""]
        for letter in key:
            others = _DOTTED.get(letter)
            if others is None:
                found = [begun + letter for begun in found]
            else:
                found = [begun + other for begun in found for other in others if self._begins(begun + other)]
        return found

    def _begins(self, key: str) -> bool:
        at = bisect_left(self.keys, key)
        return at < len(self.keys) and self.keys[at].startswith(key)

    def _held(self, gram: str, *, dots: bool) -> Sequence[int]:
        if dots:
            return self._grams.get(gram, ())
        spellings = map("".join, product(*(_DOTTED.get(letter, letter) for letter in gram)))
        found = [held for spelled in spellings if (held := self._grams.get(spelled))]
        return found[0] if len(found) == 1 else sorted({*chain.from_iterable(found)})

    def walk(self, found: Sequence[int]) -> Iterator[tuple[str, int]]:
        """List key and place of what was found, key by key."""
        for at in found:
            key = self.keys[at]
            for place in self._holders[self._starts[at] : self._starts[at + 1]]:
                yield key, place

    def bits(self, found: Sequence[int]) -> int:
        """Give the places of what was found as a set."""
        if not self._is_dense(found):
            return bits_of(self._places(found), self.size)
        ready = self._ready.get((found.start, found.stop))
        if ready is None:
            ready = self._ready[found.start, found.stop] = bits_of(self._places(found), self.size)
        return ready

    def common(self, sought: Sequence[Found]) -> Sequence[int] | int:
        """Find the places that hold something of all that is sought: few as a list, many as a set of bits."""
        if not all(sought):
            return ()
        first, *others = sorted(sought, key=self._count)
        # Large sets meet faster as bits.
        if self._count(first) > self._least_dense:
            return reduce(and_, (sum_of(map(self.bits, runs)) for runs in sought))
        places, ready = {*self._places(*first)}, self._all
        for runs in others:
            if all(map(self._is_dense, runs)):
                ready &= sum_of(map(self.bits, runs))
            else:
                places.intersection_update(self._places(*runs))
        return sorted(places) if ready == self._all else bits_of(places, self.size) & ready

    def _is_dense(self, keys: Sequence[int]) -> TypeGuard[range]:
        return isinstance(keys, range) and self._starts[keys.stop] - self._starts[keys.start] > self._least_dense

    def _count(self, runs: Found) -> int:
        starts = self._starts
        return sum(
            starts[found.stop] - starts[found.start]
            if isinstance(found, range)
            else sum(starts[at + 1] - starts[at] for at in found)
            for found in runs
        )

    def _places(self, *found: Sequence[int]) -> "array[int]":
        starts, holders, places = self._starts, self._holders, array("I")
        for keys in found:
            if isinstance(keys, range):
                places += holders[starts[keys.start] : starts[keys.stop]]
            else:
                for at in keys:
                    places += holders[starts[at] : starts[at + 1]]
        return places


class Gathered:
    """Texts taken in one after the other, of which nothing is kept but their words and where they stand."""

    def __init__(self) -> None:
        self._tokens: dict[str, array[int]] = defaultdict(lambda: array("I"))

    def add(self, place: int, text: str) -> None:
        """Take in the text of a place; they come in order."""
        tokens = self._tokens
        for token in set(text.split()):
            tokens[token].append(place)

    def vocabulary(self, size: int, *, parts: bool, key: Callable[[str], str] = str) -> Vocabulary:
        """Give the words; `key` makes a key of a token."""
        # Few tokens are different, so only now is it looked at what they are made of.
        words: dict[str, list[array[int]]] = defaultdict(list)
        for token, places in self._tokens.items():
            for word in dict.fromkeys(words_of(key(token))):
                words[word].append(places)
        return Vocabulary.of_words(words, size, parts=parts)


def _merged(lists: Sequence[Iterable[int]]) -> Iterable[int]:
    return lists[0] if len(lists) == 1 else sorted(set().union(*lists))


def _grams(keys: Sequence[str]) -> Mapping[str, Sequence[int]]:
    found: dict[str, array[int]] = defaultdict(lambda: array("I"))
    for at, key in enumerate(keys):
        for gram in {key[start : start + _GRAM] for start in range(len(key) - _GRAM + 1)}:
            found[gram].append(at)
    return dict(found)
