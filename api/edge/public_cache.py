"""Finished public answers, kept around the app, and conditional requests for all that is read.

It stands around the app, not in its middleware: there a hit costs little more than sending the
bytes. Answers are forgotten by topic when what they were made from changes, and at midnight in
Stockholm, since states follow from dates.
"""

import base64
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from http import HTTPStatus
from threading import Lock
from time import time

import anyio.to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.clock import next_midnight
from api.edge.context import RequestContext, Topic, context_of
from api.edge.encodings import CHOICES, IDENTITY, Coding
from api.edge.headers import echoed

MAX_AGE = 60
# What an entry costs beside its body: headers, messages, objects.
_ENTRY_OVERHEAD = 2_000
# A body of this size is compressed and hashed in a thread: all other requests would wait for it.
_THREAD_FROM = 32 * 1024

# What a request may say that matters here; most say only the first, and a hit is two ready messages.
_WEIGHED = frozenset(
    {b"accept-encoding", b"if-none-match", b"x-request-id", b"traceparent", b"authorization", b"samsprak-min-sequence"}
)

_EMPTY: Message = {"type": "http.response.body", "body": b""}
# These belong to one request, never to a kept answer.
_ECHOES = frozenset({b"x-request-id", b"traceparent", b"samsprak-sequence", b"ratelimit", b"ratelimit-policy"})
_NOT_TAKEN_OVER = _ECHOES | {b"content-length", b"etag", b"vary"}
_OF_THE_BODY = frozenset({b"content-type", b"content-disposition"})
# What an answer may come as instead of JSON, where it is negotiated.
_XLSX = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMS = (b"text/csv", b"text/html", _XLSX)
# Path, query and coding, and of negotiated answers which form is asked for: no client can dilute the cache.
Key = tuple[str, bytes, Coding] | tuple[str, bytes, Coding, bytes]
RawHeaders = list[tuple[bytes, bytes]]


class _Era:
    """A time in which a topic does not change; an answer counts as long as the era in which its making began.

    So it does not matter at which moment of the making, or of the keeping, another thread ends it.
    """

    __slots__ = ("over",)

    def __init__(self) -> None:
        self.over = False


@dataclass(frozen=True, slots=True)
class _Entry:
    era: _Era
    for_all: bool
    stale_after: float
    etag: bytes
    start: Message
    body: Message
    not_modified: Message

    def answer(self, scope: Scope, own: RawHeaders | None = None) -> tuple[Message, Message]:
        """Fit the answer to a request: a 304, or without a body, or with the caller's id and trace."""
        start, body = self.start, self.body
        headers = dict(scope["headers"])
        own = echoed(headers) if own is None else own
        # Compared weakly, as RFC 9110 has it for If-None-Match.
        known = {tag.strip().removeprefix(b"W/") for tag in headers.get(b"if-none-match", b"").split(b",")}
        if self.etag in known or b"*" in known:
            start, body = self.not_modified, _EMPTY
        elif scope["method"] == "HEAD":
            body = _EMPTY
        return ({**start, "headers": start["headers"] + own} if own else start), body


class PublicCache:
    """Answer repeated public GETs from memory; tag, compress and compare all others.

    `capacity` bounds the bytes that are kept. `hits` and `misses` are what /metrics may read. `knows` tells of an
    Authorization header whether its token was verified before and is still good.
    """

    def __init__(self, app: ASGIApp, capacity: int) -> None:
        self.app = app
        self._capacity = capacity
        self._entries: OrderedDict[Key, _Entry] = OrderedDict()
        self._size = 0
        self._eras = {topic: _Era() for topic in Topic}
        self._dropping = Lock()
        self.knows: Callable[[bytes], bool] = lambda _authorization: False
        self.hits = self.misses = 0

    def drop(self, topics: Iterable[Topic]) -> None:
        """Forget what was made from these topics; may be called from any thread, and costs next to nothing."""
        with self._dropping:
            for topic in topics:
                self._eras[topic].over = True
                self._eras[topic] = _Era()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Only HTTP has a method.
        method = scope.get("method")
        plain = method == "GET"
        if not plain and method != "HEAD":
            await self.app(scope, receive, send)
            return
        # One walk over the headers: to make a dict of them first would be a fourth of what a hit costs.
        coding, authorization, past_the_cache = IDENTITY, None, False
        for name, value in scope["headers"]:
            if name in _WEIGHED:
                if name == b"accept-encoding":
                    coding = CHOICES[value]
                elif name == b"authorization":
                    authorization = value
                elif name == b"samsprak-min-sequence":
                    past_the_cache = True
                else:
                    plain = False
        key = (scope["path"], scope["query_string"], coding)
        entry = self._entries.get(key) or self._entries.get((*key, _asked_form(scope)))
        if entry is None or entry.era.over or time() >= entry.stale_after or past_the_cache:
            await self._miss(scope, receive, send, key)
            return
        # A token that is sent must be good, though what it opens is open.
        if authorization is not None and not (entry.for_all and self.knows(authorization)):
            await self._miss(scope, receive, send, key)
            return
        self.hits += 1
        start, body = (entry.start, entry.body) if plain else entry.answer(scope)
        await send(start)
        await send(body)

    async def _miss(self, scope: Scope, receive: Receive, send: Send, key: tuple[str, bytes, Coding]) -> None:
        self.misses += 1
        # Before the app looks at anything: what changes meanwhile is not in the answer, or only in part.
        eras, midnight = dict(self._eras), next_midnight()
        context = context_of(scope)
        answer = _Collected(send, head=scope["method"] == "HEAD")
        await self.app(_as_keyed(scope), receive, answer)
        if not answer.whole:
            return
        # What a route told one caller is nobody else's.
        private = context.personal and any(name == b"authorization" for name, _ in scope["headers"])
        era = None if context.topic is None or private else eras[context.topic]
        made = (answer.headers, answer.body, key[2], context, era, midnight)
        if len(answer.body) < _THREAD_FROM:
            entry = _finish(*made)
        else:
            entry = await anyio.to_thread.run_sync(_finish, *made)
        if era and not era.over:
            self._keep((*key, _asked_form(scope)) if context.negotiated else key, entry)
        start, body = entry.answer(scope, [header for header in answer.headers if header[0] in _ECHOES])
        await send(start)
        await send(body)

    def _keep(self, key: Key, entry: _Entry) -> None:
        size = _size(key, entry)
        if size > self._capacity:
            return
        replaced = self._entries.pop(key, None)
        self._entries[key] = entry
        self._size += size - (_size(key, replaced) if replaced else 0)
        # The oldest goes, used or not: what is asked for often is soon back, and a hit keeps no books.
        while self._size > self._capacity:
            self._size -= _size(*self._entries.popitem(last=False))


class _Collected:
    """Take in a 200 that comes whole; let an error, or what streams, pass as it comes."""

    def __init__(self, send: Send, *, head: bool) -> None:
        self._send = send
        self._head = head
        self._start: Message = {}
        self._passing = False
        self.whole = False
        self.headers: RawHeaders = []
        self.body = b""

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self._start, self.headers = message, message.get("headers", [])
            sized = any(name == b"content-length" for name, _ in self.headers)
            if message["status"] != HTTPStatus.OK or not sized:
                await self._pass_on()
        elif message["type"] != "http.response.body":
            await self._send(message)
        elif self._passing or message.get("more_body"):
            if not self._passing:
                await self._pass_on()
            if not self._head:
                await self._send(message)
        else:
            self.whole, self.body = True, message.get("body", b"")

    async def _pass_on(self) -> None:
        self._passing = True
        await self._send(self._start)
        if self._head:
            # Now: the stream that a GET would get may have no end.
            await self._send(_EMPTY)


def _asked_form(scope: Scope) -> bytes:
    # Of several lines the last counts, as in the walk over the headers.
    accept: bytes = dict(scope["headers"]).get(b"accept", b"")
    return next((form for form in _FORMS if accept.startswith(form)), b"*/*")


def _as_keyed(scope: Scope) -> Scope:
    """Show the app no more than the key tells apart, so that no answer can be kept under a wrong one."""
    others = [header for header in scope["headers"] if header[0] != b"accept"]
    return {**scope, "method": "GET", "headers": [*others, (b"accept", _asked_form(scope))]}


def _finish(
    headers: RawHeaders, body: bytes, coding: Coding, context: RequestContext, era: _Era | None, midnight: float
) -> _Entry:
    encoded = body if any(name == b"content-encoding" for name, _ in headers) else coding.encode(body)
    digest = base64.urlsafe_b64encode(hashlib.sha256(encoded).digest()[:12]).decode()
    etag = (f'"{digest}"' if context.revision is None else f'"{context.revision}.{digest}"').encode()
    # Each line once: what two layers both say is the same, and browsers refuse a doubled CORS header.
    common = [_shared(header) for header in dict.fromkeys(headers) if header[0] not in _NOT_TAKEN_OVER]
    common += [(b"etag", etag), _shared((b"vary", _vary(context)))]
    now = time()
    if not any(name == b"cache-control" for name, _ in common):
        # Never past midnight: tomorrow the same question may have another answer.
        age = max(0, min(MAX_AGE, int(midnight - now) - 1))
        shared = f"public, max-age={age}, stale-while-revalidate=600, stale-if-error=604800"
        common.append(_shared((b"cache-control", shared.encode() if era else b"private, no-cache")))
    full = [*common, _shared((b"content-length", b"%d" % len(encoded)))]
    if encoded is not body:
        full.append(_shared((b"content-encoding", coding.name.encode())))
    unchanged = [header for header in common if header[0] not in _OF_THE_BODY]
    return _Entry(
        era=era or _Era(),
        for_all=not context.personal,
        # In the day's last minute each answer has an age of its own, so none is kept for longer than a second.
        stale_after=max(midnight - MAX_AGE, min(now + 1, midnight)),
        etag=etag,
        start={"type": "http.response.start", "status": 200, "headers": full},
        body={"type": "http.response.body", "body": encoded},
        not_modified={"type": "http.response.start", "status": 304, "headers": unchanged},
    )


def _vary(context: RequestContext) -> bytes:
    """Name all that tells answers to one address apart."""
    names = [b"Accept-Encoding"]
    if context.negotiated:
        names.append(b"Accept")
    if context.personal:
        names.append(b"Authorization")
    return b", ".join(names)


@lru_cache(maxsize=1_000)
def _shared(header: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    """Give one object for all equal headers: entries are smaller, and what a hit reads is in the CPU's cache."""
    return header


def _size(key: Key, entry: _Entry) -> int:
    return len(key[0]) + len(key[1]) + len(entry.body["body"]) + _ENTRY_OVERHEAD
