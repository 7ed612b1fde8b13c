"""What the picture knows of one term: taken once from its ready document."""

from collections.abc import Iterable, Mapping
from sys import intern
from typing import Any, NamedTuple

from pydantic_core import from_json

from api.languages import best_language
from api.published.packing import Packing
from api.swedish import sort_key
from api.terms.rules import own_word
from db.vocabulary import LabelKind


class LabelEntry(NamedTuple):
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
    replaced_by: str | None
    valid_from: str
    changed_at: str
    content_hash: bytes

    @property
    def document(self) -> bytes:
        """Give the ready JSON, less what others give the term."""
        return self.packing.unpack(self.packed)

    @property
    def texts(self) -> tuple[TextEntry, ...]:
        """Give the definitions: read anew each time, since only an index looks at them, once."""
        return tuple(
            TextEntry(intern(text["language"]), intern(text["audience"]), text["text"])
            for text in from_json(self.document)["definitions"]
        )

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
    labels = _entries(term["labels"])
    preferred = own_word(term["labels"])
    # What others state as well is added when the term is read, so it is taken out here. No text holds a bare quote.
    before, _, rest = encoded.partition(b',"related":[')
    return Card(
        id=intern(term["id"]),
        packed=packing.pack(before + rest[rest.index(b"]") + 1 :]),
        packing=packing,
        order=next(label.folded[0] for label in labels if label.value == preferred),
        domain=intern(term["domain"]),
        status=intern(term["status"]),
        version=intern(term["version"]),
        revision=term["revision"],
        preferred=preferred,
        labels=labels,
        broader=tuple(map(intern, term["broader"])),
        related=tuple(map(intern, term["related"])),
        replaced_by=term["replacedBy"],
        valid_from=intern(term["validFrom"]),
        changed_at=intern(term["changedAt"]),
        content_hash=bytes.fromhex(term["contentHash"].removeprefix("sha256:")),
    )


def preferred_label(card: Card, language: str | None) -> str:
    """Give the preferred label in a language or what stands in for it, else in Swedish, else the first."""
    if language is None:
        return card.preferred
    there = (label.language for label in card.labels if label.kind == LabelKind.PREFERRED)
    chosen = best_language(language, there)
    return (chosen and _preferred(card.labels, chosen)) or card.preferred


def _entries(labels: Iterable[Mapping[str, Any]]) -> tuple[LabelEntry, ...]:
    # All keys of a term at once: sort_key costs most for being called. U+0000 is in no text, and no space to it.
    words = [word for label in labels for word in (label["value"], *label["forms"])]
    keys = [
        word if key == word else key
        for key, word in zip(map(str.strip, sort_key("\0".join(words)).split("\0")), words, strict=True)
    ]
    made, start = list[LabelEntry](), 0
    for label in labels:
        end = start + 1 + len(label["forms"])
        forms, folded = tuple(words[start + 1 : end]), tuple(keys[start:end])
        made.append(LabelEntry(words[start], intern(label["kind"]), intern(label["language"]), forms, folded))
        start = end
    return tuple(made)


def _preferred(labels: Iterable[LabelEntry], language: str) -> str | None:
    for label in labels:
        if label.language == language and label.kind == LabelKind.PREFERRED:
            return label.value
    return None
