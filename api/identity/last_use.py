"""When each client last got a token: noted in memory at once, written once a minute.

The token endpoint never waits for that write, whoever holds the client's row or SQLite's only writer.
"""

import threading
import time
from datetime import datetime

import structlog

from api.clock import now
from db.clients import note_last_use
from db.session import Database, transaction

log = structlog.get_logger("samsprak.clients")
_EVERY = 60.0  # seconds


class LastUse:
    """What this process has seen since it last wrote."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._used: dict[str, datetime] = {}
        self._lock = threading.Lock()
        self._written = time.monotonic()

    def note(self, client_id: str) -> None:
        with self._lock:
            self._used[client_id] = now()

    def write_each_minute(self) -> None:
        if time.monotonic() - self._written >= _EVERY:
            self.try_to_write()

    def try_to_write(self) -> None:
        """Write what has been noted, or keep it for the next time."""
        with self._lock:
            used, self._used = self._used, {}
        self._written = time.monotonic()
        if not used:
            return
        try:
            with transaction(self._database) as tx:
                note_last_use(tx, used)
        except Exception:  # a database away, a row locked: the next minute is another try
            log.exception("cannot write when clients were used")
            with self._lock:
                self._used = used | self._used
