"""What the picture knows of one term: taken once from its ready document."""

from sys import intern
from typing import NamedTuple

from pydantic_core import from_json

from api.languages import best_language
from api.published.labels import LabelEntry, Layout, keys_of, layout_of
from api.published.packing import Packing
from api.terms.rules import own_word
from db.vocabulary import LabelKind


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
    layout: Layout
    words: tuple[str, ...]
    keys: tuple[str, ...]
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
    def labels(self) -> tuple[LabelEntry, ...]:
        """Give the labels in the order of the term."""
        return tuple(map(self.label, range(len(self.layout.kinds))))

    def label(self, place: int) -> LabelEntry:
        kinds, languages, starts, _ = self.layout
        start, end = starts[place], starts[place + 1]
        return LabelEntry(
            self.words[start], kinds[place], languages[place], self.words[start + 1 : end], self.keys[start:end]
        )

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
    words = tuple([word for label in term["labels"] for word in (label["value"], *label["forms"])])
    keys = keys_of(words)
    preferred = own_word(term["labels"])
    # What others state as well is added when the term is read, so it is taken out here. No text holds a bare quote.
    before, _, rest = encoded.partition(b',"related":[')
    return Card(
        id=intern(term["id"]),
        packed=packing.pack(before + rest[rest.index(b"]") + 1 :]),
        packing=packing,
        order=keys[words.index(preferred)],
        domain=intern(term["domain"]),
        status=intern(term["status"]),
        version=intern(term["version"]),
        revision=term["revision"],
        preferred=preferred,
        layout=layout_of(term["labels"]),
        words=words,
        keys=words if keys == words else keys,
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
    kinds, languages, starts, _ = card.layout
    there = {
        tag: start for kind, tag, start in zip(kinds, languages, starts, strict=False) if kind == LabelKind.PREFERRED
    }
    chosen = best_language(language, there)
    return card.words[there[chosen]] if chosen else card.preferred
