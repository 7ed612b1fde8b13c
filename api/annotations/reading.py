"""A text made ready to be searched: one spelling of letters and gaps, offsets kept.

Every step keeps the number of code points, or traces what it leaves out (`spans.py`). Most steps work on the bytes,
which is several times faster than on code points: only ASCII is changed there, so that UTF-8 stays whole.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from api.annotations.spans import Traced

# Left out: soft hyphens and what else is not seen, a word's hyphen at the end of a line. Made one: a letter and its
# marks.
_UNEVEN = re.compile(
    r"[\u00ad\u200b\u200c\u200d\u2060\ufeff]++|(?<=\w)-\r?\n[ \t]*+(?=[a-zåäö])|(?P<marked>\w[\u0300-\u036f]++)"
)
# What tells that there is something of it.
_SIGNS = ("\u00ad", "\u200b", "\u200c", "\u200d", "\u2060", "\ufeff", "-\n", "-\r\n")
_ANY_MARK = b"\xcc"
_GAP = re.compile("  ++")
_SPACED = bytes(ord(" ") if chr(code) in "\t\n\v\f\r\x1c\x1d\x1e\x1f" else code for code in range(256))
_FIRST_OF_MANY = 128
# Letters, digits and the hyphen make words; the upper half of the table are parts of other letters.
_PARTED = bytes(
    code if code >= _FIRST_OF_MANY or chr(code).isalnum() or chr(code) == "-" else ord(" ") for code in range(256)
)
# Signs, punctuation, symbols and pictures, as they begin in UTF-8.
_SYMBOLS = tuple(re.compile(start, re.DOTALL) for start in (rb"\xc2.", rb"\xe2..", rb"\xe3\x80.", rb"\xf0..."))
# Addresses are links, also where a text cannot show it.
_ADDRESS = re.compile(r"(?:https?://|www\.)\S++|(?<![\w.+-])[\w.+-]{1,64}+@[\w.-]++")


@dataclass(frozen=True)
class Reading:
    """`low` is the text in small letters, `words` the same with all that parts words blank, and a blank at each end.

    The s that ends a word is blank in `words` too, so that a genitive is the word itself. `source_of` leads from an
    offset in them to that in the text, unless they are the same.
    """

    low: str
    words: str
    source_of: Callable[[int], int] | None


def read(text: str) -> Reading:
    """Make a text ready."""
    steps: list[Callable[[int], int]] = []
    if any(sign in text for sign in _SIGNS) or _ANY_MARK in text.encode():
        made = _composed(text)
        text = made.text
        steps.append(made.source_of)
    low = _lowered(text).replace("\u00a0", " ")
    # A hyphen that begins a line is that of a list.
    spaced = low.replace("\n-", "\n ").encode().translate(_SPACED)
    low = spaced.decode()
    if b"  " in spaced:
        made = _narrowed(low)
        low = made.text
        steps.append(made.source_of)
    return Reading(low, words_of(f" {low} "), _joined(steps))


def words_of(low: str) -> str:
    """Blank what parts words, and the s that ends one; takes small letters, keeps the length."""
    if "@" in low or "://" in low or "www." in low:
        low = _ADDRESS.sub(lambda found: " " * len(found[0]), low)
    data = low.encode().translate(_PARTED)
    for symbol in _SYMBOLS:
        data = symbol.sub(b" ", data)
    return data.replace(b"\xc3\x97", b" ").replace(b"s ", b"  ").decode()


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


def _narrowed(spaced: str) -> Traced:
    """Make every gap one space."""
    traced, before = Traced(), 0
    for found in _GAP.finditer(spaced):
        traced.add(spaced[before : found.start() + 1], before)
        before = found.end()
    traced.add(spaced[before:], before)
    return traced


def _joined(steps: list[Callable[[int], int]]) -> Callable[[int], int] | None:
    if len(steps) < 2:  # noqa: PLR2004
        return steps[0] if steps else None
    first, second = steps
    return lambda offset: first(second(offset))
