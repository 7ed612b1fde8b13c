"""The server at the socket: what it takes for a request, what it answers itself, and whom it does not wait for."""

import json
import socket
import threading
import time
from collections.abc import Iterator

import httpx2
import pytest
import structlog
from starlette.types import Receive, Scope, Send

from api.edge.connection import Deadlines
from tests.conftest import Store, serving
from tests.edge.wire import HOST, connect, lifespan, read_all, replies, served, talk

LINE = b"GET /a HTTP/1.1\r\nHost: x\r\n"
CLOSE = b"Connection: close\r\n"
POST = b"POST /a HTTP/1.1\r\nHost: x\r\n"
LAST = LINE + CLOSE + b"\r\n"

REFUSED: dict[str, tuple[bytes, int, str]] = {
    "no HTTP": (b"hello\r\n\r\n", 400, "malformed-request"),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 400, "malformed-request"),
    "HTTP/2 by prior knowledge": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "malformed-request"),
    "a tunnel": (b"CONNECT x:443 HTTP/1.1\r\nHost: x\r\n\r\n", 400, "malformed-request"),
    "length and chunks": (POST + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 400, "malformed-request"),
    "chunks and length": (POST + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n", 400, "malformed-request"),
    "two lengths": (POST + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\n", 400, "malformed-request"),
    "a list of lengths": (POST + b"Content-Length: 3, 3\r\n\r\n", 400, "malformed-request"),
    "a signed length": (POST + b"Content-Length: +3\r\n\r\n", 400, "malformed-request"),
    "a huge length": (POST + b"Content-Length: 99999999999999999999\r\n\r\n", 400, "malformed-request"),
    "chunks not last": (POST + b"Transfer-Encoding: chunked, identity\r\n\r\n", 400, "malformed-request"),
    "no chunks": (POST + b"Transfer-Encoding: gzip\r\n\r\n", 400, "malformed-request"),
    "a space before the colon": (POST + b"Content-Length : 3\r\n\r\n", 400, "malformed-request"),
    "a folded header": (LINE + b"X: a\r\n b\r\n\r\n", 400, "malformed-request"),
    "bare line feeds": (b"GET /a HTTP/1.1\nHost: x\n\n", 400, "malformed-request"),
    "a bare return": (LINE + b"X: a\rb\r\n\r\n", 400, "malformed-request"),
    "a zero": (LINE + b"X: a\0b\r\n\r\n", 400, "malformed-request"),
    "a space in the path": (b"GET /a b HTTP/1.1\r\n\r\n", 400, "malformed-request"),
    "bytes in the path": ("GET /å HTTP/1.1\r\n\r\n".encode(), 400, "malformed-request"),
    "a chunk of no size": (POST + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", 400, "malformed-request"),
    "a chunk of any size": (
        POST + b"Transfer-Encoding: chunked\r\n\r\n" + b"f" * 17 + b"\r\n",
        400,
        "malformed-request",
    ),
    "endless trailers": (
        POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n" + b"X: " + b"x" * 300_000,
        400,
        "malformed-request",
    ),
    "101 headers": (LINE + b"X: a\r\n" * 100 + b"\r\n", 431, "headers-too-large"),
    "a header of 8 kB": (LINE + b"X: " + b"a" * 8_192 + b"\r\n\r\n", 431, "headers-too-large"),
    "headers of 16 kB": (LINE + (b"X: " + b"a" * 4_096 + b"\r\n") * 4 + b"\r\n", 431, "headers-too-large"),
    "a header without end": (LINE + b"X: " + b"a" * 600_000, 431, "headers-too-large"),
    "a name without end": (LINE + b"X" * 600_000, 431, "headers-too-large"),
    "headers without end": (LINE + b"X: a\r\n" * 60_000, 431, "headers-too-large"),
    "an address of 8 kB": (b"GET /" + b"a" * 8_192 + b" HTTP/1.1\r\n\r\n", 414, "address-too-long"),
    "an address without end": (b"GET /" + b"a" * 600_000, 414, "address-too-long"),
}
ANSWERED: dict[str, tuple[bytes, list[object]]] = {
    "a request": (LAST, ["GET", "/a", ["connection", "host"], ""]),
    "HTTP/1.0": (b"GET /a HTTP/1.0\r\n\r\n", ["GET", "/a", [], ""]),
    "empty lines first": (b"\r\n\r\n" + LAST, ["GET", "/a", ["connection", "host"], ""]),
    "an absolute address": (
        b"GET http://evil/a HTTP/1.1\r\nConnection: close\r\n\r\n",
        ["GET", "/a", ["connection"], ""],
    ),
    "another's host": (b"GET /a HTTP/1.0\r\nHost: evil\r\nHost: b\r\n\r\n", ["GET", "/a", ["host", "host"], ""]),
    "99 headers": (LINE + CLOSE + b"X: a\r\n" * 98 + b"\r\n", ["GET", "/a", ["connection", "host", *["x"] * 98], ""]),
    "chunks": (
        POST + CLOSE + b"Transfer-Encoding: chunked\r\n\r\n1;x=y\r\na\r\n2\r\nbc\r\n0\r\n\r\n",
        ["POST", "/a", ["connection", "host", "transfer-encoding"], "abc"],
    ),
    "trailers, which are not kept": (
        POST + CLOSE + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\nAuthorization: Bearer x\r\n\r\n",
        ["POST", "/a", ["connection", "host", "transfer-encoding"], "a"],
    ),
    "a WebSocket": (
        LINE + b"Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\r\n" + LAST,
        ["GET", "/a", ["connection", "host", "sec-websocket-version"], ""],
    ),
    "HTTP/2 by upgrade": (
        POST + b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nContent-Length: 3\r\n\r\nabc" + LAST,
        ["POST", "/a", ["connection", "content-length", "host"], "abc"],
    ),
    "another request in the body of an upgrade": (
        POST + b"Connection: Upgrade\r\nUpgrade: x\r\nContent-Length: %d\r\n\r\n" % len(LAST) + LAST + LAST,
        ["POST", "/a", ["connection", "content-length", "host"], LAST.decode()],
    ),
}


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    with served() as found:
        yield found


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_request_is_refused_with_a_problem(port: int, name: str) -> None:
    sent, status, slug = REFUSED[name]
    [reply] = [reply for reply in talk(port, sent) if reply.status != 200]
    assert (reply.status, reply.problem["status"]) == (status, status)
    assert reply.problem["type"] == f"{HOST}/problems/{slug}"
    assert reply.problem["instance"].startswith("urn:uuid:")
    assert reply.headers["connection"] == "close"
    assert reply.headers["x-content-type-options"] == "nosniff"
    assert "default-src 'none'" in reply.headers["content-security-policy"]
    assert "date" in reply.headers
    assert b"a" * 100 not in reply.body


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_request_is_none_when_it_comes_in_pieces(port: int, name: str) -> None:
    sent, status, _ = REFUSED[name]
    size = max(1, len(sent) // 50)
    pieces = [sent[at : at + size] for at in range(0, len(sent), size)]
    assert status in {reply.status for reply in talk(port, *pieces)}


@pytest.mark.parametrize("name", ANSWERED)
def test_what_is_a_request_is_answered(port: int, name: str) -> None:
    sent, told = ANSWERED[name]
    reply = talk(port, sent)[0]
    assert (reply.status, json.loads(reply.body)) == (200, told)
    assert "server" not in reply.headers


@pytest.mark.parametrize("name", ANSWERED)
def test_a_request_that_comes_byte_by_byte_is_the_same(port: int, name: str) -> None:
    sent, told = ANSWERED[name]
    reply = talk(port, *(bytes([byte]) for byte in sent))[0]
    assert (reply.status, json.loads(reply.body)) == (200, told)


def test_the_connection_of_a_refused_upgrade_is_used_on(port: int) -> None:
    upgrade = LINE + b"Connection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
    assert [reply.status for reply in talk(port, upgrade * 3 + LAST)] == [200] * 4


def test_requests_that_are_sent_ahead_are_answered_in_order(port: int) -> None:
    paths = [f"/{number}" for number in range(90)]
    sent = b"".join(
        f"POST {path} HTTP/1.1\r\nContent-Length: 2\r\nX: {'x' * 4_000}\r\n\r\nab".encode() for path in paths
    )
    found = talk(port, sent + LAST)
    assert [json.loads(reply.body)[1] for reply in found] == [*paths, "/a"]


def test_a_crowd_on_one_connection_is_not_let_in(port: int) -> None:
    assert len(talk(port, (LINE + b"\r\n") * 500)) <= 101


def test_a_client_that_waits_for_leave_gets_it(port: int) -> None:
    with connect(port) as client:
        client.sendall(POST + CLOSE + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\n")
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"abc")
        [reply] = replies(read_all(client))
    assert json.loads(reply.body)[3] == "abc"


def test_a_fault_after_an_unanswered_request_does_not_answer_for_it() -> None:
    going_on = threading.Event()

    async def slow(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            going_on.set()
            while (await receive())["type"] != "http.disconnect":
                pass
        else:
            await lifespan(receive, send)

    with served(slow) as port, connect(port) as client:
        client.sendall(LINE + b"\r\n")
        assert going_on.wait(10)
        client.sendall(b"no request\r\n\r\n")
        assert read_all(client) == b""


def test_a_client_that_hangs_up_is_no_fault_of_ours(store: Store) -> None:
    url = store.copy()
    with structlog.testing.capture_logs() as lines, serving(url) as county:
        port = county.client.base_url.port
        assert port is not None
        with connect(port) as client:
            client.sendall(b"POST /api/v1/annotations HTTP/1.1\r\nContent-Length: 9\r\n\r\n{")
        ends = time.monotonic() + 10
        while not any(line["event"] == "request" for line in lines) and time.monotonic() < ends:
            time.sleep(0.05)
    store.drop(url)
    assert [(line["event"], line["status"]) for line in lines if "status" in line] == [("request", 400)]
    assert [line for line in lines if line["log_level"] == "error"] == []


# Deadlines of a second or so, since the server looks once a second.
SHORT = Deadlines(head=1, idle=1, grace=1, rate=1_000, unread=1)
SLOW: dict[str, tuple[bytes, bytes, int | None]] = {
    "nothing": (b"", b"", None),
    "empty lines": (b"", b"\r\n", None),
    "a head, a byte at a time": (LINE + b"X: ", b"a", 408),
    "headers, one at a time": (LINE, b"X: a\r\n", 408),
    "an address, a byte at a time": (b"GET /", b"a", 408),
    "a body that does not come": (POST + b"Content-Length: 9\r\n\r\n", b"", 408),
    "a body, a byte at a time": (POST + b"Content-Length: 10000\r\n\r\n", b"a", 408),
    "chunks, one at a time": (POST + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n", 408),
    "trailers, one at a time": (POST + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: a\r\n", 408),
    "a second request": (LINE + b"\r\n" + LINE, b"", 408),
    "a pause after an answer": (LINE + b"\r\n", b"", None),
}


@pytest.fixture(scope="module")
def hasty() -> Iterator[int]:
    with served(deadlines=SHORT) as found:
        yield found


@pytest.mark.parametrize("name", SLOW)
def test_nobody_is_waited_for_without_end(hasty: int, name: str) -> None:
    begin, drip, status = SLOW[name]
    with connect(hasty) as client:
        client.sendall(begin)
        client.settimeout(0.2)
        heard, ends = b"", time.monotonic() + 20
        while time.monotonic() < ends:
            try:
                client.sendall(drip)
                if not (chunk := client.recv(65_536)):
                    break
                heard += chunk
            except TimeoutError:
                pass
            except OSError:
                break
        else:
            pytest.fail("the connection is still open")
    assert [reply.status for reply in replies(heard) if reply.status != 200] == ([status] if status else [])


def test_what_came_fast_at_first_buys_no_silence_after_it(hasty: int) -> None:
    with connect(hasty) as client:
        client.sendall(POST + b"Content-Length: 900000\r\n\r\n" + b"a" * 100_000)
        client.settimeout(20)
        [reply] = replies(read_all(client))
    assert reply.status == 408


def test_a_body_that_comes_fast_enough_is_taken_however_long_it_takes(hasty: int) -> None:
    pieces = [b"a" * 1_000] * 20
    with connect(hasty) as client:
        client.sendall(POST + CLOSE + b"Content-Length: 20000\r\n\r\n")
        for piece in pieces:
            client.sendall(piece)
            time.sleep(0.2)
        [reply] = replies(read_all(client))
    assert json.loads(reply.body)[3] == "a" * 20_000


def test_an_answer_that_nobody_reads_is_given_up() -> None:
    gone = threading.Event()

    async def large(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await lifespan(receive, send)
            return
        await send({"type": "http.response.start", "status": 200, "headers": []})
        for _ in range(100):
            await send({"type": "http.response.body", "body": b"x" * 1_000_000, "more_body": True})
        await receive()
        gone.set()

    with served(large, SHORT) as port, connect(port) as client:
        client.sendall(LINE + b"\r\n")
        assert gone.wait(20)


def test_a_stream_that_says_little_stays_open() -> None:
    async def stream(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await lifespan(receive, send)
            return
        await receive()
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"first", "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass

    with served(stream, SHORT) as port, connect(port) as client:
        client.sendall(LINE + b"\r\n")
        client.settimeout(4)
        with pytest.raises(TimeoutError):
            read_all(client)


def test_more_connections_than_there_are_files_for_are_told_to_come_back() -> None:
    with served(most_connections=3) as port:
        first = [connect(port) for _ in range(3)]
        with connect(port) as one_more:
            [reply] = replies(read_all(one_more))
        for client in first:
            client.close()
    assert (reply.status, reply.headers["retry-after"]) == (503, "5")


def test_a_healthy_client_is_served_while_hundreds_of_slow_ones_hold_on() -> None:
    with served() as port, httpx2.Client(base_url=f"http://127.0.0.1:{port}") as healthy:
        slow = [connect(port) for _ in range(300)]
        for client in slow:
            client.sendall(LINE)
            client.settimeout(0)
        open_ones, waits = set(slow), []
        ends = time.monotonic() + 40
        while open_ones and time.monotonic() < ends:
            began = time.monotonic()
            assert healthy.get("/a").status_code == 200
            waits.append(time.monotonic() - began)
            for client in list(open_ones):
                if not _holds_on(client):
                    open_ones.discard(client)
            time.sleep(0.2)
        for client in slow:
            client.close()
    assert not open_ones
    # The typical wait, with room for a machine that does other things too.
    assert sorted(waits)[len(waits) // 2] < 0.5


def _holds_on(client: socket.socket) -> bool:
    """Send one more byte of a head, and tell whether the server still listens."""
    try:
        client.send(b"X")
        return bool(client.recv(65_536))
    except BlockingIOError:
        return True
    except OSError:
        return False
