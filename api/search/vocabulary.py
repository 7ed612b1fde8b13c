"""Keys in order, whole labels or single words, each with the places of the terms that hold it."""

from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import reduce
from itertools import chain, groupby
from operator import and_, itemgetter

from api.search.bits import bits_of
from api.search.words import words_of

_GRAM = 3
# A set that holds more than this share of all places is kept ready: a bit a place is then less than a number each.
_DENSE = 1 / 32
_SHORT = 2
# So few keys are quicker looked at one by one than guessed at.
_FEW = 64
# Sets larger than this meet faster as bits.
_MANY = 500
_LAST = "\U0010ffff"


class Vocabulary:
    """Keys in Swedish order, with the places of each in one array; immutable.

    Given keys are found whole, by their beginning, by a part of three letters or more, and by a slip of one letter.
    """

    def __init__(self, places: Mapping[str, Sequence[int]], size: int, *, parts: bool) -> None:
        self.keys = sorted(places)
        self.size = size
        self._starts = array("I", [0])
        self._holders = array("I")
        for key in self.keys:
            self._holders.extend(places[key])
            self._starts.append(len(self._holders))
        self._letters = "".join(sorted(set().union(*self.keys)))
        self._grams: Mapping[str, Sequence[int]] = _grams(self.keys) if parts else {}
        self._ready = dict(self._dense(range(1, _SHORT + 1)))
        self._dense_keys = sorted(low for low, high in self._ready if high - low == 1)

    def whole(self, key: str) -> range:
        """Find a key."""
        at = bisect_left(self.keys, key)
        return range(at, at + (at < len(self.keys) and self.keys[at] == key))

    def beginning(self, key: str) -> range:
        """Find the keys that begin with a text."""
        low = bisect_left(self.keys, key)
        return range(low, bisect_left(self.keys, key + _LAST, low))

    def holding(self, part: str) -> Iterable[int]:
        """Find the keys that hold a text of three letters or more."""
        grams = [self._grams.get(part[at : at + _GRAM]) for at in range(len(part) - _GRAM + 1)]
        if not grams or None in grams:
            return ()
        rarest = min((gram for gram in grams if gram is not None), key=len)
        keys = self.keys
        return rarest if len(part) == _GRAM else (at for at in rarest if part in keys[at])

    def near(self, word: str, *, begun: bool) -> list[str]:
        """Find the keys, or beginnings of keys, that one letter too many, too few, other or swapped make of a word."""
        found: dict[str, None] = {}
        low, high = 0, len(self.keys)
        for at in range(len(word) + 1):
            # All keys from low to high begin as the word does, up to here.
            if high - low <= _FEW:
                near = chain.from_iterable(_beginnings(key, word, begun=begun) for key in self.keys[low:high])
                found.update(dict.fromkeys(text for text in near if is_slip(text, word)))
                break
            for text in _slips(word, at, self._letters):
                place = bisect_left(self.keys, text, low, high)
                if place < high and (self.keys[place].startswith(text) if begun else self.keys[place] == text):
                    found[text] = None
            low = bisect_left(self.keys, word[: at + 1], low, high)
            high = bisect_left(self.keys, word[: at + 1] + _LAST, low, high)
        found.pop(word, None)
        return sorted(found)

    def walk(self, found: Iterable[int]) -> Iterator[tuple[str, int]]:
        """List key and place of what was found, key by key."""
        for at in found:
            key = self.keys[at]
            for place in self._holders[self._starts[at] : self._starts[at + 1]]:
                yield key, place

    def bits(self, found: Iterable[int]) -> int:
        """Give the places of what was found as a set."""
        if not isinstance(found, range):
            return bits_of(self._places(tuple(found)), self.size)
        if not found:
            return 0
        return self._ready.get((found.start, found.stop)) or self._joined(found)

    def common(self, *found: Iterable[int]) -> Sequence[int] | int:
        """Find the places that all finds have in common: few as a list, many as a set of bits."""
        known: list[Sequence[int]] = []
        for keys in found:
            known.append(keys if isinstance(keys, range) else tuple(keys))
            if not known[-1]:
                return ()
        first, *others = sorted(known, key=self._count)
        if self._count(first) >= _MANY:
            return reduce(and_, map(self.bits, known))
        places = set(self._places(first))
        for keys in others:
            ready = self._ready.get((keys.start, keys.stop)) if isinstance(keys, range) else None
            if ready is None:
                places.intersection_update(self._places(keys))
            else:
                places = {place for place in places if ready >> place & 1}
        return sorted(places)

    def _count(self, found: Sequence[int]) -> int:
        if isinstance(found, range):
            return self._starts[found.stop] - self._starts[found.start]
        return sum(self._starts[at + 1] - self._starts[at] for at in found)

    def _places(self, found: Sequence[int]) -> Iterable[int]:
        starts, holders = self._starts, self._holders
        if isinstance(found, range):
            return holders[starts[found.start] : starts[found.stop]]
        return chain.from_iterable(holders[starts[at] : starts[at + 1]] for at in found)

    def _joined(self, found: range) -> int:
        ready, begin, loose = 0, found.start, []
        for at in self._dense_keys[bisect_left(self._dense_keys, found.start) :]:
            if at >= found.stop:
                break
            ready |= self._ready[at, at + 1]
            loose.append((begin, at))
            begin = at + 1
        loose.append((begin, found.stop))
        spans = (self._places(range(low, high)) for low, high in loose)
        return ready | bits_of(chain.from_iterable(spans), self.size)

    def _dense(self, lengths: Iterable[int]) -> Iterator[tuple[tuple[int, int], int]]:
        """Make ready the sets of keys, and of beginnings of one or two letters, that many terms hold."""
        starts, least = self._starts, max(_FEW, self.size * _DENSE)
        for low, high in self._spans(lengths):
            if starts[high] - starts[low] > least:
                yield (low, high), bits_of(self._holders[starts[low] : starts[high]], self.size)

    def _spans(self, lengths: Iterable[int]) -> Iterator[tuple[int, int]]:
        keys = self.keys
        yield from ((at, at + 1) for at in range(len(keys)))
        for length in lengths:
            low = 0
            while low < len(keys):
                high = bisect_left(keys, keys[low][:length] + _LAST, low)
                yield low, high
                low = high


def vocabulary_of(
    texts: Iterable[tuple[int, str]], size: int, *, parts: bool, key: Callable[[str], str] = str
) -> Vocabulary:
    """Take the words from texts of terms, which come in the order of their places; `key` makes a key of a token."""
    tokens: dict[str, array[int]] = defaultdict(lambda: array("I"))
    for place, group in groupby(texts, itemgetter(0)):
        for token in set(" ".join([text for _, text in group]).split()):
            tokens[token].append(place)
    # Few tokens are different, so only then is it looked at what they are made of.
    words: dict[str, list[array[int]]] = defaultdict(list)
    for token, places in tokens.items():
        for word in dict.fromkeys(words_of(key(token))):
            words[word].append(places)
    return Vocabulary({word: _merged(lists) for word, lists in words.items()}, size, parts=parts)


def _merged(lists: Sequence[Sequence[int]]) -> Sequence[int]:
    return lists[0] if len(lists) == 1 else sorted(set().union(*lists))


def _grams(keys: Sequence[str]) -> Mapping[str, Sequence[int]]:
    found: dict[str, array[int]] = defaultdict(lambda: array("I"))
    for at, key in enumerate(keys):
        for gram in {key[start : start + _GRAM] for start in range(len(key) - _GRAM + 1)}:
            found[gram].append(at)
    return dict(found)


def _beginnings(key: str, word: str, *, begun: bool) -> Iterable[str]:
    if not begun:
        return (key,)
    return {key[:length] for length in range(len(word) - 1, len(word) + 2)}


def _slips(word: str, at: int, letters: str) -> Iterator[str]:
    """Give what a word may have been meant as, if the first wrong letter is the one at a place."""
    head, tail = word[:at], word[at:]
    yield head + tail[1:]
    if len(tail) > 1:
        yield head + tail[1] + tail[0] + tail[2:]
    for letter in letters:
        yield head + letter + tail
        yield head + letter + tail[1:]


def is_slip(one: str, other: str) -> bool:
    """Tell whether one letter too many, too few, other, or two swapped part two words."""
    if len(one) > len(other):
        one, other = other, one
    if len(other) - len(one) > 1 or one == other:
        return False
    at = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return one[at:] == other[at + 1 :]
    return one[at + 1 :] == other[at + 1 :] or (
        one[at : at + 2] == other[at : at + 2][::-1] and one[at + 2 :] == other[at + 2 :]
    )
