"""Two processes on one database: what one has acknowledged the other answers at once, also when the one is killed."""

import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path

from tests.conftest import Store
from tests.examples import DECISION_BODY
from tests.faults.rig import Clients, Figures
from tests.faults.servers import Server, served

_PATH = "/municipalities/2281/decisions/fel/sedd"
# In each round; few in the short form.
_CHANGES = 100 if "FAULT_ROUNDS" in os.environ else 30
_READS = 10


def test_two_processes_give_no_old_answer_after_an_acknowledged_write(
    store: Store, tmp_path: Path, few: int, figures: Figures
) -> None:
    figures |= {"rounds": few, "reads": 0, "stale": 0}
    url = store.copy()
    folders = [tmp_path / name for name in ("one", "other")]
    for folder in folders:
        folder.mkdir()
    with ExitStack() as stack:
        one, other = (stack.enter_context(served(url, folder)) for folder in folders)
        # Who writes meets the one that is killed, and sends again what was not answered.
        writer, readers = Clients(one, url, stack).of("2281"), [Clients(at, url, stack).of() for at in (other, one)]
        kills = stack.enter_context(ThreadPoolExecutor(1))
        revision = 0
        for _round in range(few):
            killed = kills.submit(_kill, one)
            last = revision + _CHANGES
            while revision < last or not killed.done():
                revision += 1
                writer.send("PUT", _PATH, DECISION_BODY | {"sourceRevision": revision})
                for reader in readers * _READS:
                    figures["reads"] += 1
                    figures["stale"] += reader.get(_PATH).json()["sourceRevision"] != revision
            killed.result()
    store.drop(url)
    assert figures["stale"] == 0


def _kill(server: Server) -> None:
    time.sleep(random.uniform(0, 1))
    server.kill()
    server.start()
