"""Marking terms: a megabyte of running text against the forms of all terms."""

import random
from collections.abc import Iterator, Sequence
from statistics import median
from time import process_time

from api.annotations.marking import Marker
from api.published.cards import Card
from api.swedish.inflection import phrase_forms
from bench.table import Row
from bench.words import FIRSTS, HEADS, PLAIN

_LENGTH = 1_000_000
_TIMES = 9
_GOAL = 0.030
# One word in twenty is a term, in one of its forms, and so is one of the compounds, which are much like others.
_TERMS, _COMPOUNDS = 0.05, 0.10


def measure_marking(cards: Sequence[Card]) -> Iterator[Row]:
    """Time, in CPU seconds of this process, building the marker and marking with it."""
    began = process_time()
    marker = Marker.build(cards)
    yield Row("marking: building the forms", len(cards), f"{process_time() - began:.2f} s")
    text = _text(cards)
    spent = [_time(marker, text) for _ in range(_TIMES)]
    yield Row(
        what="marking: 1 MB of text",
        terms=len(cards),
        figure=f"{median(spent) * 1e3:.0f} ms",
        spread=f"{min(spent) * 1e3:.0f} – {max(spent) * 1e3:.0f}",
        goal=f"<= {_GOAL * 1e3:.0f} ms",
        holds=median(spent) <= _GOAL,
    )


def _time(marker: Marker, text: str) -> float:
    began = process_time()
    marker.mark(text, "sv")
    return process_time() - began


def _text(cards: Sequence[Card]) -> str:
    chance = random.Random(1)
    words, length = list[str](), 0
    while length < _LENGTH:
        drawn = chance.random()
        if drawn < _TERMS:
            word = chance.choice(sorted(phrase_forms(chance.choice(cards).preferred.lower())))
        elif drawn < _COMPOUNDS:
            word = chance.choice(FIRSTS)[0] + chance.choice(HEADS)[0]
        else:
            word = chance.choice(PLAIN)
        words.append(word)
        length += len(word) + 1
    return " ".join(words)[:_LENGTH]
