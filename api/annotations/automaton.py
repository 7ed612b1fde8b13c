"""All forms of all labels in one automaton, which reads a text once; never changed."""

import re
from array import array
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import accumulate, islice
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick

from api.annotations.patterns import patterns_of
from api.annotations.reading import Reading
from api.languages import answers_for
from api.published.cards import Card
from api.published.labels import LabelEntry
from api.swedish import fold
from api.swedish.inflection import phrase_forms
from db.vocabulary import LabelKind, TermStatus

# The languages whose words take an s: the genitive, in English the plural too.
_TAKE_S = frozenset({"sv", "en"})
_ORDER = {LabelKind.PREFERRED: 0, LabelKind.ALTERNATIVE: 1, LabelKind.DEPRECATED: 2, LabelKind.HIDDEN: 3}
# So many labels are made patterns at a time.
_AT_ONCE = 1_000
_S = ord("s")
# What follows an acronym after a colon: SKR:s, API:et, API:ernas.
_ENDING = re.compile(rb":(?:s|[nt]s?|as?|e[nt]s?|ern?as?|ers?|arn?as?|ars?)(?![\w\x80-\xff])")
# Start, negative end, number of the writing: sorted, the first and longest comes first.
Found = tuple[int, int, int]


class Entry(NamedTuple):
    """A label of a term, as it is looked for."""

    card: Card
    label: LabelEntry
    kind: LabelKind


class _Rule(NamedTuple):
    """What is asked of a place where a pattern was found; few are different."""

    language: str
    in_capitals: bool
    # What may follow the stem up to the end of the word.
    endings: frozenset[bytes]


class Automaton:
    """Finds the labels of some terms.

    Labels that are written alike are one writing, which is looked for once. All is known by numbers: objects would
    take more memory than the automaton does, and to fetch them costs more than all else.
    """

    def __init__(self, cards: Iterable[Card]) -> None:
        self._cards = tuple(cards)
        # By writing: where its labels begin in the two arrays after, which name a card and its label.
        self._starts, self._places, self._numbers = _writings(self._cards)
        # By pattern: its writing, its rule, and the hash of its stem as it is written, which tells an s from none and
        # a comma from a space.
        self._owners = array("I")
        self._ruled = array("I")
        self._stems = array("q")
        rules: dict[_Rule, int] = {}
        self._automaton = BytesAhoCorasick(self._patterns(rules)) if self.count else None
        self._rules = tuple(rules)

    @property
    def count(self) -> int:
        """Tell how many writings there are: they are numbered from 0."""
        return len(self._starts) - 1

    def entries(self, writing: int) -> Iterator[Entry]:
        """Give the labels that are written so."""
        return (_entry(*label) for label in self._labels(writing))

    def is_of_others(self, writing: int, terms: Collection[str]) -> bool:
        """Tell whether a writing belongs to a term that is none of these."""
        return any(card.id not in terms for card, _ in self._labels(writing))

    def _labels(self, writing: int) -> Iterator[tuple[Card, LabelEntry]]:
        for at in range(self._starts[writing], self._starts[writing + 1]):
            card = self._cards[self._places[at]]
            yield card, card.label(self._numbers[at])

    def _first(self, writing: int) -> LabelEntry:
        return next(self._labels(writing))[1]

    def _patterns(self, rules: dict[_Rule, int]) -> Iterator[bytes]:
        """Make the patterns of all writings, and note whose they are."""
        writings = iter(range(self.count))
        while some := list(islice(writings, _AT_ONCE)):
            labels = [self._first(writing) for writing in some]
            patterns = patterns_of([[*map(str.encode, _forms(label))] for label in labels])
            for writing, label, made in zip(some, labels, patterns, strict=True):
                takes_s = label.language.partition("-")[0] in _TAKE_S
                for text, stem, endings in made:
                    rule = _Rule(label.language, _is_in_capitals(label), _with_s(endings) if takes_s else endings)
                    self._owners.append(writing)
                    self._ruled.append(rules.setdefault(rule, len(rules)))
                    self._stems.append(hash(stem))
                    yield text

    def find(self, text: str, reading: Reading, language: str) -> list[Found]:
        """Find every label that a language has, also those within others."""
        if self._automaton is None:
            return []
        words, owners, ruled, stems = reading.words, self._owners, self._ruled, self._stems
        # Nothing is an s where the text has ended.
        low = reading.low + b" "
        rules = [rule if answers_for(rule.language, language) else None for rule in self._rules]
        found: list[Found] = []
        in_capitals: list[Found] = []
        # A pattern begins with a blank, and what is searched begins with one more than the text.
        for pattern, start, after in self._automaton.find_matches_as_indexes(words, overlapping=True):
            rule = rules[ruled[pattern]]
            if rule is None:
                continue
            # The word may end at the blank that ends the pattern, and lack its s there.
            end = words.find(b" ", after - 1) - 1
            ending = min(after - 1, end)
            if hash(low[start:ending]) != stems[pattern]:
                continue
            if low[end] == _S:
                end += 1
            if low[ending:end] not in rule.endings:
                continue
            if rule.in_capitals:
                if colon := _ENDING.match(low, end):
                    end = colon.end()
                in_capitals.append((start, -end, owners[pattern]))
            else:
                found.append((start, -end, owners[pattern]))
        return [*found, *self._written_so(in_capitals, text, reading)]

    def _written_so(self, found: list[Found], text: str, reading: Reading) -> Iterator[Found]:
        """Keep what is in capitals in the text too."""
        found.sort()
        places = reading.sources_of(start for start, _, _ in found)
        for each, place in zip(found, places, strict=True):
            if text.startswith(self._first(each[2]).value, place):
                yield each


def _writings(cards: Sequence[Card]) -> tuple["array[int]", "array[int]", "array[int]"]:
    """Find all writings: by number, where its labels begin in the arrays of cards and of places in them."""
    places, numbers, owners = array("I"), array("B"), array("I")
    alike: dict[tuple[object, ...], int] = {}
    for place, card in enumerate(cards):
        for number, label in enumerate(card.labels):
            if label.kind != LabelKind.HIDDEN:
                owners.append(alike.setdefault((label.value, label.forms, label.language), len(alike)))
                places.append(place)
                numbers.append(number)
    counts = [0] * len(alike)
    for owner in owners:
        counts[owner] += 1
    ordered = sorted(range(len(owners)), key=owners.__getitem__)
    return (
        array("I", accumulate(counts, initial=0)),
        array("I", map(places.__getitem__, ordered)),
        array("B", map(numbers.__getitem__, ordered)),
    )


def best_first(entries: Sequence[Entry]) -> Sequence[Entry]:
    """Order the labels that stand at one place, one of each term."""
    if len(entries) == 1:
        return entries
    worst_first = sorted(entries, key=_rank, reverse=True)
    return tuple({entry.card.id: entry for entry in worst_first}.values())[::-1]


def _rank(entry: Entry) -> tuple[int, bool, str]:
    return _ORDER[entry.kind], entry.card.status == TermStatus.DEPRECATED, entry.card.id


def _entry(card: Card, label: LabelEntry) -> Entry:
    return Entry(card, label, LabelKind.DEPRECATED if card.status == TermStatus.DEPRECATED else LabelKind(label.kind))


def _forms(label: LabelEntry) -> set[str]:
    """Give the forms of a label in small letters: those that are listed, in Swedish also those that the word takes."""
    word = fold(label.value)
    made = phrase_forms(word) if answers_for(label.language, "sv") else {word}
    return made.union(map(fold, label.forms))


def _with_s(endings: frozenset[bytes]) -> frozenset[bytes]:
    """Add the s that a word takes which does not end with one."""
    return endings.union(ending + b"s" for ending in endings if not ending.endswith(b"s"))


def _is_in_capitals(label: LabelEntry) -> bool:
    """Tell whether a label is what must be written as it stands."""
    return label.value.isupper() and len(label.value) > 1
