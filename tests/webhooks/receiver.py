"""A receiver on loopback: it remembers what it gets, and answers as a test wants."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook

Headers = dict[str, str]


@dataclass
class Got:
    """One POST as it came, its header names in lower case."""

    path: str
    headers: Headers
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @cached_property
    def told(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def sequence(self) -> int:
        return int(self.told["data"]["sequence"])

    def verify(self, secret: str) -> None:
        """Prove it as a receiver does; raises WebhookVerificationError."""
        Webhook(secret).verify(self.body, self.headers)


@dataclass
class Answer:
    """A status, headers and bytes, after some seconds."""

    status: int = 204
    headers: Headers = field(default_factory=dict)
    body: bytes = b""
    after: float = 0


class Receiver:
    """What was got; `answer` gives what is answered to each."""

    def __init__(self, port: int) -> None:
        self.host = f"127.0.0.1:{port}"
        self.url = f"http://{self.host}/in"
        self.got: list[Got] = []
        self.answer: Callable[[Got], Answer] = lambda _got: Answer()

    @property
    def sequences(self) -> list[int]:
        return [got.sequence for got in self.got]

    def wait_for(self, count: int, seconds: float = 10) -> list[Got]:
        """Wait until so many have come; gives all that came."""
        ends = time.monotonic() + seconds
        while len(self.got) < count:
            assert time.monotonic() < ends, f"{len(self.got)} of {count} came"
            time.sleep(0.01)
        return self.got

    def stays_at(self, count: int, seconds: float = 0.5) -> None:
        """See that nothing more comes."""
        time.sleep(seconds)
        assert len(self.got) == count, self.sequences


@contextmanager
def receiver() -> Iterator[Receiver]:
    """Run a receiver on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            if len(body) < int(self.headers["Content-Length"]):
                return  # who sent it was killed
            got = Got(self.path, headers, body)
            made.got.append(got)
            answer = made.answer(got)
            time.sleep(answer.after)
            try:
                self.send_response(answer.status)
                for name, value in answer.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)
            except OSError:
                pass  # who asked has gone

        def log_message(self, *_args: Any) -> None:
            """Keep the test's output to itself."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        made = Receiver(server.server_port)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield made
        finally:
            server.shutdown()
            thread.join()
