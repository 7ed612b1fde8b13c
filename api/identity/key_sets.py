"""The keys of foreign issuers: at hand without waiting, fetched seldom, and looked for when a token names a new one.

Each source has a state and tasks of its own, so that a slow issuer delays nobody else's tokens. All of it happens on
one event loop; only `known` may be called from other threads.
"""

import asyncio
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import structlog

from api.identity.jwks import KeySet, KeySetError, read_key_set, read_object
from api.identity.public_keys import Jwk
from api.outbound.targets import OutboundError

log = structlog.get_logger("samsprak.key_sets")

# Seconds.
FLOOR = 30  # between two fetches of a source
SOFT = 600  # older keys are fetched anew while they are used
HARD = 24 * 3600  # older keys are no longer believed
ABSENT = 120  # for so long a name that a fetch did not show is no reason for another
DEADLINE = 3  # for a fetch, with discovery
_LIMIT = 256 * 1024  # bytes
_DISCOVERY = "/.well-known/openid-configuration"

Failure = OutboundError | KeySetError


class Fetches(Protocol):
    """What gets documents: an Outbound."""

    async def fetch(self, url: str, *, accept: str, limit: int, deadline: float) -> bytes: ...


@dataclass(frozen=True)
class KeySource:
    """Where an issuer's keys are: at `jwks_uri`, or where its discovery document says."""

    issuer: str
    jwks_uri: str | None = None


@dataclass
class _State:
    """What is known of one source; times are of the monotonic clock, None is never."""

    keys: Mapping[str, Jwk] = field(default_factory=dict)
    started_at: float | None = None
    fetched_at: float | None = None
    # Names that a fetch did not show, each with the end of ABSENT. One fetch adds one, so FLOOR keeps them few.
    absent: dict[str, float] = field(default_factory=dict)
    task: asyncio.Task[KeySet | Failure] | None = None
    later: asyncio.TimerHandle | None = None


class KeySets:
    """The key sets of all sources that are asked for; made on the event loop that it works on.

    `on_change` is called when keys go or become others, so that nothing lives on that was verified by them.
    """

    def __init__(self, outbound: Fetches, now: Callable[[], float] = time.monotonic) -> None:
        self._outbound = outbound
        self._now = now
        self._loop = asyncio.get_running_loop()
        self._states: dict[KeySource, _State] = {}
        self.on_change: Callable[[], None] = lambda: None

    def known(self, source: KeySource) -> Mapping[str, Jwk]:
        """Give the keys at hand, by `kid`, without waiting; keys that are old or not there are fetched meanwhile."""
        state = self._state(source)
        if self._is_due(state) or (state.keys and self._is_past_belief(state)):
            self._loop.call_soon_threadsafe(self._tend, source, state)
        return {} if self._is_past_belief(state) else state.keys

    def renew(self, source: KeySource) -> None:
        """Fetch the keys of a source anew where they are old; one whose keys nobody has asked for is left alone."""
        if self._state(source).keys:
            self.known(source)

    async def find(self, source: KeySource, kid: str) -> bool:
        """Tell whether a key that was not known is known now, after a fetch if one may be made.

        Of all who ask at once the first one's fetch serves everybody. Within FLOOR of the last fetch the answer is no,
        and the next fetch is made as soon as it may be.
        """
        state = self._state(source)
        if kid in self.known(source):
            return True
        if self._now() < state.absent.get(kid, -math.inf):
            return False
        task = state.task
        if task is None and self._since(state.started_at) >= FLOOR:
            task = self._start(source, state)
            await asyncio.wait([task])
            if not task.cancelled() and isinstance(task.result(), KeySet) and kid not in state.keys:
                self._remember_absent(state, kid)
                return False
        elif task is not None:
            await asyncio.wait([task])
        if kid in state.keys:
            return True
        # A fetch that failed, or began before this question, says nothing about the key.
        self._start_later(source, state)
        return False

    async def look(self, source: KeySource) -> KeySet:
        """Fetch now, whenever the last fetch was, take the keys into use and show them; for an operator's test.

        Raises OutboundError or KeySetError, and leaves the keys as they were.
        """
        state = self._state(source)
        task = state.task or self._start(source, state)
        await asyncio.wait([task])
        if task.cancelled():
            raise KeySetError("forgotten")
        result = task.result()
        if isinstance(result, KeySet):
            return result
        raise result

    def forget(self, source: KeySource) -> None:
        """Drop the keys of a source, and the fetch that is under way."""
        state = self._states.pop(source, None)
        if state is None:
            return
        _stop(state)
        if state.keys:
            state.keys = {}
            self.on_change()

    async def close(self) -> None:
        """End all fetches; nothing is fetched afterwards unless somebody asks."""
        tasks = [state.task for state in self._states.values() if state.task]
        for state in self._states.values():
            _stop(state)
        self._states.clear()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _state(self, source: KeySource) -> _State:
        return self._states.get(source) or self._states.setdefault(source, _State())

    def _since(self, moment: float | None) -> float:
        return math.inf if moment is None else self._now() - moment

    def _is_due(self, state: _State) -> bool:
        return state.task is None and self._since(state.fetched_at) >= SOFT and self._since(state.started_at) >= FLOOR

    def _is_past_belief(self, state: _State) -> bool:
        return self._since(state.fetched_at) >= HARD

    def _tend(self, source: KeySource, state: _State) -> None:
        if self._states.get(source) is not state:
            return
        if state.keys and self._is_past_belief(state):
            state.keys = {}
            self.on_change()
        if self._is_due(state):
            self._start(source, state)

    def _start(self, source: KeySource, state: _State) -> asyncio.Task[KeySet | Failure]:
        if state.later is not None:
            state.later.cancel()
            state.later = None
        state.started_at = self._now()
        state.task = self._loop.create_task(self._fetch(source, state))
        return state.task

    def _start_later(self, source: KeySource, state: _State) -> None:
        """Fetch as soon as FLOOR allows it, unless that is arranged already."""
        if self._states.get(source) is not state or state.later is not None or state.task is not None:
            return
        # Whatever starts a fetch before that stops the timer, so when it rings the wait is over.
        wait = max(0.0, FLOOR - self._since(state.started_at))
        state.later = self._loop.call_later(wait, self._start, source, state)

    async def _fetch(self, source: KeySource, state: _State) -> KeySet | Failure:
        """Fetch a set and take it into use; gives the failure, so that a task nobody waits for ends in peace."""
        try:
            key_set = await self._read(source)
        except (OutboundError, KeySetError) as failure:
            log.warning("keys not fetched", issuer=source.issuer, reason=str(failure))
            return failure
        except Exception:  # whatever a provider sends, it must not end in an error of ours
            log.exception("keys not fetched", issuer=source.issuer)
            return KeySetError("unexpected")
        else:
            self._take(state, key_set.keys)
            return key_set
        finally:
            state.task = None

    async def _read(self, source: KeySource) -> KeySet:
        ends = self._loop.time() + DEADLINE
        uri = source.jwks_uri
        if uri is None:
            # OpenID Connect Discovery 1.0, section 4: a slash at the end of the issuer is not doubled.
            place = source.issuer.removesuffix("/") + _DISCOVERY
            document = read_object(await self._get(place, "application/json", ends))
            if document.get("issuer") != source.issuer:
                raise KeySetError("issuer-mismatch")
            found = document.get("jwks_uri")
            if not isinstance(found, str):
                raise KeySetError("no-jwks-uri")
            uri = found
        return read_key_set(await self._get(uri, "application/jwk-set+json, application/json", ends))

    async def _get(self, url: str, accept: str, ends: float) -> bytes:
        left = max(0, ends - self._loop.time())
        return await self._outbound.fetch(url, accept=accept, limit=_LIMIT, deadline=left)

    def _take(self, state: _State, keys: Mapping[str, Jwk]) -> None:
        gone = any(keys.get(kid) != key for kid, key in state.keys.items())
        state.keys, state.fetched_at = keys, self._now()
        if gone:
            self.on_change()

    def _remember_absent(self, state: _State, kid: str) -> None:
        now = self._now()
        state.absent = {name: end for name, end in state.absent.items() if end > now} | {kid: now + ABSENT}


def _stop(state: _State) -> None:
    if state.task is not None:
        state.task.cancel()
    if state.later is not None:
        state.later.cancel()
