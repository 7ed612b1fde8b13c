"""How a process learns of what others have committed, and takes it in before it answers.

On one machine by a word that they share and that is compared at each request; of other machines by PostgreSQL's
notices; and by looking once a second, which is the truth when either is missing.
"""

import asyncio
import random
import time
from collections.abc import Callable
from threading import Lock

import psycopg
import structlog
from anyio import CapacityLimiter, to_thread

from db.notices import notices
from db.session import Database

log = structlog.get_logger("samsprak.freshness")

# Seconds: as long as the database may take for a statement. A machine that stalls is late, and so no reason for a 503.
_LONGEST_WAIT = 5.0
# So long a look that failed still counts as under way, lest each request that comes begins another.
_AFTER_FAILURE = 0.25
_SHORTEST_PAUSE, _LONGEST_PAUSE = 0.1, 10.0
# The word is never negative.
_NEVER = -1


class Freshness:
    """Compares what this process remembers with what is committed; `sources` bring it up to date, in a thread.

    Made before they read anything: what is committed meanwhile is then seen as news.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = Lock()
        self._heard = 0
        self._told = ""
        self._look_under_way: asyncio.Task[bool] | None = None
        # A thread of its own: those of the requests may all be waiting for a lock.
        self._thread = CapacityLimiter(1)
        self.sources: tuple[Callable[[], None], ...] = ()
        self.longest_wait = _LONGEST_WAIT
        self.listening = False
        self.looked = time.monotonic()
        self.stamp = database.stamp
        self.watch()
        # `stamp.word[0]` as it was before the last look: while they are equal, nobody has written.
        self.seen = self.stamp.word[0]

    def watch(self) -> None:
        """Hold on to the word of this machine, or say in the log why there is none."""
        self.stamp.watch()
        if self.stamp.fault == self._told:
            return
        self._told = self.stamp.fault
        if self._told:
            log.warning("changes of other processes are seen once a second", reason=self._told)
        else:
            log.info("changes of other processes are seen at once again")

    def hear(self) -> None:
        """Note that another machine has written: whoever asks next has us look."""
        with self._lock:
            self._heard += 1
            self.seen = _NEVER

    def look(self) -> None:
        """Take in all that is committed; blocks, and raises what goes wrong."""
        seen, heard = self.stamp.word[0], self._heard
        for take_in in self.sources:
            take_in()
        with self._lock:
            # What was heard meanwhile may have come too late for this look.
            self.seen = seen if heard == self._heard else _NEVER
        self.looked = time.monotonic()

    def try_to_look(self) -> None:
        """Look, or leave it to the next time."""
        self.watch()
        try:
            self.look()
        except Exception:  # a database away: the next second is another try
            log.exception("cannot look for changes")

    async def catch_up(self) -> bool:
        """Wait for a look that has begun after now; false when there was none in `longest_wait`."""
        try:
            async with asyncio.timeout(self.longest_wait):
                if self._look_under_way is not None:
                    # It may have begun before.
                    await asyncio.shield(self._look_under_way)
                if self.stamp.word[0] == self.seen:
                    return True
                if self._look_under_way is None:
                    self._look_under_way = asyncio.create_task(self._look_in_thread())
                return await asyncio.shield(self._look_under_way)
        except TimeoutError:
            return False

    async def listen(self) -> None:
        """Hear of other machines until cancelled; a connection that ends is made again, ever more slowly.

        SQLite is of one machine: there it ends at once.
        """
        if self._database.url.get_backend_name() != "postgresql":
            return
        pause = _SHORTEST_PAUSE
        while True:
            try:
                async for _notice in notices(self._database.writer):
                    # The first one stands for what nobody heard.
                    self.hear()
                    self.listening, pause = True, _SHORTEST_PAUSE
            except (psycopg.Error, OSError) as error:
                # Once for each time that it is lost, not for each try.
                if pause == _SHORTEST_PAUSE:
                    log.warning("changes of other machines are seen once a second", reason=type(error).__name__)
            self.listening = False
            await asyncio.sleep(pause * random.uniform(0.5, 1))  # noqa: S311  (no secret)
            pause = min(2 * pause, _LONGEST_PAUSE)

    async def end(self) -> None:
        """Wait for a look under way: it holds a connection of the database that is closed next."""
        if self._look_under_way is not None:
            await self._look_under_way

    async def _look_in_thread(self) -> bool:
        try:
            await to_thread.run_sync(self.look, limiter=self._thread)
        except Exception:  # whoever waits is told to come back
            log.exception("cannot look for changes")
            await asyncio.sleep(_AFTER_FAILURE)
            return False
        finally:
            self._look_under_way = None
        return True
