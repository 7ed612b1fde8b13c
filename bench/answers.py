"""One request and one answer over HTTP, as bytes: what is sent again, and what raw is made of."""

import http.client
import json
import time
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

# As browsers ask for JSON.
HEADERS = (
    ("Connection", "keep-alive"),
    ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
    ("Accept", "application/json, text/plain, */*"),
    ("Accept-Language", "sv-SE,sv;q=0.8,en-US;q=0.5,en;q=0.3"),
    ("Accept-Encoding", "gzip, deflate, br, zstd"),
)
# uvicorn writes it by itself, in raw as in ours.
_NOT_OURS = ("date",)


@dataclass(frozen=True)
class Answer:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    def header(self, name: str) -> str:
        return dict(self.headers)[name]

    def dump(self) -> str:
        """Write the answer as JSON text, for another process."""
        return json.dumps([self.status, self.headers, b64encode(self.body).decode()])


def load_answer(text: str) -> Answer:
    status, headers, body = json.loads(text)
    return Answer(status, tuple((name, value) for name, value in headers), b64decode(body))


def request(path: str, *more: tuple[str, str]) -> bytes:
    """Build the bytes of a GET, with a browser's headers."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in (*HEADERS, *more))]
    return "\r\n".join([*lines, "", ""]).encode()


def fetch(port: int, path: str) -> Answer:
    """Ask once, with a browser's headers; the body comes as it was sent, compressed or not."""
    (answer,) = fetch_all(port, [path])
    return answer


def fetch_all(port: int, paths: Sequence[str]) -> Iterator[Answer]:
    """Ask for one path after the other over one connection."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        for path in paths:
            connection.putrequest("GET", path, skip_accept_encoding=True)
            for name, value in HEADERS:
                connection.putheader(name, value)
            connection.endheaders()
            response = connection.getresponse()
            headers = tuple((name, value) for name, value in response.getheaders() if name not in _NOT_OURS)
            yield Answer(response.status, headers, response.read())
    finally:
        connection.close()


def wait_for(port: int, path: str, seconds: float) -> bool:
    """Ask again and again until a 200 comes; tells whether it came in time."""
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends:
        try:
            if fetch(port, path).status == http.client.OK:
                return True
        except (OSError, http.client.HTTPException):
            pass
        time.sleep(0.005)
    return False
