"""Tokens that have been verified, so that one which comes again costs a look in a table."""

import time
from collections.abc import Callable

from api.identity.authenticate import Caller
from api.identity.tokens import LEEWAY

_MOST_BYTES = 8_000_000
_MOST_TOKENS = 10_000
# For what stands beside the text: the entry, the caller and its scopes.
_OVERHEAD = 1_000


class VerifiedTokens:
    """Callers by their whole token, as good as the keys and issuers that it was verified by.

    Whoever changes those makes a new table; what is still being verified then ends in the old one, which nobody asks.
    Refused tokens are not kept: there is no end of them.
    """

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._found: dict[bytes, tuple[float, Caller]] = {}
        self._size = 0

    def get(self, token: bytes) -> Caller | None:
        """Give the caller of a token that is known and not over; any thread, without waiting."""
        found = self._found.get(token)
        return found[1] if found is not None and found[0] > self._now() else None

    def keep(self, token: bytes, caller: Caller, expires_at: int) -> None:
        """Keep a verified token as long as the verifier would take it; only on the event loop."""
        if token in self._found:
            return
        self._found[token] = (expires_at + LEEWAY, caller)
        self._size += len(token) + _OVERHEAD
        # The oldest goes, used or not: its holder comes again, and a hit keeps no books.
        while len(self._found) > _MOST_TOKENS or self._size > _MOST_BYTES:
            oldest = next(iter(self._found))
            del self._found[oldest]
            self._size -= len(oldest) + _OVERHEAD
