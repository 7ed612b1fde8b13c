"""Workers of webhooks for which time passes faster, each in a process of its own, to be killed."""

import os
import time
from datetime import UTC, datetime
from multiprocessing.process import BaseProcess
from pathlib import Path

from api import clock
from api.__main__ import cli
from tests.commands import FORKS

# So a minute of the schedule, and a lease, take two seconds.
_TIMES = 30


class Crew:
    """As many workers as were hired and not killed."""

    def __init__(self, database_url: str, receiver: str, log: Path) -> None:
        self._environment = {"SAMSPRAK_DATABASE_URL": database_url, "SAMSPRAK_OUTBOUND_PRIVATE_HOSTS": receiver}
        self._log = log
        self._since = time.time()
        self._at_work: list[BaseProcess] = []

    def hire(self) -> None:
        worker = FORKS.Process(target=_work, args=(self._environment, self._log, self._since))
        worker.start()
        self._at_work.append(worker)

    def kill_one(self) -> None:
        """End the one that has worked for the longest, at once, whatever it is doing."""
        victim = self._at_work.pop(0)
        assert victim.is_alive(), self._log.read_text(encoding="utf-8")[-2_000:]
        _end(victim)

    def dismiss(self) -> None:
        for worker in self._at_work:
            _end(worker)


def _end(worker: BaseProcess) -> None:
    worker.kill()
    worker.join()
    worker.close()


def _work(environment: dict[str, str], log: Path, since: float) -> None:
    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
    os.environ.update(environment)
    clock.now = lambda: datetime.fromtimestamp(since + (time.time() - since) * _TIMES, UTC)
    cli(["deliver"])
