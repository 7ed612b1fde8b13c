"""What the picture knows of one term: taken once from its ready document."""

from collections.abc import Iterable, Mapping
from sys import intern
from typing import Any, NamedTuple

from pydantic_core import from_json, to_json

from api.published.packing import Packing
from api.swedish import fold, sort_key
from db.vocabulary import LabelKind

SWEDISH = "sv"


class LabelEntry(NamedTuple):
    """A label as it is searched: `folded` holds the value, then the forms, a line each."""

    value: str
    kind: str
    language: str
    folded: tuple[str, ...]


class Card(NamedTuple):
    """What the picture knows of one term.

    There may be a hundred thousand: what only some reads need stays in the document, and equal words are one object.
    """

    id: str
    packed: bytes
    packing: Packing
    order: str
    domain: str
    status: str
    version: str
    revision: int
    preferred: str
    labels: tuple[LabelEntry, ...]
    broader: tuple[str, ...]
    related: tuple[str, ...]
    content_hash: bytes

    @property
    def document(self) -> bytes:
        """Give the ready JSON, less what others give the term."""
        return self.packing.unpack(self.packed)

    @property
    def texts(self) -> tuple[str, ...]:
        """Give the definitions, folded."""
        return tuple(fold(definition["text"]) for definition in from_json(self.document)["definitions"])

    @property
    def digest_line(self) -> str:
        """Give the line of this term in what the glossary's hash is taken over."""
        return f"{self.id} {self.version} {self.status} sha256:{self.content_hash.hex()}\n"


class DomainCard(NamedTuple):
    id: str
    labels: list[dict[str, str]]


def card_of(document: str, packing: Packing) -> Card:
    """Take from a ready document what lists, search and relations need."""
    encoded = document.encode()
    term = from_json(encoded, cache_strings="keys")
    labels = tuple(map(_entry, term["labels"]))
    preferred = _preferred(labels, SWEDISH) or labels[0].value
    # What others state as well is added when the term is read, so it is taken out here.
    stated = b',"related":' + to_json(term["related"])
    return Card(
        id=intern(term["id"]),
        packed=packing.pack(encoded.replace(stated, b"", 1)),
        packing=packing,
        order=_same(sort_key(preferred), preferred),
        domain=intern(term["domain"]),
        status=intern(term["status"]),
        version=intern(term["version"]),
        revision=term["revision"],
        preferred=preferred,
        labels=labels,
        broader=tuple(map(intern, term["broader"])),
        related=tuple(map(intern, term["related"])),
        content_hash=bytes.fromhex(term["contentHash"].removeprefix("sha256:")),
    )


def preferred_label(card: Card, language: str | None) -> str:
    """Give the preferred label in a language, else in Swedish, else the first."""
    return (language and _preferred(card.labels, language)) or card.preferred


def _entry(label: Mapping[str, Any]) -> LabelEntry:
    value = label["value"]
    folded = (_same(fold(value), value), *(fold(form) for form in label["forms"]))
    return LabelEntry(value, intern(label["kind"]), intern(label["language"]), folded)


def _same(text: str, other: str) -> str:
    return other if text == other else text


def _preferred(labels: Iterable[LabelEntry], language: str) -> str | None:
    for label in labels:
        if label.language == language and label.kind == LabelKind.PREFERRED:
            return label.value
    return None
