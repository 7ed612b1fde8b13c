"""Tokens that have been verified, so that one which comes again costs a look in a table."""

import time
from collections.abc import Callable
from typing import NamedTuple

from api.identity.authenticate import Caller
from api.identity.claims import LEEWAY

_MOST_BYTES = 8_000_000
_MOST_TOKENS = 10_000
# For what stands beside the text: the entry, the caller and its scopes.
_OVERHEAD = 1_000
# The end of a signature tells tokens apart, and is hashed in a tenth of the time of a whole token.
_TAIL = 64


class _Entry(NamedTuple):
    token: bytes
    good_until: float
    caller: Caller


class VerifiedTokens:
    """Callers by their whole token, as good as the keys and issuers that it was verified by.

    Whoever changes those makes a new table; what is still being verified then ends in the old one, which nobody asks.
    Refused tokens are not kept: there is no end of them.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._entries: dict[bytes, _Entry] = {}
        self._size = 0

    def get(self, token: bytes) -> Caller | None:
        """Give the caller of a token that is known and not over; any thread, without waiting."""
        entry = self._entries.get(token[-_TAIL:])
        if entry is None or entry.token != token or entry.good_until <= self._now():
            return None
        return entry.caller

    def keep(self, token: bytes, caller: Caller, expires_at: int) -> None:
        """Keep a verified token as long as the verifier would take it; only on the event loop."""
        self._drop(token[-_TAIL:])
        self._entries[token[-_TAIL:]] = _Entry(token, expires_at + LEEWAY, caller)
        self._size += len(token) + _OVERHEAD
        # The oldest goes, used or not: its holder comes again, and a hit keeps no books.
        while len(self._entries) > _MOST_TOKENS or self._size > _MOST_BYTES:
            self._drop(next(iter(self._entries)))

    def _drop(self, tail: bytes) -> None:
        entry = self._entries.pop(tail, None)
        if entry is not None:
            self._size -= len(entry.token) + _OVERHEAD
