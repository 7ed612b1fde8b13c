"""One client's connection: uvicorn's protocol, with deadlines and caps at the socket.

A connection keeps no clock. Once a second the server looks at each of them: one that is still where
it was, longer than its deadline allows, is closed. So a deadline costs a request nothing.
"""

import time
import uuid
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

import httptools
import structlog
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from api.edge.headers import security_headers
from api.errors import (
    AddressTooLong,
    DomainError,
    HeadersTooLarge,
    MalformedRequest,
    RequestTimeout,
    Unavailable,
)
from api.problems import problem_response

log = structlog.get_logger("samsprak.server")

MOST_HEADERS = 100
LARGEST_HEAD = 16 * 1024
LONGEST_LINE = 8 * 1024
# Requests that a client sends ahead, before it has their answers.
_MOST_AHEAD = 100


@dataclass(frozen=True)
class Deadlines:
    """How many seconds a client may take; `rate` is bytes a second, of a body after `grace` seconds."""

    head: float = 10
    idle: float = 5
    grace: float = 10
    rate: float = 1_000
    unread: float = 30


class _At(Enum):
    """Where a connection is, as far as its client is to be waited for."""

    IDLE = auto()
    HEAD = auto()
    BODY = auto()
    ANSWER = auto()
    UNREAD = auto()


class _Refused(Exception):
    """Carries an answer out of the parser's callbacks."""

    def __init__(self, error: DomainError) -> None:
        self.error = error


class _NoTrailers(list[tuple[bytes, bytes]]):
    """Takes headers that come after a body, and keeps none: the request has begun without them."""

    def append(self, _header: tuple[bytes, bytes]) -> None:
        pass


_NO_TRAILERS = _NoTrailers()


class Connection(HttpToolsProtocol):
    """One client's connection.

    What is overridden of uvicorn's class: its timers, its WebSockets, its own answers, and no caps at all.
    """

    base_url = ""
    most_connections = 65_536

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        # Bytes that came since a head or a piece of a body was whole; and all bytes of bodies.
        self._pending = self._taken = 0
        self._place: tuple[_At, object] = (_At.IDLE, None)
        self._since, self._taken_then = time.monotonic(), 0

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if len(self.connections) > self.most_connections:
            self._refuse(Unavailable("Too many connections are open.", {"Retry-After": "5"}))

    def data_received(self, data: bytes) -> None:
        before = self.cycle
        self._pending += len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._stay(data[upgrade.args[0] :])
            return
        except httptools.HttpParserError as error:
            known = error.__context__
            told = "The bytes are not an HTTP request."
            self._refuse(known.error if isinstance(known, _Refused) else MalformedRequest(told))
            return
        cycle = self.cycle
        if cycle is not None and cycle.scope is self.scope and not cycle.more_body:
            self._pending = 0
        elif self._pending > LARGEST_HEAD:
            if cycle is before:
                self._refuse(self._fault_of_size())
            else:
                # Most of it was a request before this one. How much is unknown, so the next head is looked at.
                self._pending = LONGEST_LINE + 1

    def _should_upgrade(self) -> bool:
        # So uvicorn begins no request yet: see `_stay`.
        return True

    def _stay(self, rest: bytes) -> None:
        """Read a request that asks for another protocol as if it had not asked.

        The parser takes what follows such a head for the other protocol's, a body too; so the head is read again.
        """
        if self.scope["method"] == "CONNECT":
            self._refuse(MalformedRequest("This is no proxy."))
            return
        lines = [b"%b: %b\r\n" % header for header in self.scope["headers"] if header[0] != b"upgrade"]
        first = f"{self.scope['method']} {self.url.decode('latin-1')} HTTP/{self.scope['http_version']}\r\n"
        self.data_received(b"".join([first.encode("latin-1"), *lines, b"\r\n", rest]))

    def on_headers_complete(self) -> None:
        # A head that came in few bytes has neither long lines nor a large sum.
        if self._pending > LONGEST_LINE or len(self.headers) > MOST_HEADERS or self.pipeline:
            self._check_head()
        super().on_headers_complete()
        self.headers = _NO_TRAILERS

    def _check_head(self) -> None:
        sizes = [len(name) + len(value) for name, value in self.headers]
        if len(self.url) > LONGEST_LINE:
            raise _Refused(AddressTooLong("The path and the query are longer than 8 kB."))
        if len(sizes) > MOST_HEADERS:
            raise _Refused(HeadersTooLarge(f"The request has more than {MOST_HEADERS} headers."))
        if max(sizes, default=0) > LONGEST_LINE or sum(sizes) + len(self.url) > LARGEST_HEAD:
            raise _Refused(HeadersTooLarge("The headers are larger than 16 kB, or one than 8 kB."))
        if len(self.pipeline) >= _MOST_AHEAD:
            raise _Refused(Unavailable("Too many requests at once on one connection.", {"Retry-After": "1"}))

    def _fault_of_size(self) -> DomainError:
        """Tell what is too large of a part that is not whole yet."""
        if self.headers is _NO_TRAILERS:
            return MalformedRequest("The body holds too much that is not content.")
        if not self.headers and len(self.url) > LONGEST_LINE:
            return AddressTooLong("The path and the query are longer than 8 kB.")
        return HeadersTooLarge("The headers are larger than 16 kB.")

    def on_body(self, body: bytes) -> None:
        self._pending = 0
        self._taken += len(body)
        super().on_body(body)

    def on_response_complete(self) -> None:
        """Go on to the next request, as uvicorn does, but without a timer for the pause between them."""
        self.server_state.total_requests += 1
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())

    def look(self, now: float, deadlines: Deadlines) -> None:
        """Close the connection if its client has been waited for too long."""
        place = self._where()
        if place != self._place:
            self._place, self._since, self._taken_then = place, now, self._taken
            return
        waited = now - self._since
        match place[0]:
            case _At.IDLE if waited > deadlines.idle:
                self.transport.close()
            case _At.HEAD if waited > deadlines.head:
                self._refuse(RequestTimeout("The headers took too long."))
            case _At.BODY if waited > deadlines.grace:
                if self._taken - self._taken_then < deadlines.rate * waited:
                    self._refuse(RequestTimeout("The body comes too slowly."))
                # Measured anew each time: what came fast at first buys no silence after it.
                self._since, self._taken_then = now, self._taken
            case _At.UNREAD if waited > deadlines.unread:
                self.transport.abort()

    def _where(self) -> tuple[_At, object]:
        """Tell where the connection is: the same thing twice means that nothing has gone on."""
        cycle, unread = self.cycle, self.transport.get_write_buffer_size()
        if unread:
            return _At.UNREAD, unread
        if cycle is not None and not cycle.response_complete:
            waits = cycle.more_body and not self.flow.read_paused
            return (_At.BODY if waits else _At.ANSWER), cycle
        if self.scope is None or (cycle is not None and cycle.scope is self.scope):
            return _At.IDLE, cycle
        return _At.HEAD, cycle

    def _refuse(self, error: DomainError) -> None:
        """Answer what is no request, if no other answer is under way, and close."""
        cycle = self.cycle
        free = cycle is None or cycle.response_complete
        if not free and cycle.scope is self.scope:
            free = not cycle.response_started and not self.pipeline
            _abandon(cycle)
        if free and not self.transport.is_closing():
            self.transport.write(_bytes_of(error, self.base_url, self.server_state.default_headers))
        log.info("refused", status=error.status, reason=error.detail)
        self.transport.close()


def _abandon(cycle: RequestResponseCycle) -> None:
    """Let the application see that its request ends here."""
    cycle.disconnected = True
    cycle.message_event.set()


def _bytes_of(error: DomainError, base_url: str, of_the_server: list[tuple[bytes, bytes]]) -> bytes:
    response = problem_response(error, str(uuid.uuid4()), base_url)
    headers = [*of_the_server, *response.raw_headers, *security_headers(base_url), (b"connection", b"close")]
    lines = [b"%b: %b\r\n" % header for header in headers]
    return b"".join([STATUS_LINE[error.status], *lines, b"\r\n", response.body])
