"""What the picture knows of one term: taken once from its ready document."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json

from api.swedish import fold, sort_key
from db.vocabulary import LabelKind

SWEDISH = "sv"


@dataclass(frozen=True, slots=True)
class LabelEntry:
    """A label as it is searched: `folded` holds the value, then the forms, a line each."""

    value: str
    kind: str
    language: str
    folded: tuple[str, ...]


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
    texts: tuple[str, ...]
    broader: tuple[str, ...]
    related: tuple[str, ...]
    digest_line: str


@dataclass(frozen=True, slots=True)
class DomainCard:
    id: str
    labels: list[dict[str, str]]


def card_of(document: str) -> Card:
    """Take from a ready document what lists, search and relations need."""
    term = from_json(document)
    labels = tuple(_entry(label) for label in term["labels"])
    preferred = _preferred(labels, SWEDISH) or labels[0].value
    return Card(
        id=term["id"],
        document=document,
        order=sort_key(preferred),
        domain=term["domain"],
        status=term["status"],
        version=term["version"],
        preferred=preferred,
        labels=labels,
        texts=tuple(fold(definition["text"]) for definition in term["definitions"]),
        broader=tuple(term["broader"]),
        related=tuple(term["related"]),
        digest_line=f"{term['id']} {term['version']} {term['status']} {term['contentHash']}\n",
    )


def preferred_label(card: Card, language: str | None) -> str:
    """Give the preferred label in a language, else in Swedish, else the first."""
    return (language and _preferred(card.labels, language)) or card.preferred


def _entry(label: Mapping[str, Any]) -> LabelEntry:
    folded = (fold(label["value"]), *(fold(form) for form in label["forms"]))
    return LabelEntry(label["value"], label["kind"], label["language"], folded)


def _preferred(labels: Iterable[LabelEntry], language: str) -> str | None:
    for label in labels:
        if label.language == language and label.kind == LabelKind.PREFERRED:
            return label.value
    return None
