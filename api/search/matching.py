"""How well a label answers a query, and which label of a term does so best."""

from collections.abc import Sequence
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


def best_label(labels: Sequence[LabelEntry], asked: Asked) -> Match | None:
    """Find the label that answers best, of equals the first; None when none holds any of the words."""
    key, begun, languages, dots = asked.wanted.key, None, asked.languages, asked.dots
    # Nearly all answers are found so; to take words apart costs ten times as much.
    for place, label in enumerate(labels):
        if label.language in languages:
            keys = label.folded if dots else [*map(undotted, label.folded)]
            if key in keys:
                return _match(place, keys.index(key))
            if begun is None:
                for form, one in enumerate(keys):
                    if one.startswith(key):
                        begun = _match(place, form)
                        break
    return begun or _best_by_words(labels, asked)


def _best_by_words(labels: Sequence[LabelEntry], asked: Asked) -> Match | None:
    graded = (
        (grade, place, form)
        for place, label in enumerate(labels)
        if label.language in asked.languages
        for form, key in enumerate(label.folded)
        if (grade := _grade(key if asked.dots else undotted(key), asked.wanted)) is not None
    )
    best = min(graded, default=None)
    return best and _match(best[1], best[2])


def _match(place: int, form: int) -> Match:
    return Match(place, form - 1 if form else None)


def _grade(key: str, wanted: Wanted) -> int | None:
    """Grade a key by its words."""
    words = [word for token in key.split() for word in words_of(token)]
    if not wanted.words or not words:
        return None
    *whole, last = wanted.words
    if all(word in words for word in whole) and any(word.startswith(last) for word in words):
        return Rank.WORD
    missing = sum(all(sought not in word for word in words) for sought in wanted.words)
    # Where the words of a query are shared out among labels, the one that holds the most is told.
    return Rank.PART + missing if missing < len(wanted.words) else None
