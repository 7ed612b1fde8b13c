"""How well a term answers a query: exact label, beginning, part of a word, definition."""

from dataclasses import dataclass
from enum import IntEnum

from api.published.cards import LabelEntry, label_language


class Rank(IntEnum):
    EXACT = 0
    BEGINNING = 1
    PART = 2
    DEFINITION = 3


@dataclass(frozen=True, slots=True)
class Hit:
    rank: Rank
    label: LabelEntry | None


def best_label(labels: tuple[LabelEntry, ...], query: str, language: str | None) -> Hit | None:
    """Find the label that answers a folded query best; None when no label does."""
    best: Hit | None = None
    chosen = None if language is None else label_language(labels, language)
    for label in labels:
        if language is not None and label.language != chosen:
            continue
        for word in label.folded:
            rank = _rank(word, query)
            if rank is not None and (best is None or rank < best.rank):
                best = Hit(rank, label)
    return best


def _rank(word: str, query: str) -> Rank | None:
    if query not in word:
        return None
    if word == query:
        return Rank.EXACT
    return Rank.BEGINNING if word.startswith(query) else Rank.PART
