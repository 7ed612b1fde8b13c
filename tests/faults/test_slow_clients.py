"""Five hundred clients that send a header byte by byte: they are hung up on, and a healthy one does not notice."""

import select
import socket
import time
from contextlib import ExitStack

import httpx2

from tests.conftest import BASE
from tests.faults.rig import Figures, Rig

_SLOW = 500
_SECONDS = 14
# In the figures stands what it was; here only that nothing hangs, whatever else this machine does.
_NEVER = 5.0


def test_slow_clients_are_hung_up_on_and_a_healthy_one_is_served(rig: Rig, figures: Figures) -> None:
    waits = []
    with ExitStack() as stack:
        slow = [stack.enter_context(socket.create_connection(("127.0.0.1", rig.server.port))) for _ in range(_SLOW)]
        for connection in slow:
            connection.send(b"GET /api/v1/terms HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Slow: ")
        client = stack.enter_context(httpx2.Client(base_url=f"{rig.server.address}{BASE}", timeout=30))
        with rig.load.running():
            ends = time.monotonic() + _SECONDS
            while time.monotonic() < ends:
                for connection in slow:
                    drip(connection)
                for _ in range(20):
                    began = time.monotonic()
                    assert client.get("/terms?limit=50").status_code == 200
                    waits.append(time.monotonic() - began)
                    time.sleep(0.02)
        closed = sum(is_closed(connection) for connection in slow)
    waits.sort()
    figures |= {"slow": _SLOW, "closed": closed, "asked": len(waits), "p99Seconds": round(waits[-len(waits) // 100], 3)}
    assert closed == _SLOW
    assert waits[-1] < _NEVER
    assert not rig.load.unanswered()
    rig.check()


def drip(connection: socket.socket) -> None:
    try:
        connection.send(b"x")
    except OSError:
        return  # the server has hung up, as it should


def is_closed(connection: socket.socket) -> bool:
    """Tell whether the server has ended a connection, after whatever it has said."""
    try:
        while select.select([connection], [], [], 0)[0]:
            if not connection.recv(65_536):
                return True
    except OSError:
        return True
    return False
