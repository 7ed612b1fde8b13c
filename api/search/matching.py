"""How well a label answers a query, and which label of a term does so best."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from api.published.cards import LabelEntry
from api.search.words import Wanted, words_of
from api.swedish import undotted


class Rank(IntEnum):
    """What the query is to the label, or to the term; the best first."""

    EXACT = 0
    BEGINNING = 1
    WORD = 2
    PART = 3
    SLIP = 4
    DEFINITION = 5


@dataclass(frozen=True, slots=True)
class Asked:
    """A query as one step of a search puts it: spelled as it was typed, without dots, or with a slip mended.

    `languages` are the tags of the labels that are looked at.
    """

    wanted: Wanted
    languages: frozenset[str]
    dots: bool = True


class Match(NamedTuple):
    """The label that answers, by its place in the term, and its inflected form, by its place in the label."""

    label: int
    form: int | None


def best_label(labels: Iterable[LabelEntry], asked: Asked) -> Match | None:
    """Find the label that answers best, of equals the first; None when none holds any of the words."""
    best: tuple[int, int, int] | None = None
    for place, label in enumerate(labels):
        if label.language not in asked.languages:
            continue
        for form, key in enumerate(label.folded):
            grade = _grade(key if asked.dots else undotted(key), asked.wanted)
            if grade is not None:
                rated = (grade, place, form)
                best = rated if best is None else min(best, rated)
    return best and Match(best[1], best[2] - 1 if best[2] else None)


def _grade(key: str, wanted: Wanted) -> int | None:
    if key == wanted.key:
        return Rank.EXACT
    if key.startswith(wanted.key):
        return Rank.BEGINNING
    words = [word for token in key.split() for word in words_of(token)]
    if not wanted.words or not words:
        return None
    *whole, last = wanted.words
    if all(word in words for word in whole) and any(word.startswith(last) for word in words):
        return Rank.WORD
    missing = sum(all(sought not in word for word in words) for sought in wanted.words)
    # Where the words of a query are shared out among labels, the one that holds the most is told.
    return Rank.PART + missing if missing < len(wanted.words) else None
