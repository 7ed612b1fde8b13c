"""How often an address may fail at the token endpoint before it has to wait.

Failures count, successes never do. The narrow limit is of a client id at one address: counted by the id alone, anybody
who knows an id, which is no secret, could shut its client out. Secrets are 256 random bits and cannot be guessed at any
speed; what is limited is the work, and the noise in the log.
"""

import hashlib
import ipaddress
import math
import time

import structlog
from limits import RateLimitItem, RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, Storage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError
from limits.storage import storage_from_string

log = structlog.get_logger("samsprak.throttle")

_AT_ONE_CLIENT = RateLimitItemPerMinute(10)
_AT_ALL = RateLimitItemPerMinute(60)
_PATIENCE = 0.25  # seconds for a shared store that does not answer
_Count = tuple[RateLimitItem, str]


class Throttle:
    """Counts failures, in memory or in the store that `shared` names, such as async+valkey://HOST."""

    def __init__(self, shared: str | None = None) -> None:
        self._own = MovingWindowRateLimiter(MemoryStorage())
        self._shared = MovingWindowRateLimiter(_storage(shared)) if shared else self._own

    async def wait(self, address: str, client_id: str) -> int:
        """Tell for how many seconds this caller must not ask; 0 is not at all."""
        counts = _counts(address, client_id)
        try:
            return await _longest(self._shared, counts)
        except StorageError:
            log.warning("shared limits are away; counting here")
            return await _longest(self._own, counts)

    async def count_failure(self, address: str, client_id: str) -> None:
        for item, key in _counts(address, client_id):
            try:
                await self._shared.hit(item, key)
            except StorageError:
                await self._own.hit(item, key)


def _storage(address: str) -> Storage:
    options = {"socket_timeout": _PATIENCE, "socket_connect_timeout": _PATIENCE}
    storage = storage_from_string(address, wrap_exceptions=True, **options)
    if not isinstance(storage, Storage):
        raise TypeError("the address of the limits is of an asynchronous store")
    return storage


def _counts(address: str, client_id: str) -> list[_Count]:
    source = _network_of(address)
    counts: list[_Count] = [(_AT_ALL, f"token:{source}")]
    if client_id:
        # Hashed, since a client id is whatever a stranger writes.
        named = hashlib.sha256(client_id.encode()).hexdigest()
        counts.append((_AT_ONE_CLIENT, f"token:{source}:{named}"))
    return counts


def _network_of(address: str) -> str:
    """Take an IPv6 network of /64 as one caller, as whoever has one address there has them all."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or ipaddress.ip_network((int(found), 64), strict=False))


async def _longest(limiter: MovingWindowRateLimiter, counts: list[_Count]) -> int:
    waits = [0]
    for item, key in counts:
        window = await limiter.get_window_stats(item, key)
        if window.remaining <= 0:
            waits.append(max(1, math.ceil(window.reset_time - time.time())))
    return max(waits)
