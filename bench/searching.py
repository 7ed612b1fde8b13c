"""How long the index takes to answer, asked within one process."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from random import Random
from time import process_time

from api.published.cards import Card
from api.search.index import LabelIndex
from bench.table import Row

_SEED = 3
_EACH = 400
_LETTERS = "abcdefghijklmnopqrstuvwxyzåäö"
_WITHOUT_DOTS = str.maketrans("åäö", "aao")
# No label has these words, so that a slip is looked for.
_WITHOUT_LABEL = frozenset({"misspelt", "nobody's", "of definitions"})
# Milliseconds: of suggestions, where only a mended slip finds something, and of a search.
_SUGGESTION, _SLIP, _SEARCH = 1.0, 5.0, 5.0


def measure_searching(cards: Sequence[Card]) -> Iterator[Row]:
    """Ask for words that are whole, begun, held, without dots, misspelt, many, and nobody's."""
    began = process_time()
    index = LabelIndex.build(cards)
    yield Row("index built", len(cards), f"{process_time() - began:.1f} s")
    for mix, queries in _mixes(cards).items():
        goal = _SLIP if mix in _WITHOUT_LABEL else _SUGGESTION
        yield _row(f"suggestions, {mix}", len(cards), goal, queries, lambda query: index.suggest(query, None, 10))
        yield _row(f"search, {mix}", len(cards), _SEARCH, queries, lambda query: index.search(query).page(0, 20))


def _row(what: str, size: int, goal: float, queries: Sequence[str], ask: Callable[[str], object]) -> Row:
    # What is kept of common beginnings is made by the first question for one.
    for query in queries:
        ask(query)
    spent = []
    for query in queries:
        began = process_time()
        ask(query)
        spent.append((process_time() - began) * 1000)
    p99 = sorted(spent)[len(spent) * 99 // 100]
    return Row(what, size, f"p99 {p99:.2f} ms", goal=f"<= {goal:.0f} ms", holds=p99 <= goal)


def _mixes(cards: Sequence[Card]) -> Mapping[str, Sequence[str]]:
    # Nothing secret is drawn: every run has to ask the same.
    random = Random(_SEED)
    labels = [random.choice(random.choice(cards).labels).value for _ in range(_EACH)]
    words = [random.choice(label.split()) for label in labels]
    return {
        "whole": labels,
        "begun": [label[: random.randint(1, len(label))] for label in labels],
        "one or two letters": [word[: random.randint(1, 2)] for word in words],
        "parts of words": [word[random.randint(1, 3) :][: random.randint(3, 9)] for word in words],
        "without dots": [label.translate(_WITHOUT_DOTS) for label in labels],
        "words in another order": [" ".join(reversed(label.split())) for label in labels],
        "misspelt": [_misspelt(random, word) for word in words],
        "nobody's": ["".join(random.choices(_LETTERS, k=random.randint(4, 12))) for _ in labels],
        "of definitions": [random.choice(random.choice(cards).texts).text.split()[0] for _ in labels],
    }


def _misspelt(random: Random, word: str) -> str:
    at, letter = random.randrange(len(word)), random.choice(_LETTERS)
    swapped = word[at + 1 : at + 2] + word[at]
    return word[:at] + random.choice(
        [word[at + 1 :], letter + word[at:], letter + word[at + 1 :], swapped + word[at + 2 :]]
    )
