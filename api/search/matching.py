"""How well a label answers a query, and which label of a term does so best."""

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from api.published.cards import Card
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


def best_label(card: Card, asked: Asked) -> Match | None:
    """Find the label that answers best, of equals the first; None when none holds any of the words."""
    sought, asked_for, begun = asked.wanted.key, asked.languages, None
    languages, owners = card.layout.languages, card.layout.owners
    keys = card.keys if asked.dots else [*map(undotted, card.keys)]
    # Nearly all answers are found so; to take words apart costs ten times as much.
    for place, key in enumerate(keys):
        if key.startswith(sought) and languages[owners[place]] in asked_for:
            if len(key) == len(sought):
                return _match(card, place)
            if begun is None:
                begun = place
    if begun is None:
        graded = (
            (grade, place)
            for place, key in enumerate(keys)
            if languages[owners[place]] in asked_for and (grade := _grade(key, asked.wanted)) is not None
        )
        _, begun = min(graded, default=(None, None))
    return None if begun is None else _match(card, begun)


def _match(card: Card, place: int) -> Match:
    label = card.layout.owners[place]
    form = place - card.layout.starts[label]
    return Match(label, form - 1 if form else None)


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
