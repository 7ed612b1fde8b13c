"""Whether requests can be served: asked of the database at most once a second, whoever asks."""

import shutil
import sqlite3
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from api.freshness import Freshness
from api.identity.keys import Keys
from db.migrate import at_head
from db.session import Database, UnusableDatabaseError, ping, present_journal_mode

_KEPT = 1.0
# Below this SQLite may soon be unable to commit.
_LOW_DISK = 100_000_000
_OLD_KEY = 400 * 86_400


@dataclass(frozen=True)
class Readiness:
    """The answer of /readyz; a warning among the checks does not make it not ready."""

    ready: bool
    checks: dict[str, str]

    def as_json(self) -> dict[str, Any]:
        return {"status": "ready" if self.ready else "not ready", "checks": self.checks}


@dataclass
class Doorkeeper:
    """Keeps the newest answer for a second; once `leaving` is set, nothing is ready any more."""

    database: Database
    keys: Keys
    freshness: Freshness
    leaving: threading.Event
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _kept: Readiness | None = None
    stale_at: float = 0.0

    def look(self) -> Readiness:
        """Give the state of the last second, looking anew when there is none."""
        if self.leaving.is_set():
            return Readiness(ready=False, checks={"process": "stopping"})
        with self._lock:
            if self._kept is None or time.monotonic() >= self.stale_at:
                self._kept = self._look()
                self.stale_at = time.monotonic() + _KEPT
            return self._kept

    def _look(self) -> Readiness:
        checks: dict[str, str] = {}
        if self.database.url.get_backend_name() == "sqlite":
            checks["sqlite"] = sqlite3.sqlite_version
            folder = Path(self.database.url.database or "").parent
            checks["disk"] = "low" if shutil.disk_usage(folder).free < _LOW_DISK else "ok"
        else:
            checks["otherMachines"] = "heard" if self.freshness.listening else "looked for"
        # Warnings: what is looked for is seen a second later.
        checks["otherProcesses"] = "looked for" if self.freshness.stamp.fault else "heard"
        try:
            ping(self.database)
            checks["database"] = "ok"
            checks["migrations"] = "ok" if at_head(self.database) else "behind"
            # A warning: an old key still signs.
            age = self.keys.age()
            checks["signingKey"] = "old" if age is not None and age > _OLD_KEY else "ok"
            if mode := present_journal_mode(self.database):
                checks["journalMode"] = mode
        except UnusableDatabaseError:
            checks["database"] = "unreachable"
        ready = checks.get("migrations") == "ok" and checks.get("disk") != "low"
        return Readiness(ready, dict(sorted(checks.items())))
