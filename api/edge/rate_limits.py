"""How many requests a caller may send in a minute, told in every answer that is not from the cache.

Requests without a token are counted by address when they come in, those with one by client and by
organisation as soon as the token is known to be good. What claims to have a token and proves none is
counted by address as well, before it is read: from a budget of its own, which tokens that were
verified before do not touch.
"""

import math
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage
from limits.aio.strategies import SlidingWindowCounterRateLimiter
from limits.errors import StorageError
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.edge.client_address import client_network
from api.edge.context import FREE, RequestContext, context_of
from api.errors import MalformedRequest, TooManyRequests, Unauthorized
from api.problems import problem_response
from api.settings import Settings

log = structlog.get_logger("samsprak.limits")

_WINDOW = 60
# Of callers that are remembered: beyond it all are forgotten, which costs nobody more than a refused request.
_MOST_KEYS = 100_000
# How long a store that did not answer is left alone, and how long it may take to answer, in seconds.
_LEFT_ALONE = 10.0
_PATIENCE = 0.25
_TOKENS = "/oauth2/token"

T = TypeVar("T")


@dataclass(frozen=True)
class Budget:
    """A number of requests that one caller of a kind may send in any minute."""

    name: str
    item: RateLimitItem


@dataclass(frozen=True, slots=True)
class Balance:
    """What is left of a budget, and in how many seconds there is more."""

    budget: Budget
    left: int
    seconds: int


class Memory(MemoryStorage):
    """The library's store, but that it looks for what is old once a window.

    The library walks over all of its keys at every request: with 20,000 addresses that takes 3 ms each time.
    """

    def __init__(self) -> None:
        super().__init__()
        self._tidied = time.monotonic()

    async def _MemoryStorage__schedule_expiry(self) -> None:  # noqa: N802  (the library's own, private name)
        if len(self.storage) > _MOST_KEYS:
            await self.reset()
        elif time.monotonic() - self._tidied > _WINDOW:
            self._tidied = time.monotonic()
            await self._MemoryStorage__expire_events()  # type: ignore[attr-defined]


class Limits:
    """The budgets, and the store that they are kept in: memory, or a Valkey that several processes share."""

    def __init__(self, settings: Settings) -> None:
        self.anonymous = _budget("anonymous", settings.anonymous_per_minute)
        self.client = _budget("client", settings.client_per_minute)
        self.organisation = _budget("organisation", settings.organisation_per_minute)
        self.unproven = _budget("unproven", settings.unproven_per_minute)
        self._memory = SlidingWindowCounterRateLimiter(Memory())
        self._shared = _shared(settings.limits_url)
        self._shared_from = 0.0

    async def spend(self, context: RequestContext, *accounts: tuple[Budget, str]) -> None:
        """Take one request from each account in turn; raises TooManyRequests at the first that has none left."""
        context.balances = []
        for budget, who in accounts:
            granted = await self.take(budget, who)
            balance = await self.balance(budget, who)
            context.balances.append(balance)
            if not granted:
                raise refusal(balance)

    async def take(self, budget: Budget, who: str) -> bool:
        """Take one request from an account; tells whether there was one."""
        return await self._ask(lambda limiter: limiter.hit(budget.item, budget.name, who))

    async def balance(self, budget: Budget, who: str) -> Balance:
        """Tell what is left of an account."""
        stats = await self._ask(lambda limiter: limiter.get_window_stats(budget.item, budget.name, who))
        return Balance(budget, stats.remaining, max(1, math.ceil(stats.reset_time - time.time())))

    async def close(self) -> None:
        """Close the connections to a shared store."""
        if self._shared is not None:
            store: Any = self._shared.storage
            await store.bridge.storage.aclose()

    async def _ask(self, question: Callable[[SlidingWindowCounterRateLimiter], Awaitable[T]]) -> T:
        """Ask the shared store; where it does not answer, this process counts for itself for a while."""
        if self._shared is not None and time.monotonic() >= self._shared_from:
            try:
                return await question(self._shared)
            except (StorageError, OSError) as error:
                self._shared_from = time.monotonic() + _LEFT_ALONE
                log.warning("limits are counted in memory", reason=type(error.__cause__ or error).__name__)
        return await question(self._memory)


def _budget(name: str, amount: int) -> Budget:
    return Budget(name, RateLimitItemPerMinute(amount))


def _shared(url: str | None) -> SlidingWindowCounterRateLimiter | None:
    if url is None:
        return None
    patience = {"socket_timeout": _PATIENCE, "socket_connect_timeout": _PATIENCE}
    return SlidingWindowCounterRateLimiter(
        RedisStorage(url, wrap_exceptions=True, implementation="valkey", key_prefix="samsprak", **patience)
    )


def refusal(balance: Balance) -> TooManyRequests:
    """Make the answer for one who has nothing left."""
    told = f"The budget {balance.budget.name} of {balance.budget.item.amount} requests a minute is used up."
    return TooManyRequests(told, {"Retry-After": str(balance.seconds)})


class RateLimits:
    """Count requests by address as they come, tell what is left, and refuse those that have nothing left."""

    def __init__(self, app: ASGIApp, limits: Limits, settings: Settings) -> None:
        self.app = app
        self.limits = limits
        self.settings = settings
        self.knows: Callable[[bytes], bool] = lambda _authorization: False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in FREE:
            await self.app(scope, receive, send)
            return
        context = context_of(scope)
        address = client_network(scope, self.settings.trusted_proxies)
        context.address = address
        sent = [value for name, value in scope["headers"] if name == b"authorization"]
        claims = any(value[:7].lower() == b"bearer " for value in sent)
        status = 0

        async def send_with_balances(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": [*message.get("headers", ()), *_told(context.balances)]}
            await send(message)

        try:
            # A token that was good a moment ago is: whoever else sends bad ones from there does not matter to it.
            if not (len(sent) == 1 and self.knows(sent[0])):
                await self._admit(context, address, claims=claims, tries=scope["path"] == _TOKENS)
            _check_one(sent)
        except (MalformedRequest, TooManyRequests) as error:
            response = problem_response(error, context.request_id, self.settings.base_url)
            await response(scope, receive, send_with_balances)
            return
        await self.app(scope, receive, send_with_balances)
        if status == Unauthorized.status and not claims:
            await self.limits.take(self.limits.unproven, address)

    async def _admit(self, context: RequestContext, address: str, *, claims: bool, tries: bool) -> None:
        if claims:
            # Taken before the token is read, so that no more than these are being read at once.
            await self.limits.spend(context, (self.limits.unproven, address))
            return
        if tries:
            balance = await self.limits.balance(self.limits.unproven, address)
            if balance.left == 0:
                context.balances = [balance]
                raise refusal(balance)
        await self.limits.spend(context, (self.limits.anonymous, address))


def _check_one(sent: Sequence[bytes]) -> None:
    """Refuse two tokens: what counts by one of them and what reads the other would speak of two callers."""
    if len(sent) > 1:
        raise MalformedRequest("Authorization stands once in a request.")


def _told(balances: list[Balance]) -> list[tuple[bytes, bytes]]:
    """Write the headers of draft-ietf-httpapi-ratelimit-headers."""
    if not balances:
        return []
    policies = (f'"{one.budget.name}";q={one.budget.item.amount};w={_WINDOW}' for one in balances)
    rests = (f'"{one.budget.name}";r={one.left};t={one.seconds}' for one in balances)
    return [(b"ratelimit-policy", ", ".join(policies).encode()), (b"ratelimit", ", ".join(rests).encode())]
