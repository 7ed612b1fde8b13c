"""Words that are one slip of a letter away: one too many, too few, other, or two swapped."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain

# So few keys are quicker looked at one by one than guessed at.
_FEW = 64
LAST = "\U0010ffff"


def near_in(keys: Sequence[str], word: str, *, begun: bool) -> list[str]:
    """Find the ordered keys, or beginnings of keys, that are a slip of one letter from a word."""
    found: dict[str, None] = {}
    low, high = 0, len(keys)
    for at in range(len(word) + 1):
        # All keys from low to high begin as the word does, up to here.
        if high - low <= _FEW:
            near = chain.from_iterable(_beginnings(key, word, begun=begun) for key in keys[low:high])
            found.update(dict.fromkeys(text for text in near if is_slip(text, word)))
            break
        for text in _slips(word, at, _letters_after(keys, word[:at], low, high)):
            place = bisect_left(keys, text, low, high)
            if place < high and (keys[place].startswith(text) if begun else keys[place] == text):
                found[text] = None
        low = bisect_left(keys, word[: at + 1], low, high)
        high = bisect_left(keys, word[: at + 1] + LAST, low, high)
    found.pop(word, None)
    return sorted(found)


def _letters_after(keys: Sequence[str], begun: str, low: int, high: int) -> str:
    """List the letters with which the keys from low to high, which all begin alike, go on."""
    letters = ""
    low = bisect_right(keys, begun, low, high)
    while low < high:
        letters += keys[low][len(begun)]
        low = bisect_left(keys, begun + letters[-1] + LAST, low, high)
    return letters


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
