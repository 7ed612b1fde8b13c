"""What the picture knows of one term: taken once from its ready document."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from pydantic_core import from_json

from api.languages import best_language
from api.swedish import sort_key
from api.terms.rules import own_word
from db.vocabulary import LabelKind


@dataclass(frozen=True, slots=True)
class LabelEntry:
    """A label as it is searched: `forms` as they are written, `folded` the key of the value, then of the forms."""

    value: str
    kind: str
    language: str
    forms: tuple[str, ...]
    folded: tuple[str, ...]


class TextEntry(NamedTuple):
    """A definition as it is searched."""

    language: str
    audience: str
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """What the picture knows of one term; `document` is its ready JSON, less what others give it."""

    id: str
    document: str
    order: str
    domain: str
    status: str
    version: str
    preferred: str
    labels: tuple[LabelEntry, ...]
    texts: tuple[TextEntry, ...]
    broader: tuple[str, ...]
    related: tuple[str, ...]
    valid_from: str
    changed_at: str
    digest_line: str


@dataclass(frozen=True, slots=True)
class DomainCard:
    id: str
    labels: list[dict[str, str]]


def card_of(document: str) -> Card:
    """Take from a ready document what lists, search and relations need."""
    term = from_json(document)
    labels = tuple(_entry(label) for label in term["labels"])
    preferred = own_word(term["labels"])
    return Card(
        id=term["id"],
        document=document,
        order=sort_key(preferred),
        domain=term["domain"],
        status=term["status"],
        version=term["version"],
        preferred=preferred,
        labels=labels,
        texts=tuple(TextEntry(text["language"], text["audience"], text["text"]) for text in term["definitions"]),
        broader=tuple(term["broader"]),
        related=tuple(term["related"]),
        valid_from=term["validFrom"],
        changed_at=term["changedAt"],
        digest_line=f"{term['id']} {term['version']} {term['status']} {term['contentHash']}\n",
    )


def preferred_label(card: Card, language: str | None) -> str:
    """Give the preferred label in a language or what stands in for it, else in Swedish, else the first."""
    if language is None:
        return card.preferred
    there = (label.language for label in card.labels if label.kind == LabelKind.PREFERRED)
    chosen = best_language(language, there)
    return (chosen and _preferred(card.labels, chosen)) or card.preferred


def _entry(label: Mapping[str, Any]) -> LabelEntry:
    forms = tuple(label["forms"])
    folded = tuple(map(sort_key, (label["value"], *forms)))
    return LabelEntry(label["value"], label["kind"], label["language"], forms, folded)


def _preferred(labels: Iterable[LabelEntry], language: str) -> str | None:
    for label in labels:
        if label.language == language and label.kind == LabelKind.PREFERRED:
            return label.value
    return None
