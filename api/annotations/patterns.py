"""What is looked for of a word's forms: mostly one beginning, after which few endings may come.

A glossary has ten times as many forms as words, too many to stand in the automaton one by one.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from api.annotations.reading import words_of

# So many letters of a last word are the same in forms that share a pattern: a shorter one would be found too often.
_SHARED = 3


class Pattern(NamedTuple):
    """What stands in the automaton: a blank and the stem as a search reads it; a blank follows where that is the whole.

    `stem` is how it is written, and `endings` are what may follow it there up to the end of the word.
    """

    text: bytes
    stem: bytes
    endings: frozenset[bytes]


def patterns_of(labels: Sequence[Iterable[bytes]]) -> Iterator[list[Pattern]]:
    """Give the patterns of each label's forms, which are in small letters; many labels at once cost the least."""
    read, start = words_of(b"\n".join(b" %b " % form for forms in labels for form in forms)), 0
    for forms in labels:
        alike: dict[bytes, list[tuple[bytes, bytes]]] = {}
        for form in forms:
            end = start + len(form) + 2
            word = form, read[start:end]
            alike.setdefault(_shared(*word), []).append(word)
            start = end + 1
        yield [_pattern(those, is_whole=shared[-1:] == b" " or len(those) == 1) for shared, those in alike.items()]


def _shared(form: bytes, read: bytes) -> bytes:
    """Give what all forms have in common that share a pattern; it ends with a blank where no ending may follow."""
    last, end = form.rfind(b" ") + 1, len(form.removesuffix(b"s"))
    # Within a word that has a sign in it a search does not see where it ends.
    return form[:end] + b" " if b" " in read[last + 1 : end + 1] else form[: min(last + _SHARED, end)]


def _pattern(words: Sequence[tuple[bytes, bytes]], *, is_whole: bool) -> Pattern:
    # The s that ends a word is blank to a search, so that no stem may end with it.
    bodies = [form.removesuffix(b"s") for form, _ in words]
    stem, last = min(bodies), max(bodies)
    while not last.startswith(stem):
        stem = stem[:-1]
    length = len(stem)
    return Pattern(words[0][1][: length + 1 + is_whole], stem, frozenset(form[length:] for form, _ in words))
