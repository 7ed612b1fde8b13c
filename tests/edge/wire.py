"""A small app behind our server, and a way to send it bytes that no client library would send."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.parser import BytesParser
from typing import Any

from starlette.types import ASGIApp, Receive, Scope, Send

from api.edge.connection import Deadlines
from api.edge.server import make_server

HOST = "https://samsprak.test"
# How long a client waits for what does not come.
_PATIENCE = 20


@dataclass(frozen=True)
class Reply:
    """One answer as it stood on the wire."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def problem(self) -> dict[str, Any]:
        assert self.headers["content-type"] == "application/problem+json"
        found: dict[str, Any] = json.loads(self.body)
        return found


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Answer with the method, the path, how many headers there are and the body, once it is whole."""
    if scope["type"] != "http":
        await lifespan(receive, send)
        return
    body, more = b"", True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return
        body, more = body + message["body"], message["more_body"]
    names = sorted(name.decode() for name, _ in scope["headers"])
    told = json.dumps([scope["method"], scope["path"], names, body.decode("latin-1")]).encode()
    await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % len(told))]})
    await send({"type": "http.response.body", "body": told})


async def lifespan(receive: Receive, send: Send) -> None:
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return


@contextmanager
def served(app: ASGIApp = echo, deadlines: Deadlines | None = None, **caps: int) -> Iterator[int]:
    """Serve an app on a port of its own."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(1024)
    server = make_server(app, HOST, deadlines=deadlines, **caps)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join(30)
        listener.close()


def connect(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), timeout=_PATIENCE)


def talk(port: int, *pieces: bytes) -> list[Reply]:
    """Send bytes, and read all answers until the server closes; what is sent last must ask it to."""
    with connect(port) as client:
        try:
            for piece in pieces:
                client.sendall(piece)
        except OSError:
            # The server has heard enough.
            pass
        return replies(read_all(client))


def read_all(client: socket.socket) -> bytes:
    """Read until the server closes."""
    heard = b""
    try:
        while chunk := client.recv(65_536):
            heard += chunk
    except ConnectionResetError:
        pass
    return heard


def replies(heard: bytes) -> list[Reply]:
    """Take answers apart that have a length each."""
    found = []
    while heard:
        head, _, heard = heard.partition(b"\r\n\r\n")
        line, _, lines = head.partition(b"\r\n")
        status = int(line.split()[1])
        headers = {name.lower(): value for name, value in BytesParser().parsebytes(lines).items()}
        length = int(headers.get("content-length", "0")) if status >= 200 else 0
        found.append(Reply(status, headers, heard[:length]))
        heard = heard[length:]
    return found
