"""Terms found in a text: whole words in any of their forms, the longest first.

All forms of all labels stand in one automaton, which reads the text once. It is never changed: what changes stands in a
second, small one, and the terms that it tells of no longer count in the first.
"""

import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick

from api.annotations.reading import Reading, read, words_of
from api.published.cards import Card, LabelEntry
from api.swedish.inflection import phrase_forms
from db.vocabulary import LabelKind, TermStatus

# The languages whose words take an s: the genitive, in English the plural too.
_TAKE_S = frozenset({"sv", "en"})
_ORDER = {LabelKind.PREFERRED: 0, LabelKind.ALTERNATIVE: 1, LabelKind.DEPRECATED: 2, LabelKind.HIDDEN: 3}
# What follows an acronym after a colon: SKR:s, API:et, API:ernas.
_ENDING = re.compile(r":(?:s|[nt]s?|as?|e[nt]s?|ern?as?|ers?|arn?as?|ars?)(?!\w)")


class Entry(NamedTuple):
    """A label of a term, as it is looked for; `capitals` is what must be written as it stands."""

    card: Card
    label: LabelEntry
    kind: LabelKind
    rank: tuple[int, bool, str]
    capitals: str
    takes_s: bool


class Mark(NamedTuple):
    """A place where a term stands, in code points of the text, and the labels that it can be: the best first."""

    start: int
    end: int
    entries: list[Entry]


# Start, negative end, rank, a number of its own, label: sorted, the first and longest comes first, and the best of it.
Found = tuple[int, int, tuple[int, bool, str], int, Entry]
Wanted = Callable[[Entry], bool]


class _Index:
    """The automaton of some terms, and which label each of its patterns belongs to."""

    def __init__(self, cards: Iterable[Card]) -> None:
        self._entries = [_entry(card, label) for card in cards for label in card.labels]
        self._owners = array("I")
        # The hash of a form stands for it: its pattern does not tell an s from none, nor a comma from a space.
        self._forms = array("q")
        forms: list[str] = []
        for owner, entry in enumerate(self._entries):
            for form in _forms(entry.label):
                forms.append(form)
                self._owners.append(owner)
                self._forms.append(hash(form))
        self._automaton = AhoCorasick(_patterns(forms), store_patterns=False) if forms else None

    def find(self, text: str, reading: Reading, wanted: Wanted) -> list[Found]:
        """Find every label of the wanted languages and terms, also those within others."""
        if self._automaton is None:
            return []
        low, source_of, owners, forms, entries = (
            *(reading.low, reading.source_of),
            *(self._owners, self._forms, self._entries),
        )
        found: list[Found] = []
        # A pattern begins and ends with a blank, and what is searched begins with one more than the text.
        for pattern, start, after in self._automaton.find_matches_as_indexes(reading.words, overlapping=True):
            entry = entries[owners[pattern]]
            end, form = after - 2, forms[pattern]
            if low[end : end + 1] == "s":
                if hash(low[start : end + 1]) != form and not (entry.takes_s and hash(low[start:end]) == form):
                    continue
                end += 1
            elif hash(low[start:end]) != form:
                continue
            if not wanted(entry):
                continue
            if entry.capitals:
                if not text.startswith(entry.capitals, source_of(start) if source_of else start):
                    continue
                if ending := _ENDING.match(low, end):
                    end = ending.end()
            found.append((start, -end, entry.rank, len(found), entry))
        return found


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
        spoken: dict[str, bool] = {}

        def wanted(entry: Entry) -> bool:
            known = spoken.get(entry.label.language)
            if known is None:
                known = spoken[entry.label.language] = _speaks(entry.label.language, language)
            return known and entry.kind is not LabelKind.HIDDEN

        def wanted_of_old(entry: Entry) -> bool:
            return wanted(entry) and entry.card.id not in self.gone

        found = self.base.find(text, reading, wanted_of_old if self.gone else wanted)
        if fresh := self.patch.find(text, reading, wanted):
            found += [(start, end, rank, len(found) + at, entry) for start, end, rank, at, entry in fresh]
        found.sort()
        return _longest(found, reading.source_of)


def _longest(found: list[Found], source_of: Callable[[int], int] | None) -> list[Mark]:
    """Keep the longest at each place, and what else it can be."""
    marks: list[Mark] = []
    here = free = 0
    for start, negative_end, _, _, entry in found:
        if start >= free:
            here, free = start, -negative_end
            at = (source_of(here), source_of(free)) if source_of else (here, free)
            marks.append(Mark(*at, [entry]))
        elif start == here and -negative_end == free:
            entries = marks[-1].entries
            if all(entry.card.id != other.card.id for other in entries):
                entries.append(entry)
    return marks


def _patterns(forms: list[str]) -> Iterator[str]:
    """Make a pattern of each form: all at once, since making a text ready costs more than its length."""
    words = words_of("\n".join(f" {form} " for form in forms))
    start = 0
    for form in forms:
        yield words[start : start + len(form) + 2]
        start += len(form) + 3


def _forms(label: LabelEntry) -> set[str]:
    """Give the forms of a label in small letters: those that are listed, in Swedish also those that the word takes."""
    word, *listed = label.folded
    made = phrase_forms(word) if _speaks(label.language, "sv") else {word}
    return made.union(listed)


def _entry(card: Card, label: LabelEntry) -> Entry:
    deprecated = card.status == TermStatus.DEPRECATED
    kind = LabelKind(label.kind)
    capitals = label.value if label.value.isupper() and len(label.value) > 1 else ""
    if deprecated and kind != LabelKind.HIDDEN:
        kind = LabelKind.DEPRECATED
    takes_s = label.language.partition("-")[0] in _TAKE_S
    return Entry(card, label, kind, (_ORDER[kind], deprecated, card.id), capitals, takes_s)


def _speaks(language: str, asked: str) -> bool:
    """Tell whether a label's language is the one asked for, or its variant, or what it is a variant of."""
    return language == asked or language.startswith(f"{asked}-") or asked.startswith(f"{language}-")
