"""The whole glossary in one answer: its bytes, and its compressed forms, made when they are first asked for."""

import hashlib
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from itertools import islice
from threading import Lock
from typing import Any

from pydantic_core import to_json

from api.edge.encodings import IDENTITY, Coding
from api.edge.finished import tag_of
from api.published.cards import Card

# So many terms are joined at a time: never the whole of a large glossary beside its compressed form.
_PIECE = 1_000


class Bundle:
    """The glossary at the sequence at which it last changed; safe to ask from several threads.

    Nothing of a large one is made before somebody asks, and then once: others who ask meanwhile wait for it.
    """

    def __init__(
        self,
        sequence: int,
        generated_for: str | None,
        domains: list[dict[str, Any]],
        cards: Iterable[Card],
        shown: Callable[[Card], bytes],
    ) -> None:
        self.sequence = sequence
        self._generated_for = generated_for
        self._domains = domains
        self._cards = cards
        self._shown = shown
        self._making = Lock()
        self._kept: dict[str, tuple[bytes, bytes | None]] = {}

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 over one line a term, by id: id, version, status and content hash."""
        digest = hashlib.sha256()
        lines = (card.digest_line for card in self._cards)
        while piece := "".join(islice(lines, _PIECE)):
            digest.update(piece.encode())
        return f"sha256:{digest.hexdigest()}"

    def coded(self, coding: Coding) -> tuple[bytes, bytes]:
        """Give the entity tag and the body in a coding; what is not compressed is joined each time."""
        with self._making:
            tag, body = self._kept.get(coding.name) or self._make(coding)
        return tag, b"".join(self._pieces()) if body is None else body

    def changes(self, since: int, sequence: int, touched: Iterable[Card]) -> bytes:
        """Give what a copy of an earlier sequence lacks: these terms in place of its own, by id.

        The domains are told with them, for their counts of terms; nothing public is ever removed.
        """
        changed = b",".join(map(self._shown, touched))
        head = {"since": since, "sequence": sequence, "contentHash": self.content_hash}
        rest = {"removed": [], "domains": self._domains if changed else None}
        return b'%b,"changed":[%b],%b' % (to_json(head)[:-1], changed, to_json(rest)[1:])

    def _make(self, coding: Coding) -> tuple[bytes, bytes | None]:
        digest, made = hashlib.sha256(), []
        for piece in coding.stream(self._pieces()):
            digest.update(piece)
            if coding is not IDENTITY:
                made.append(piece)
        kept = self._kept[coding.name] = tag_of(digest.digest()), b"".join(made) if coding is not IDENTITY else None
        return kept

    def _pieces(self) -> Iterator[bytes]:
        head = to_json(
            {
                "sequence": self.sequence,
                "contentHash": self.content_hash,
                "generatedFor": self._generated_for,
                "domains": self._domains,
                "terms": [],
            }
        )
        yield head.removesuffix(b"]}")
        shown = map(self._shown, self._cards)
        piece = b",".join(islice(shown, _PIECE))
        while piece:
            yield piece
            piece = b",".join(islice(shown, _PIECE))
            if piece:
                yield b","
        yield b"]}"
