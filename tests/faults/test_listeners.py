"""Many who listen and hear nothing: they cost memory and nothing else, and all hear of a change."""

import json
import os
import select
import socket
import time
from contextlib import ExitStack
from pathlib import Path

import httpx2

from tests.conftest import BASE
from tests.faults.rig import Figures, Rig
from tests.faults.waiting import wait_until

# More than the requests that are worked on at once, at length: who listens is not one of them.
_MANY, _FEW = 1_000, 100
_READS = 300
_MOST_KILOBYTES = 200
_ASKED = f"GET {BASE}/events/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
# In the figures stands what it was; here only that nothing hangs.
_NEVER = 5.0


class Wire:
    """A listener's bare connection, and the sequences that it has heard."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._rest = b""
        self._heard: list[int] = []
        self.begun = False
        connection.settimeout(0)
        connection.send(_ASKED)

    def heard(self) -> list[int]:
        while select.select([self._connection], [], [], 0)[0] and (more := self._connection.recv(1 << 20)):
            *lines, self._rest = (self._rest + more).split(b"\n")
            for line in lines:
                self.begun |= line.startswith(b"retry: ")
                if line.startswith(b"data: "):
                    self._heard.append(json.loads(line.removeprefix(b"data: "))["sequence"])
        return self._heard

    def has_begun(self) -> bool:
        self.heard()
        return self.begun


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
