"""Terms found in a text: whole words in any of their forms, the longest first.

All forms of all labels stand in one automaton, which reads the text once. It is never changed: what changes stands in a
second, small one, and the terms that it tells of no longer count in the first.
"""

import re
from array import array
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick

from api.annotations.reading import Reading, read, words_of
from api.languages import answers_for
from api.published.cards import Card, LabelEntry
from api.swedish import fold
from api.swedish.inflection import phrase_forms
from db.vocabulary import LabelKind, TermStatus

# The languages whose words take an s: the genitive, in English the plural too.
_TAKE_S = frozenset({"sv", "en"})
_ORDER = {LabelKind.PREFERRED: 0, LabelKind.ALTERNATIVE: 1, LabelKind.DEPRECATED: 2, LabelKind.HIDDEN: 3}
# So many labels are made patterns at a time.
_AT_ONCE = 1_000
# What follows an acronym after a colon: SKR:s, API:et, API:ernas.
_ENDING = re.compile(rb":(?:s|[nt]s?|as?|e[nt]s?|ern?as?|ers?|arn?as?|ars?)(?![\w\x80-\xff])")


class Entry(NamedTuple):
    """A label of a term, as it is looked for; small, since there are as many as there are labels."""

    card: Card
    label: LabelEntry
    kind: LabelKind


class Mark(NamedTuple):
    """A place where a term stands, in code points of the text, and the labels that it can be: the best first."""

    start: int
    end: int
    entries: Sequence[Entry]


# Start, negative end, number of the label: sorted, the first and longest comes first.
Found = tuple[int, int, int]


class _Index:
    """The automaton of some terms, and which label each of its patterns belongs to."""

    def __init__(self, cards: Iterable[Card]) -> None:
        alike: dict[tuple[object, ...], tuple[Entry, ...]] = {}
        for card in cards:
            for label in card.labels:
                if label.kind != LabelKind.HIDDEN:
                    key = fold(label.value), label.forms, label.language, _is_in_capitals(label)
                    alike[key] = (*alike.get(key, ()), Entry(card, label, _kind(card, label)))
        # Labels that are written alike are looked for once, however many terms have them.
        self.entries = [_best_first(entries) for entries in alike.values()]
        del alike
        # By label, in one number: its language, and whether it is in capitals or takes an s. Whole objects are looked
        # at for what is marked only: they lie scattered in memory, and to fetch them would cost more than all else.
        self._languages: dict[str, int] = {}
        self._traits = array("I", (self._trait(entries[0].label) for entries in self.entries))
        self._owners = array("I")
        # The hash of a form stands for it: its pattern does not tell an s from none, nor a comma from a space.
        self._forms = array("q")
        self._automaton = BytesAhoCorasick(self._patterns()) if self.entries else None

    def _trait(self, label: LabelEntry) -> int:
        language = self._languages.setdefault(label.language, len(self._languages))
        takes_s = label.language.partition("-")[0] in _TAKE_S
        return language << 2 | _is_in_capitals(label) << 1 | takes_s

    def _patterns(self) -> Iterator[bytes]:
        """Make a pattern of each form, and note whose it is; many at once, since each call costs more than a form."""
        owners = iter(enumerate(self.entries))
        while some := list(islice(owners, _AT_ONCE)):
            forms: list[bytes] = []
            for owner, entries in some:
                made = [*map(str.encode, _forms(entries[0].label))]
                forms += made
                self._owners.extend([owner] * len(made))
                self._forms.extend(map(hash, made))
            words, start = words_of(b"\n".join(b" %b " % form for form in forms)), 0
            for form in forms:
                yield words[start : start + len(form) + 2]
                start += len(form) + 3

    def find(self, text: str, reading: Reading, language: str) -> list[Found]:
        """Find every label that a language has, also those within others."""
        if self._automaton is None:
            return []
        low, owners, forms, traits = reading.low, self._owners, self._forms, self._traits
        spoken = {number for known, number in self._languages.items() if answers_for(known, language)}
        found: list[Found] = []
        in_capitals: list[Found] = []
        # A pattern begins and ends with a blank, and what is searched begins with one more than the text.
        for pattern, start, after in self._automaton.find_matches_as_indexes(reading.words, overlapping=True):
            owner = owners[pattern]
            trait, end = traits[owner], after - 2
            if trait >> 2 not in spoken:
                continue
            as_it_is = hash(low[start:end]) == forms[pattern]
            if low[end : end + 1] == b"s":
                if not (as_it_is and trait & 1) and hash(low[start : end + 1]) != forms[pattern]:
                    continue
                end += 1
            elif not as_it_is:
                continue
            if trait & 2:
                if ending := _ENDING.match(low, end):
                    end = ending.end()
                in_capitals.append((start, -end, owner))
            else:
                found.append((start, -end, owner))
        return [*found, *self._written_so(in_capitals, text, reading)]

    def _written_so(self, found: list[Found], text: str, reading: Reading) -> Iterator[Found]:
        """Keep what is in capitals in the text too."""
        found.sort()
        places = reading.sources_of(start for start, _, _ in found)
        for each, place in zip(found, places, strict=True):
            if text.startswith(self.entries[each[2]][0].label.value, place):
                yield each


@dataclass(frozen=True)
class Marker:
    """Finds terms in texts; made by `build`, changed by `patched`."""

    base: _Index
    fresh: Mapping[str, Card]
    patch: _Index
    gone: frozenset[str]

    @staticmethod
    def build(cards: Iterable[Card]) -> "Marker":
        """Make all forms of all terms: some seconds for 100,000 terms, for a thread of its own."""
        return Marker(_Index(cards), {}, _Index(()), frozenset())

    def patched(self, changed: Iterable[Card], removed: Iterable[str] = ()) -> "Marker":
        """Give the marker after some terms changed; costs what has changed since it was built."""
        left = frozenset(removed)
        cards = {**self.fresh, **{card.id: card for card in changed}}
        fresh = {term_id: card for term_id, card in cards.items() if term_id not in left}
        return Marker(self.base, fresh, _Index(fresh.values()), self.gone | fresh.keys() | left)

    def mark(self, text: str, language: str) -> list[Mark]:
        """Find the terms of a text in its order; marks do not overlap, hidden labels do not count."""
        reading = read(text)
        found, entries = self.base.find(text, reading, language), self.base.entries
        if self.gone:
            found = [each for each in found if self._left(entries[each[2]])]
        if fresh := self.patch.find(text, reading, language):
            # Numbered from the other end.
            count = len(self.patch.entries)
            found += [(start, end, number - count) for start, end, number in fresh]
        found.sort()
        places, labels = _longest(found)
        sources = iter(reading.sources_of(places))
        return list(map(Mark, sources, sources, map(self._entries, labels)))

    def _entries(self, numbers: list[int]) -> Sequence[Entry]:
        """Give the labels that stand at one place, the best first; what has changed is numbered from the other end."""
        if len(numbers) == 1 and not self.gone:
            return self.base.entries[numbers[0]]
        there: list[Entry] = []
        for number in numbers:
            there += self.patch.entries[number] if number < 0 else self._left(self.base.entries[number])
        return _best_first(there)

    def _left(self, entries: Sequence[Entry]) -> list[Entry]:
        """Give those whose term still is as it was when the large automaton was built."""
        return [entry for entry in entries if entry.card.id not in self.gone]


def _longest(found: list[Found]) -> tuple[list[int], list[list[int]]]:
    """Keep the longest at each place: where each begins and ends, and the numbers of all labels that it can be."""
    places: list[int] = []
    labels: list[list[int]] = []
    here = free = 0
    for start, negative_end, number in found:
        if start >= free:
            here, free = start, -negative_end
            places += (here, free)
            labels.append([number])
        elif start == here and -negative_end == free:
            labels[-1].append(number)
    return places, labels


def _best_first(entries: Sequence[Entry]) -> Sequence[Entry]:
    """Order the labels that stand at one place, one of each term."""
    if len(entries) == 1:
        return entries
    worst_first = sorted(entries, key=_rank, reverse=True)
    return tuple({entry.card.id: entry for entry in worst_first}.values())[::-1]


def _rank(entry: Entry) -> tuple[int, bool, str]:
    return _ORDER[entry.kind], entry.card.status == TermStatus.DEPRECATED, entry.card.id


def _forms(label: LabelEntry) -> set[str]:
    """Give the forms of a label in small letters: those that are listed, in Swedish also those that the word takes."""
    word = fold(label.value)
    made = phrase_forms(word) if answers_for(label.language, "sv") else {word}
    return made.union(map(fold, label.forms))


def _kind(card: Card, label: LabelEntry) -> LabelKind:
    return LabelKind.DEPRECATED if card.status == TermStatus.DEPRECATED else LabelKind(label.kind)


def _is_in_capitals(label: LabelEntry) -> bool:
    """Tell whether a label is what must be written as it stands."""
    return label.value.isupper() and len(label.value) > 1
