"""Calls to servers that are slow, huge, elsewhere or not who they say: each ends in a short reason, soon."""

import asyncio
import gzip
import socket
from collections.abc import Callable, Coroutine, Iterator
from itertools import repeat
from pathlib import Path
from typing import Any

import pytest

from api.outbound.calls import Outbound, addresses_of
from api.outbound.targets import OutboundError
from tests.outbound.provider import Provider, Script, answer, certificate, provider

LIMIT = 1000
BODY = b'{"keys": []}'


async def get(url: str, outbound: Outbound, deadline: float = 5) -> bytes:
    return await outbound.fetch(url, accept="application/json", limit=LIMIT, deadline=deadline)


async def refusal(url: str, outbound: Outbound, deadline: float = 5) -> str:
    with pytest.raises(OutboundError) as refused:
        await get(url, outbound, deadline)
    return str(refused.value)


def against(script: Callable[[str], Script], ask: Callable[[Provider], Coroutine[Any, Any, Any]]) -> Any:
    """Ask a server that answers by a script; gives what the question gives."""

    async def both() -> Any:
        async with provider(script) as server:
            return await ask(server)

    return asyncio.run(both())


def test_a_document_is_read() -> None:
    async def ask(server: Provider) -> None:
        assert await get(server.url, Outbound([server.host])) == BODY
        [head] = server.requests
        assert head.startswith("GET /jwks HTTP/1.1\r\n")
        assert f"\r\nHost: {server.host}\r\n" in head
        assert "\r\nAccept-Encoding: identity\r\n" in head

    against(lambda _: answer(BODY), ask)


def endless(first: bytes, part: bytes, pause: float = 0) -> Iterator[bytes | float]:
    yield first
    for again in repeat(part):
        yield again
        yield pause


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
LONG = b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n"
# What comes, the reason, and how long we wait where all of it must be waited for.
ANSWERS: dict[str, tuple[str, float, Callable[[], Script]]] = {
    "moved": ("redirect 301", 5, lambda: answer(b"", "Location: /elsewhere", status="301 Moved Permanently")),
    "found": ("redirect 302", 5, lambda: answer(b"", "Location: https://127.0.0.1/", status="302 Found")),
    "see other": ("redirect 303", 5, lambda: answer(b"", "Location: /elsewhere", status="303 See Other")),
    "temporary": ("redirect 307", 5, lambda: answer(b"", "Location: /elsewhere", status="307 Temporary Redirect")),
    "permanent": ("redirect 308", 5, lambda: answer(b"", "Location: /elsewhere", status="308 Permanent Redirect")),
    "nothing new": ("redirect 304", 5, lambda: [b"HTTP/1.1 304 Not Modified\r\n\r\n"]),
    "not found": ("status 404", 5, lambda: answer(BODY, status="404 Not Found")),
    "an error": ("status 500", 5, lambda: answer(b"a secret", status="500 Internal Server Error")),
    "no content": ("status 204", 5, lambda: [b"HTTP/1.1 204 No Content\r\n\r\n"]),
    "a part": ("status 206", 5, lambda: answer(BODY, status="206 Partial Content")),
    "one byte too much": ("too-large", 5, lambda: answer(b"x" * (LIMIT + 1))),
    "more than is said to come": ("too-large", 5, lambda: endless(b"HTTP/1.1 200 OK\r\n\r\n", b"x" * 65_536)),
    "endless chunks": ("too-large", 5, lambda: endless(CHUNKED, b"10000\r\n" + b"x" * 65_536 + b"\r\n")),
    "a gzip bomb": ("encoded", 5, lambda: answer(gzip.compress(b"x" * 500_000), "Content-Encoding: gzip")),
    "brotli": ("encoded", 5, lambda: answer(BODY, "Content-Encoding: br")),
    "two codings": ("encoded", 5, lambda: answer(BODY, "Content-Encoding: identity, gzip")),
    "nothing": ("timeout", 0.2, lambda: [60.0]),
    "a byte now and then": ("timeout", 0.5, lambda: endless(LONG, b"x", 0.05)),
    "headers now and then": ("timeout", 0.5, lambda: endless(b"HTTP/1.1 200 OK\r\n", b"X: x\r\n", 0.05)),
    "chunks now and then": ("timeout", 0.5, lambda: endless(CHUNKED, b"1\r\nx\r\n", 0.05)),
    "early hints for ever": ("timeout", 0.5, lambda: endless(b"", b"HTTP/1.1 103 Early Hints\r\n\r\n", 0.01)),
    "no end": ("protocol", 5, lambda: [LONG + b"x"]),
    "an end at once": ("protocol", 5, list),
    "endless headers": ("protocol", 5, lambda: endless(b"HTTP/1.1 200 OK\r\n", b"X: " + b"x" * 60_000 + b"\r\n")),
    "one endless header": ("protocol", 5, lambda: endless(b"HTTP/1.1 200 OK\r\nX: ", b"x" * 60_000)),
    "no HTTP": ("protocol", 5, lambda: [b"SSH-2.0-OpenSSH_9.2\r\n\r\n"]),
    "two lengths": ("protocol", 5, lambda: answer(BODY, "Content-Length: 3")),
    "a length below nothing": ("protocol", 5, lambda: [b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"]),
    "another protocol": ("protocol", 5, lambda: [b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n"]),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_is_none_ends_in_a_reason(name: str) -> None:
    reason, deadline, script = ANSWERS[name]

    async def ask(server: Provider) -> None:
        assert await refusal(server.url, Outbound([server.host]), deadline) == reason
        assert len(server.requests) == 1

    against(lambda _: script(), ask)


def test_a_body_that_was_compressed_unasked_and_untold_stays_as_it_is() -> None:
    packed = gzip.compress(b"x" * 100_000)

    async def ask(server: Provider) -> None:
        assert await get(server.url, Outbound([server.host])) == packed

    against(lambda _: answer(packed), ask)


def test_a_request_takes_any_status_and_cuts_the_body() -> None:
    async def ask(server: Provider) -> None:
        sent = {"Content-Type": "application/json"}
        outbound = Outbound([server.host])
        got = await outbound.request("POST", server.url, sent, b"{}", limit=4, deadline=5)
        assert (got.status, got.body, got.whole, got.headers["retry-after"]) == (503, b"busy", False, "7")
        [sent_in_all] = server.requests
        assert sent_in_all.endswith("\r\nContent-Length: 2\r\n\r\n{}")

    against(lambda _: answer(b"busy now", "Retry-After: 7", status="503 Service Unavailable"), ask)


# Names and what the resolver says of them; the reason.
LOOKUPS = {
    "nothing": ([], "unresolvable"),
    "a private address": (["10.0.0.1"], "address"),
    "a public and a private address": (["1.1.1.1", "10.0.0.1"], "address"),
    "a private address after many": (["1.1.1.1"] * 20 + ["127.0.0.1"], "address"),
    "a mapped address": (["::ffff:127.0.0.1"], "address"),
    "a local address with a zone": (["fe80::1%2"], "address"),
    "no address": (["idp.example"], "address"),
}


@pytest.mark.parametrize("name", LOOKUPS)
def test_a_name_with_an_address_that_is_not_public_is_not_called(name: str) -> None:
    addresses, reason = LOOKUPS[name]
    outbound = Outbound(resolve=lambda _host, _port: addresses)
    assert asyncio.run(refusal("https://idp.example/jwks", outbound)) == reason


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "127.1", "0x7f.1", "2130706433", "[::1]", "[::ffff:7f00:1]"]
)
def test_no_spelling_of_this_machine_is_called(host: str) -> None:
    async def ask(server: Provider) -> None:
        assert await refusal(f"https://{host}:{server.port}/", Outbound()) in {"address", "unresolvable"}
        assert server.requests == []

    against(lambda _: answer(BODY), ask)


def test_a_name_is_looked_up_once_and_the_checked_address_is_dialled() -> None:
    lookups: list[str] = []

    def rebinding(host: str, _port: int) -> list[str]:
        lookups.append(host)
        return ["127.0.0.1"] if len(lookups) == 1 else ["10.0.0.1"]

    async def ask(server: Provider) -> None:
        host = f"idp.example:{server.port}"
        assert await get(f"http://{host}/jwks", Outbound([host], rebinding)) == BODY
        assert lookups == ["idp.example"]
        assert f"\r\nHost: {host}\r\n" in server.requests[0]

    against(lambda _: answer(BODY), ask)


def test_the_next_address_is_tried_when_one_does_not_answer() -> None:
    async def ask(server: Provider) -> None:
        host = f"idp.example:{server.port}"
        addresses = ["127.0.0.2", "127.0.0.3", "127.0.0.1"]
        assert await get(f"http://{host}/", Outbound([host], lambda _host, _port: addresses)) == BODY
        assert await refusal(f"http://{host}/", Outbound([host], lambda _host, _port: addresses[:2])) == "unreachable"

    against(lambda _: answer(BODY), ask)


def test_the_system_knows_its_own_name_and_no_impossible_one() -> None:
    assert "127.0.0.1" in addresses_of("localhost", 443)
    assert addresses_of("a" * 64, 443) == []


def test_nothing_listens() -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
        assert asyncio.run(refusal(f"http://127.0.0.1:{port}/", Outbound([f"127.0.0.1:{port}"]))) == "unreachable"


def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async def ask(server: Provider) -> None:
        async with provider(lambda _: answer(b"from the proxy")) as proxy:
            for name in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
                monkeypatch.setenv(name, f"http://{proxy.host}")
            assert await get(server.url, Outbound([server.host])) == BODY
            assert proxy.requests == []

    against(lambda _: answer(BODY), ask)


# The name in the certificate, whether we trust it, the host that is called, the reason.
CERTIFICATES = [
    ("idp.example", "trusted", "idp.example", None),
    ("127.0.0.1", "trusted", "127.0.0.1", None),
    ("idp.example", "unknown", "idp.example", "tls"),
    ("other.example", "trusted", "idp.example", "tls"),
    ("127.0.0.1", "trusted", "idp.example", "tls"),
]


@pytest.mark.parametrize(("name", "trust", "host", "reason"), CERTIFICATES)
def test_the_certificate_is_for_the_name_and_not_the_address(
    name: str, trust: str, host: str, reason: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, context = certificate(tmp_path, name)
    if trust == "trusted":
        monkeypatch.setenv("SSL_CERT_FILE", str(file))

    async def ask() -> None:
        async with provider(lambda _: answer(BODY), context) as server:
            place = f"{host}:{server.port}"
            outbound = Outbound([place], lambda _host, _port: ["127.0.0.1"])
            if reason is None:
                assert await get(f"https://{place}/", outbound) == BODY
                assert server.names == [None if host[0].isdigit() else host]
            else:
                assert await refusal(f"https://{place}/", outbound) == reason
                assert server.requests == []

    asyncio.run(ask())


def test_https_is_not_spoken_with_a_server_that_has_none() -> None:
    async def ask(server: Provider) -> None:
        assert await refusal(f"https://{server.host}/", Outbound([server.host])) == "tls"

    against(lambda _: answer(BODY), ask)


def test_a_slow_lookup_is_not_waited_for() -> None:
    async def ask() -> None:
        released = asyncio.Event()
        loop = asyncio.get_running_loop()

        def slow(_host: str, _port: int) -> list[str]:
            asyncio.run_coroutine_threadsafe(released.wait(), loop).result()
            return []

        assert await refusal("https://idp.example/", Outbound(resolve=slow), deadline=0.2) == "timeout"
        released.set()

    asyncio.run(ask())
