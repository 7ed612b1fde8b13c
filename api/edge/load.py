"""How many requests are worked on at once: beyond that, or while the process is behind, they are told to come back."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.types import ASGIApp, Receive, Scope, Send

from api.edge.context import FREE, context_of
from api.errors import TooManyRequests, Unavailable
from api.problems import problem_response

# So many bodies of a megabyte are held for one address at once, half of what a process may take.
MOST_BODIES = 256


class Load:
    """Refuse requests early when `most` are under way, or what is remembered is old; cached answers never come here."""

    def __init__(self, app: ASGIApp, base_url: str, most: int) -> None:
        self.app = app
        self.base_url = base_url
        self.most = most
        self.under_way = 0
        self.receiving: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in FREE:
            await self.app(scope, receive, send)
            return
        context = context_of(scope)
        if context.behind or self.under_way >= self.most:
            reason = "The newest changes cannot be read." if context.behind else "Too many requests are under way."
            error = Unavailable(reason, {"Retry-After": "1"})
            await problem_response(error, context.request_id, self.base_url)(scope, receive, send)
            return
        context.load = self
        self.under_way += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.under_way -= 1


@contextmanager
def receiving(scope: Scope) -> Iterator[None]:
    """Leave a request out of the count while its body comes; raises TooManyRequests when an address sends too many."""
    context = context_of(scope)
    load = context.load
    if load is None:
        yield
        return
    if load.receiving[context.address] >= MOST_BODIES:
        raise TooManyRequests(f"This address is sending {MOST_BODIES} bodies already.", {"Retry-After": "1"})
    load.receiving[context.address] += 1
    try:
        with listening(scope):
            yield
    finally:
        load.receiving[context.address] -= 1
        if not load.receiving[context.address]:
            del load.receiving[context.address]


@contextmanager
def listening(scope: Scope) -> Iterator[None]:
    """Leave a request out of the count while all that it does is wait."""
    load = context_of(scope).load
    if load is None:
        yield
        return
    load.under_way -= 1
    try:
        yield
    finally:
        load.under_way += 1
