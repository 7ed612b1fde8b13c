"""The glossary as people read it: a word list from A to Ö, and a search that tells which word it found."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from api.published.cards import Card
from api.published.labels import LabelEntry
from api.published.picture import Picture
from api.search.selection import Hit
from api.swedish import initial
from db.vocabulary import LabelKind, TermStatus

# So many terms, and the words that lead to them, keep a page under 60 kB.
TERMS_A_PAGE = 200
_MOST_HITS = 50
_SWEDISH = "sv"
_LEADING_ON = frozenset({LabelKind.ALTERNATIVE, LabelKind.DEPRECATED})


class Entry(NamedTuple):
    """One line of the word list: a term by its own word, or by another that leads to it."""

    order: str
    word: str
    kind: str
    card: Card


@dataclass(frozen=True, slots=True)
class WordList:
    """One page of the word list; `letters` tells on which page each letter begins."""

    page: int
    pages: int
    letters: Mapping[str, int]
    groups: Mapping[str, Sequence[Entry]]


def word_list(picture: Picture, page: int) -> WordList:
    """Lay out one page of the word list; one past the end is empty.

    A page is a slice of the terms, and the other words that sort between its first term and the next page's.
    """
    cards = picture.ordered
    starts = ["", *(card.order for card in cards[TERMS_A_PAGE::TERMS_A_PAGE])]
    entries = [
        Entry(card.order, card.preferred, _kind(card), card)
        for card in cards[(page - 1) * TERMS_A_PAGE : page * TERMS_A_PAGE]
    ]
    initials = _initials(cards)
    if page <= len(starts):
        end = starts[page] if page < len(starts) else None
        entries += _leading_on(cards, starts[page - 1], end, initials)
    groups: dict[str, list[Entry]] = {}
    for entry in sorted(entries, key=lambda entry: (entry.order, entry.word, entry.card.id)):
        groups.setdefault(initial(entry.order), []).append(entry)
    letters: dict[str, int] = {}
    for first, place in sorted(initials.items()):
        begins = bisect_right(starts, first) if place is None else place // TERMS_A_PAGE + 1
        letters.setdefault(initial(first), begins)
    return WordList(page, len(starts), letters, groups)


def _kind(card: Card) -> LabelKind:
    return LabelKind.DEPRECATED if card.status == TermStatus.DEPRECATED else LabelKind.PREFERRED


def _initials(cards: Sequence[Card]) -> dict[str, int | None]:
    """Give the place of the first term under each initial, in a few steps however long the list is."""
    found: dict[str, int | None] = {}
    place = 0
    while place < len(cards):
        first = cards[place].order[:1]
        found[first] = place
        place = bisect_left(cards, chr(ord(first or "\0") + 1), lo=place + 1, key=lambda card: card.order)
    return found


def _leading_on(cards: Iterable[Card], start: str, end: str | None, initials: dict[str, int | None]) -> Iterator[Entry]:
    """Find the words other than terms' own between two places; their initials are added to the known ones."""
    for card in cards:
        for label in card.labels:
            if label.kind in _LEADING_ON and label.language == _SWEDISH:
                order = label.folded[0]
                initials.setdefault(order[:1], None)
                if start <= order and (end is None or order < end):
                    yield Entry(order, label.value, label.kind, card)


@dataclass(frozen=True, slots=True)
class Found:
    """A term that a search found, by which word; without one its definition holds what was sought."""

    card: Card
    word: LabelEntry | None
    reason: str | None
    explanation: str | None
    replaced_by: Card | None


def look_up(picture: Picture, query: str) -> tuple[int, list[Found]]:
    """Count the terms that answer a query, and describe the best."""
    found = picture.index.search(query)
    return found.total, [_found(picture, hit) for hit in found.page(0, _MOST_HITS)]


def _found(picture: Picture, hit: Hit) -> Found:
    card, match = hit.card, hit.match
    term = picture.term(card)
    word = card.label(match.label) if match else None
    reason = term["labels"][match.label]["reason"] if match else None
    explained = (text["text"] for text in definitions(term) if text["language"] == _SWEDISH)
    return Found(card, word, reason, next(explained, None), picture.cards.get(term["replacedBy"]))


def definitions(term: dict[str, Any]) -> list[dict[str, Any]]:
    """Order a term's definitions: Swedish and for everybody first, and of each the one in plain language."""
    return sorted(
        term["definitions"],
        key=lambda text: (text["language"] != _SWEDISH, text["audience"] != "general", text["style"] != "plain"),
    )


def domain_name(picture: Picture, domain_id: str) -> str:
    """Give a subject domain's Swedish name."""
    for domain in picture.domains:
        if domain.id == domain_id:
            names = {label["language"]: label["value"] for label in domain.labels}
            return names.get(_SWEDISH, domain_id)
    return domain_id
