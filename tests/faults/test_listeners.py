"""Many who listen and hear nothing: they cost memory and nothing else, and all hear of a change."""

import os
import socket
import time
from contextlib import ExitStack
from pathlib import Path

import httpx2

from tests.conftest import BASE
from tests.faults.listeners import Wire
from tests.faults.rig import Figures, Rig
from tests.faults.waiting import wait_until

# More than the requests that are worked on at once, at length: who listens is not one of them.
_MANY, _FEW = 1_000, 100
_READS = 300
_MOST_KILOBYTES = 200
# In the figures stands what it was; here only that nothing hangs.
_NEVER = 5.0


def test_idle_listeners_cost_memory_only_and_all_hear_of_a_change(rig: Rig, rounds: int, figures: Figures) -> None:
    many = _MANY if "FAULT_ROUNDS" in os.environ else _FEW
    before = resident_kilobytes(rig.server.pid)
    with ExitStack() as stack:
        wires = [
            Wire(stack.enter_context(socket.create_connection(("127.0.0.1", rig.server.port)))) for _ in range(many)
        ]
        wait_until(lambda: all(wire.has_begun() for wire in wires), "all listen")
        each = (resident_kilobytes(rig.server.pid) - before) / many
        waits = []
        with httpx2.Client(base_url=f"{rig.server.address}{BASE}", timeout=30) as client:
            for _ in range(_READS):
                began = time.monotonic()
                assert client.get("/terms/digital-mognad").status_code == 200
                waits.append(time.monotonic() - began)
        with rig.load.running():
            began = time.monotonic()
            rig.load.wait_for_more(1)
            wait_until(lambda: all(wire.heard() for wire in wires), "all have heard")
            all_heard = time.monotonic() - began
            rig.load.wait_for_more(50)
        told = rig.admin.get("/events?after=0&limit=1").json()["_meta"]["lastSequence"]
        wait_until(lambda: all(wire.heard()[-1] == told for wire in wires), "all have heard all")
        for wire in wires:
            heard = wire.heard()
            assert heard == list(range(heard[0], told + 1))
        took = rig.server.stop()
        rig.server.start()
    waits.sort()
    figures |= {
        "listeners": many,
        "kilobytesEach": round(each),
        "p99Milliseconds": round(1000 * waits[-len(waits) // 100], 2),
        "allHeardSeconds": round(all_heard, 2),
        "stopSeconds": round(took, 1),
    }
    assert each < _MOST_KILOBYTES
    assert waits[-1] < _NEVER
    assert took < _NEVER
    rig.check()


def resident_kilobytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS:"))
