"""A text made ready to be searched: one spelling of letters and gaps, offsets kept.

All is done with the bytes of UTF-8, which is several times faster than with code points, and every step keeps their
number or tells what it left out. Only ASCII and whole letters are changed, so that UTF-8 stays UTF-8.
"""

import re
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate, chain, pairwise

from api.annotations.spans import Traced

# Left out: soft hyphens and what else is not seen, a word's hyphen at the end of a line. Made one: a letter and its
# marks.
_UNEVEN = re.compile(
    r"[\u00ad\u200b\u200c\u200d\u2060\ufeff]++|(?<=\w)-\r?\n[ \t]*+(?=[a-zåäö])|(?P<marked>\w[\u0300-\u036f]++)"
)
# What tells that there is something of it; the last is how a mark begins.
_SIGNS = (*(sign.encode() for sign in "\u00ad\u200b\u200c\u200d\u2060\ufeff"), b"-\n", b"-\r\n", b"\xcc")
# A hyphen that begins a line is that of a list.
_BLANK = ((b"\n-", b"\n "), (b"\xc2\xa0", b"  "))
_GAP = re.compile(rb"  ++")
_SPACED = bytes(ord(" ") if chr(code) in "\t\n\v\f\r\x1c\x1d\x1e\x1f" else code for code in range(256))
_FIRST_OF_MANY = 128
# Letters, digits and the hyphen make words; the upper half of the table are parts of other letters.
_PARTED = bytes(
    code if code >= _FIRST_OF_MANY or chr(code).isalnum() or chr(code) == "-" else ord(" ") for code in range(256)
)
# Signs, punctuation, symbols and pictures, as they begin in UTF-8, and as many blanks.
_SYMBOLS = tuple(
    (re.compile(start, re.DOTALL), b" " * length)
    for start, length in ((rb"\xc2.", 2), (rb"\xe2..", 3), (rb"\xe3\x80.", 3), (rb"\xf0...", 4))
)
# Addresses are links, also where a text cannot show it.
_ADDRESS = re.compile(rb"(?:https?://|www\.)\S++|(?<![\w.+\x80-\xff-])[\w.+\x80-\xff-]{1,64}+@[\w.\x80-\xff-]++")
# Leads from offsets in what was made, in their order, to those in what it was made from.
Step = Callable[[Iterable[int]], Iterable[int]]


@dataclass(frozen=True)
class Reading:
    """`low` is the text in small letters, `words` the same with all that parts words blank, and a blank at each end.

    The s that ends a word is blank in `words` too, so that a genitive is the word itself.
    """

    low: bytes
    words: bytes
    steps: Sequence[Step]

    def sources_of(self, offsets: Iterable[int]) -> Iterable[int]:
        """Lead from bytes of them, in their order, to code points of the text."""
        for step in self.steps:
            offsets = step(offsets)
        return offsets


def read(text: str) -> Reading:
    """Make a text ready."""
    data = text.encode()
    steps: list[Step] = []
    if any(_holds(data, sign) for sign in _SIGNS):
        made = _composed(text)
        text = made.text
        steps.append(lambda offsets: map(made.source_of, offsets))
    low = _lowered(text).encode()
    if len(low) > len(text):
        steps.insert(0, _counter(low))
    for sign, blanks in _BLANK:
        if _holds(low, sign):
            low = low.replace(sign, blanks)
    low = low.translate(_SPACED)
    if b"  " in low:
        steps.insert(0, _widener(low))
        low = _GAP.sub(b" ", low)
    return Reading(low, words_of(b" %b " % low), steps)


def words_of(low: bytes) -> bytes:
    """Blank what parts words, and the s that ends one; takes small letters, keeps the length."""
    if b"@" in low or _holds(low, b"://") or b"www." in low:
        low = _ADDRESS.sub(lambda found: b" " * len(found[0]), low)
    data = low.translate(_PARTED)
    for symbol, blanks in _SYMBOLS:
        data = symbol.sub(blanks, data)
    return data.replace(b"\xc3\x97", b"  ").replace(b"s ", b"  ")


def _holds(data: bytes, sign: bytes) -> bool:
    # Mostly the first byte is nowhere, and one byte is found ten times as fast as several.
    return sign[:1] in data and sign in data


def _lowered(text: str) -> str:
    low = text.lower()
    return low if len(low) == len(text) else "".join(map(_lowered_letter, text))


def _lowered_letter(char: str) -> str:
    return low if len(low := char.lower()) == 1 else char


def _composed(text: str) -> Traced:
    traced, before = Traced(), 0
    for found in _UNEVEN.finditer(text):
        traced.add(text[before : found.start()], before)
        if found["marked"]:
            traced.add(unicodedata.normalize("NFC", found[0]), found.start())
        before = found.end()
    traced.add(text[before:], before)
    return traced


def _counter(data: bytes) -> Step:
    """Count the code points before each byte."""

    def count(offsets: Iterable[int]) -> list[int]:
        pieces = (data[start:end].decode() for start, end in pairwise(chain((0,), offsets)))
        return list(accumulate(map(len, pieces)))

    return count


def _widener(spaced: bytes) -> Step:
    """Lead from where every gap is one space to where they are as long as they are."""
    gaps = [found.span() for found in _GAP.finditer(spaced)]
    left_out = [0, *accumulate(end - start - 1 for start, end in gaps)]
    after = [end - left for (_, end), left in zip(gaps, left_out[1:], strict=True)]
    return lambda offsets: [offset + left_out[bisect_right(after, offset)] for offset in offsets]
