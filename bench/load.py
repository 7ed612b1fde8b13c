"""The load: prebuilt requests over keep-alive connections, every answer checked, on one core."""

import select
import socket
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import cycle

CONNECTIONS = 16
_CHUNK = 1 << 18
_HEAD_END = b"\r\n\r\n"
_LENGTH = b"content-length: "


class WrongAnswerError(Exception):
    """The server answered otherwise than it must; nothing measured then counts."""


class _Connection:
    """One request at a time: `left` counts the bytes of the answer that are still to come."""

    __slots__ = ("head", "left", "receive", "send")

    def __init__(self, connection: socket.socket) -> None:
        self.send = connection.send
        self.receive = connection.recv
        self.head = b""
        self.left = 0


class Load:
    """Connections to one server; `run` sends over all of them at once, and may be called again."""

    def __init__(self, connections: Sequence[socket.socket], epoll: select.epoll) -> None:
        self._connections = {connection.fileno(): _Connection(connection) for connection in connections}
        self._epoll = epoll
        for descriptor in self._connections:
            epoll.register(descriptor, select.EPOLLIN)

    def run(self, requests: Sequence[bytes], status: int, seconds: float, at_least: int = 0) -> int:
        """Send the requests in turn for some seconds; give the number of answers, all of this status.

        Raises WrongAnswerError for any other status, and when the server hangs up or is silent.
        """
        upcoming = cycle(requests).__next__
        expected = b"HTTP/1.1 %d " % status
        connections, poll = self._connections, self._epoll.poll
        for connection in connections.values():
            connection.send(upcoming())
        sent, answered = len(connections), 0
        ends = time.perf_counter() + seconds
        while answered < sent:
            ready = poll(10)
            if not ready:
                raise WrongAnswerError("the server has been silent for 10 seconds")
            more = sent < at_least or time.perf_counter() < ends
            for descriptor, _ in ready:
                connection = connections[descriptor]
                if not _take(connection, expected):
                    continue
                answered += 1
                if more:
                    connection.send(upcoming())
                    sent += 1
        return answered


@contextmanager
def connected(port: int, connections: int = CONNECTIONS) -> Iterator[Load]:
    """Open the connections to a server of this machine."""
    with ExitStack() as stack:
        epoll = stack.enter_context(select.epoll())
        opened = [stack.enter_context(socket.create_connection(("127.0.0.1", port))) for _ in range(connections)]
        yield Load(opened, epoll)


def _take(connection: _Connection, expected: bytes) -> bool:
    """Read what has come; tells whether the answer is whole."""
    chunk = connection.receive(_CHUNK)
    if not chunk:
        raise WrongAnswerError("the server hung up")
    if connection.left:
        connection.left -= len(chunk)
        return connection.left == 0
    chunk = connection.head + chunk
    end = chunk.find(_HEAD_END)
    if end < 0:
        connection.head = chunk
        return False
    if not chunk.startswith(expected):
        raise WrongAnswerError(f"not {expected.decode().strip()}: {chunk[:200]!r}")
    connection.head = b""
    connection.left = end + 4 + _length(chunk, end) - len(chunk)
    if connection.left < 0:
        raise WrongAnswerError("more bytes than the answer announced")
    return connection.left == 0


def _length(head: bytes, end: int) -> int:
    start = head.find(_LENGTH, 0, end)
    # A 304 has none; that nothing follows it was seen above.
    return int(head[start + len(_LENGTH) : head.find(b"\r", start)]) if start >= 0 else 0
