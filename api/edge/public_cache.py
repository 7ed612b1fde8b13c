"""Finished public answers, kept around the app, and conditional requests for all that is read.

It stands around the app, not in its middleware: there a hit costs little more than sending the
bytes. Entries are dropped by topic when what they were made from changes, and at midnight in
Stockholm, since states follow from dates.
"""

import base64
import hashlib
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import anyio.to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.clock import next_midnight
from api.edge.context import RequestContext, Topic, context_of
from api.edge.encodings import COMPRESSORS, WORTH_COMPRESSING, choose_encoding
from api.edge.headers import echoed

MAX_AGE = 60
_TAIL = "stale-while-revalidate=600, stale-if-error=604800"
_NO_HEADERS: list[tuple[bytes, bytes]] = []
# What an answer costs beside its body: headers, key, objects.
_ENTRY_OVERHEAD = 2_000
_LARGEST_KEY = 2_048
_THREAD_FROM = 64 * 1024

Key = tuple[str, bytes, str, bytes | None]
RawHeaders = list[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True)
class _Entry:
    topic: Topic
    etag: bytes
    start: Message
    body: Message
    not_modified: Message
    stale_after: float
    size: int


class PublicCache:
    """Answer repeated public GETs from memory; tag, compress and compare all others.

    `capacity` bounds the bytes that are kept. `counters` are what /metrics may read.
    """

    def __init__(self, app: ASGIApp, capacity: int, clock: Callable[[], float] = time.time) -> None:
        self.app = app
        self._capacity = capacity
        self._clock = clock
        self._entries: OrderedDict[Key, _Entry] = OrderedDict()
        self._size = 0
        self._generations = dict.fromkeys(Topic, 0)
        self._encodings: dict[bytes, str] = {b"": ""}
        self.hits = 0
        self.misses = 0

    def drop(self, topics: Iterable[Topic]) -> None:
        """Forget what was made from these topics; may be called from any thread."""
        dropped = frozenset(topics)
        for topic in dropped:
            self._generations[topic] += 1
        for key, entry in list(self._entries.items()):
            if entry.topic in dropped and self._entries.pop(key, None) is not None:
                self._size -= entry.size

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] not in ("GET", "HEAD"):
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        accepted = headers.get(b"accept-encoding", b"")
        encoding = self._encodings.get(accepted)
        if encoding is None:
            encoding = self._learn_encoding(accepted)
        key = (scope["path"], scope["query_string"], encoding, headers.get(b"accept"))
        entry = self._entries.get(key)
        if (
            entry is None
            or b"authorization" in headers
            or b"samsprak-min-sequence" in headers
            or self._clock() >= entry.stale_after
        ):
            await self._miss(scope, receive, send, headers, key)
            return
        self.hits += 1
        if b"if-none-match" in headers and _matches(headers[b"if-none-match"], entry.etag):
            start, body = entry.not_modified, _EMPTY
        elif scope["method"] == "HEAD":
            start, body = entry.start, _EMPTY
        else:
            start, body = entry.start, entry.body
        if b"x-request-id" in headers or b"traceparent" in headers:
            start = {**start, "headers": start["headers"] + echoed(headers)}
        await send(start)
        await send(body)

    def _learn_encoding(self, accepted: bytes) -> str:
        encoding = choose_encoding(accepted)
        if len(self._encodings) < 1_000 and len(accepted) < 200:  # noqa: PLR2004
            self._encodings[accepted] = encoding
        return encoding

    async def _miss(self, scope: Scope, receive: Receive, send: Send, headers: dict[bytes, bytes], key: Key) -> None:
        self.misses += 1
        generations = dict(self._generations)
        context = context_of(scope)
        answer = _Collected(send)
        await self.app({**scope, "method": "GET"}, receive, answer)
        if answer.passed_on:
            return
        start, body = answer.start, answer.body
        if start["status"] != 200:  # noqa: PLR2004
            await send(start)
            await send({"type": "http.response.body", "body": body if scope["method"] == "GET" else b""})
            return
        encoding = key[2] if len(body) >= WORTH_COMPRESSING else ""
        if encoding:
            if len(body) < _THREAD_FROM:
                encoded = COMPRESSORS[encoding](body)
            else:
                encoded = await anyio.to_thread.run_sync(COMPRESSORS[encoding], body)
        else:
            encoded = body
        entry = self._finish(start, body, encoded, encoding, context)
        public = context.topic is not None and b"authorization" not in headers
        if public and generations[entry.topic] == self._generations[entry.topic]:
            self._keep(key, entry)
        if _matches(headers.get(b"if-none-match", b""), entry.etag):
            own = [h for h in start["headers"] if h[0] in _ECHOES]
            message = entry.not_modified
            await send({**message, "headers": message["headers"] + own})
            await send(_EMPTY)
            return
        message = entry.start
        echoes = [h for h in start["headers"] if h[0] in _ECHOES]
        await send({**message, "headers": message["headers"] + echoes})
        await send(entry.body if scope["method"] == "GET" else _EMPTY)

    def _finish(self, start: Message, body: bytes, encoded: bytes, encoding: str, context: RequestContext) -> _Entry:
        now = self._clock()
        left = next_midnight() - now
        kept = [
            (name, value)
            for name, value in start["headers"]
            if name not in _ECHOES and name not in (b"content-length", b"etag", b"vary")
        ]
        etag = _etag(body, encoding, context.revision)
        vary = [value for name, value in start["headers"] if name == b"vary"]
        common = [(b"etag", etag), (b"vary", b", ".join([b"Accept-Encoding", b"Accept", *vary]))]
        if context.topic is not None and not any(name == b"cache-control" for name, _ in kept):
            # Never past midnight: tomorrow the same question may have another answer.
            age = max(0, min(MAX_AGE, int(left) - 1))
            common.append((b"cache-control", f"public, max-age={age}, {_TAIL}".encode()))
        headers = kept + common
        if encoding:
            headers.append((b"content-encoding", encoding.encode()))
        headers.append((b"content-length", str(len(encoded)).encode()))
        unchanged = [h for h in kept if h[0] not in (b"content-type",)] + common
        return _Entry(
            topic=context.topic or Topic.FIXED,
            etag=etag,
            start={"type": "http.response.start", "status": 200, "headers": headers},
            body={"type": "http.response.body", "body": encoded},
            not_modified={"type": "http.response.start", "status": 304, "headers": unchanged},
            stale_after=now + (left - MAX_AGE if left > MAX_AGE else 1),
            size=len(encoded) + _ENTRY_OVERHEAD,
        )

    def _keep(self, key: Key, entry: _Entry) -> None:
        if entry.size > self._capacity or len(key[0]) + len(key[1]) > _LARGEST_KEY:
            return
        replaced = self._entries.pop(key, None)
        self._entries[key] = entry
        self._size += entry.size - (replaced.size if replaced else 0)
        while self._size > self._capacity:
            _, oldest = self._entries.popitem(last=False)
            self._size -= oldest.size


_EMPTY: Message = {"type": "http.response.body", "body": b""}
# These belong to one request, never to a kept answer.
_ECHOES = frozenset({b"x-request-id", b"traceparent", b"samsprak-sequence"})


class _Collected:
    """Collect an answer that comes whole; let one that streams pass."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.start: Message = {}
        self.body = b""
        self.passed_on = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.start = message
            return
        if self.passed_on or message.get("more_body"):
            if not self.passed_on:
                self.passed_on = True
                await self._send(self.start)
            await self._send(message)
            return
        self.body = message.get("body", b"")


def _etag(body: bytes, encoding: str, revision: int | None) -> bytes:
    digest = hashlib.sha256(body + encoding.encode()).digest()[:12]
    text = base64.urlsafe_b64encode(digest).decode()
    return f'"{text}"'.encode() if revision is None else f'"{revision}.{text}"'.encode()


def _matches(if_none_match: bytes, etag: bytes) -> bool:
    """Compare weakly, as RFC 9110 has it for If-None-Match."""
    if if_none_match == etag:
        return True
    if not if_none_match:
        return False
    listed = [part.strip().removeprefix(b"W/") for part in if_none_match.split(b",")]
    return etag in listed or b"*" in listed
