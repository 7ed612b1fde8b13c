"""The worker: looks for what is to be sent, and sends it, to many receivers at a time."""

import asyncio
import math
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from typing import TypeVar

import anyio
import structlog
from anyio import CapacityLimiter, to_thread

from api import clock
from api.outbound.calls import Outbound
from api.webhooks.queue import BATCH_SECONDS, Item, Work, give_back, take
from api.webhooks.rules import Attempt
from api.webhooks.sending import send
from db.session import Database, Transaction, reading, transaction
from db.webhooks import forget_deliveries, webhooks_with_work

log = structlog.get_logger("samsprak.webhooks")
Found = TypeVar("Found")

# Receivers that are served at once, and deliveries that one of them gets at once: never two of one subject.
_RECEIVERS = 100
_AT_ONCE = 4
# Webhooks that one transaction takes: writers wait for it.
_TAKEN_AT_ONCE = 10
# Seconds: events are looked for when somebody has written, but not more often than this, and now and then anyway.
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.1, 1.0
_LEAVING = 3.0
# Deliveries a second, where requests are served by the same process: a quarter of a core.
IN_SERVER = 200
_KEPT_FOR = timedelta(days=30)
_AN_HOUR = 3600.0


class Worker:
    """Sends what is due until it is stopped; any number of them may run, in any processes, on one database.

    `turns` are places among the writers; `most`, if given, is how many deliveries are begun in a second.
    """

    def __init__(self, database: Database, outbound: Outbound, turns: anyio.Semaphore, most: float = math.inf) -> None:
        self._database = database
        self._outbound = outbound
        self._turns = turns
        # Of its own: deliveries must not take the threads that serve requests.
        self._threads = CapacityLimiter(4)
        self._serving: set[asyncio.Task[None]] = set()
        self._tidied = -_AN_HOUR
        self._apart = 1 / most
        self._next = 0.0

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until `stopping` is set, and then give back what was taken."""
        self._database.stamp.watch()
        while not stopping.is_set():
            word = self._database.stamp.word[0]
            try:
                await self._look(stopping)
            except Exception:  # a database away: the next look is another try
                log.exception("cannot look for deliveries")
            await self._pause(stopping, word)
        if self._serving:
            _, late = await asyncio.wait(self._serving, timeout=_LEAVING)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _look(self, stopping: asyncio.Event) -> None:
        """Begin to serve each receiver for which something waits, as far as there is room."""
        free = _RECEIVERS - len(self._serving)
        found = await to_thread.run_sync(self._find, free, limiter=self._threads) if free else []
        for start in range(0, len(found), _TAKEN_AT_ONCE):
            part = found[start : start + _TAKEN_AT_ONCE]
            for work in await self._write(partial(_take_all, part)):
                if work is not None:
                    task = asyncio.create_task(self._serve(work, stopping))
                    self._serving.add(task)
                    task.add_done_callback(self._serving.discard)
        if time.monotonic() - self._tidied >= _AN_HOUR:
            self._tidied = time.monotonic()
            await self._write(partial(forget_deliveries, before=clock.now() - _KEPT_FOR))

    def _find(self, limit: int) -> list[str]:
        with reading(self._database) as session:
            return webhooks_with_work(session, clock.now(), limit)

    async def _serve(self, work: Work, stopping: asyncio.Event) -> None:
        """Send to one receiver, batch after batch, until nothing more is due or it fails."""
        following: Work | None = work
        while following is not None:
            work = following
            attempts: dict[int, Attempt] = {}
            try:
                await self._send_all(work, attempts, stopping)
            finally:
                # Also when the process stops: what is told of is not sent again.
                following = await self._give_back(work, attempts, stopping)

    async def _give_back(self, work: Work, attempts: dict[int, Attempt], stopping: asyncio.Event) -> Work | None:
        more = not stopping.is_set()
        try:
            return await self._write(lambda tx: give_back(tx, work, attempts, clock.now(), more=more))
        except Exception:  # a database away: the lease ends by itself, and all of it is sent again
            log.exception("cannot write what came of deliveries", webhook=work.webhook_id)
            return None

    async def _send_all(self, work: Work, attempts: dict[int, Attempt], stopping: asyncio.Event) -> None:
        """Send a batch, events of one subject one after the other; a receiver that is away ends it."""
        ends = time.monotonic() + BATCH_SECONDS
        places = asyncio.Semaphore(_AT_ONCE)
        queues = defaultdict[str, list[Item]](list)
        for item in work.items:
            queues[item.subject].append(item)

        def goes_on() -> bool:
            away = any(attempt.missed or attempt.status == 410 for attempt in attempts.values())  # noqa: PLR2004
            return not away and not stopping.is_set() and time.monotonic() < ends

        async def in_order(items: Sequence[Item]) -> None:
            for item in items:
                async with places:
                    if not goes_on():
                        return
                    attempts[item.sequence] = await self._attempt(work, item)

        async with asyncio.TaskGroup() as tasks:
            for items in queues.values():
                tasks.create_task(in_order(items))

    async def _attempt(self, work: Work, item: Item) -> Attempt:
        now = time.monotonic()
        self._next = max(self._next, now) + self._apart
        await asyncio.sleep(self._next - now - self._apart)
        try:
            return await send(self._outbound, work.url, work.secrets, item.message)
        except Exception:  # nothing that one event provokes may hold up all others
            log.exception("a delivery broke off", webhook=work.webhook_id, sequence=item.sequence)
            return Attempt(clock.now(), 0, reason="internal")

    async def _write(self, change: Callable[[Transaction], Found]) -> Found:
        def write() -> Found:
            with transaction(self._database, remembered=False) as tx:
                return change(tx)

        async with self._turns:
            return await to_thread.run_sync(write, limiter=self._threads)

    async def _pause(self, stopping: asyncio.Event, word: int) -> None:
        ends = time.monotonic() + _LONGEST_PAUSE
        while True:
            with anyio.move_on_after(_SHORTEST_PAUSE):
                await stopping.wait()
            if stopping.is_set() or self._database.stamp.word[0] != word or time.monotonic() >= ends:
                return


def _take_all(webhook_ids: Sequence[str], tx: Transaction) -> list[Work | None]:
    # In one order for all workers, so that none waits for another that waits for it.
    return [take(tx, webhook_id, clock.now()) for webhook_id in sorted(webhook_ids)]
