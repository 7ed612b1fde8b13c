"""Every call from here to an address that somebody else chose.

httpcore is used without httpx around it: it knows no redirects, proxies, cookies, .netrc or compressed answers, and
takes the dialling from us. So a name is looked up once, and the address that was checked is the one that is dialled,
while `Host`, SNI and the certificate are about the name.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import httpcore
from anyio import CapacityLimiter, move_on_after, to_thread

from api.outbound.targets import OutboundError, Target, may_be_dialled, private_hosts, target_of

Resolve = Callable[[str, int], Sequence[str]]

_CONNECT = 3.0  # seconds
_MOST_ADDRESSES = 4
_OK = 200
_REDIRECTS = range(300, 400)


@dataclass(frozen=True)
class Answer:
    """What came back; `body` is cut at the limit, and `whole` tells whether it was. Header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    whole: bool


def addresses_of(host: str, port: int) -> list[str]:
    """Look a name up, as the system does it; blocks. An unknown name has no addresses."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return []
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


class Outbound:
    """Calls public addresses by https, and the hosts that the operator names by either scheme.

    The certificates that count are the system's (SSL_CERT_FILE names others).
    """

    def __init__(self, private: Iterable[str] = (), resolve: Resolve = addresses_of) -> None:
        self._private = private_hosts(private)
        self._resolve = resolve
        self._tls = ssl.create_default_context()
        # Of its own: names that nobody answers for must not take the threads that serve requests.
        self._lookups = CapacityLimiter(32)

    async def check(self, url: str) -> None:
        """Refuse now what a call would refuse. Raises OutboundError; a name without an address may get one yet."""
        target = target_of(url, self._private)
        with move_on_after(_CONNECT):
            found = await to_thread.run_sync(
                self._resolve, target.host, target.port, abandon_on_cancel=True, limiter=self._lookups
            )
            _check_addresses(found, private=target.private)

    async def fetch(self, url: str, *, accept: str, limit: int, deadline: float) -> bytes:
        """Get a document of at most `limit` bytes within `deadline` seconds. Raises OutboundError."""
        answer = await self.request("GET", url, {"Accept": accept}, limit=limit, deadline=deadline)
        if answer.status in _REDIRECTS:
            raise OutboundError("redirect", answer.status)
        if answer.status != _OK:
            raise OutboundError("status", answer.status)
        if answer.headers.get("content-encoding", "identity") != "identity":
            raise OutboundError("encoded")
        if not answer.whole:
            raise OutboundError("too-large")
        return answer.body

    async def request(  # one argument a part of the request
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        content: bytes | None = None,
        *,
        limit: int,
        deadline: float,
    ) -> Answer:
        """Send one request and read at most `limit` bytes of its answer, all within `deadline` seconds.

        Whatever status comes is an answer. Raises OutboundError when none comes.
        """
        target = target_of(url, self._private)
        sent = {
            "Host": target.authority,
            "User-Agent": "Samsprak",
            "Accept-Encoding": "identity",
            "Connection": "close",
            **headers,
        }
        try:
            async with asyncio.timeout(deadline):
                return await self._exchange(method, target, sent, content, limit)
        except (TimeoutError, httpcore.TimeoutException):
            raise OutboundError("timeout") from None
        except httpcore.ConnectError as error:
            raise OutboundError("tls" if isinstance(error.__cause__, ssl.SSLError) else "unreachable") from None
        except (httpcore.NetworkError, httpcore.ProtocolError):
            raise OutboundError("protocol") from None

    async def _exchange(
        self, method: str, target: Target, headers: Mapping[str, str], content: bytes | None, limit: int
    ) -> Answer:
        url = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        dialling = _CheckedDialling(self._resolve, self._lookups, private=target.private)
        # A connection a call: one that is kept could be used for another name than its certificate was checked for.
        async with (
            httpcore.AsyncHTTPConnection(url.origin, ssl_context=self._tls, network_backend=dialling) as connection,
            connection.stream(
                method,
                url,
                headers=list(headers.items()),
                content=content,
                extensions={"timeout": {"connect": _CONNECT}},
            ) as response,
        ):
            body, whole = bytearray(), True
            async for chunk in response.aiter_stream():
                body += chunk
                if len(body) > limit:
                    whole = False
                    break
            named = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
            return Answer(response.status, named, bytes(body[:limit]), whole)


class _CheckedDialling(httpcore.AsyncNetworkBackend):
    """Dial the very addresses that were checked."""

    def __init__(self, resolve: Resolve, lookups: CapacityLimiter, *, private: bool) -> None:
        self._resolve = resolve
        self._lookups = lookups
        self._private = private
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109  (httpcore's signature)
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = await to_thread.run_sync(self._resolve, host, port, abandon_on_cancel=True, limiter=self._lookups)
        if not addresses:
            raise OutboundError("unresolvable")
        _check_addresses(addresses, private=self._private)
        tried = addresses[:_MOST_ADDRESSES]
        each = (timeout or _CONNECT) / len(tried)
        for address in tried[:-1]:
            try:
                return await self._network.connect_tcp(address, port, each, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                continue
        return await self._network.connect_tcp(tried[-1], port, each, local_address, socket_options)


def _check_addresses(addresses: Sequence[str], *, private: bool) -> None:
    # One that is not public spoils all: whoever mixes them in hopes that we pick it.
    if not all(may_be_dialled(address, private=private) for address in addresses):
        raise OutboundError("address")
