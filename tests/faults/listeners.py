"""One who listens over a bare connection: a thousand of them fit in one thread."""

import json
import select
import socket

from tests.conftest import BASE

_ASKED = f"GET {BASE}/events/stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()


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
