"""Finished public answers, kept around the app, and conditional requests for all that is read.

It stands around the app, not in its middleware: there a hit costs little more than sending the
bytes. Answers are forgotten by topic when what they were made from changes, and at midnight in
Stockholm, since states follow from dates.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable
from http import HTTPStatus
from threading import Lock
from time import time

import anyio.to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.clock import next_midnight
from api.edge.context import FREE, RequestContext, Topic, context_of
from api.edge.encodings import CHOICES, IDENTITY, Coding
from api.edge.finished import ECHOES, EMPTY, Answered, Entry, Era, RawHeaders, finish
from api.freshness import Freshness

# What an entry costs beside its body: headers, messages, objects.
_ENTRY_OVERHEAD = 2_000
_LARGEST_SHARE = 0.25
# A body of this size is compressed and hashed in a thread: all other requests would wait for it.
_THREAD_FROM = 32 * 1024

# What a request may say that matters here; most say only the first, and a hit is two ready messages.
_WEIGHED = frozenset(
    {b"accept-encoding", b"if-none-match", b"x-request-id", b"traceparent", b"authorization", b"samsprak-min-sequence"}
)

# What an answer may come as instead of JSON, where it is negotiated.
_XLSX = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_FORMS = (b"text/csv", b"text/html", _XLSX, b"image/svg+xml")
# Path, query and coding, and of negotiated answers which form is asked for: no client can dilute the cache.
Key = tuple[str, bytes, Coding] | tuple[str, bytes, Coding, bytes]


class PublicCache:
    """Answer repeated public GETs from memory; tag, compress and compare all others.

    `capacity` bounds the bytes that are kept. `hits` and `misses` are what /metrics may read. `knows` tells of an
    Authorization header whether its token was verified before and is still good. `reads` answers a path and a query
    that no cache can hold, at little more than the cost of a hit, as the app would; `headers` are the app's own then.
    """

    def __init__(self, app: ASGIApp, capacity: int, headers: RawHeaders | None = None) -> None:
        self.app = app
        self._capacity = capacity
        self._headers = headers or []
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self._size = 0
        self._eras = {topic: Era() for topic in Topic}
        self._dropping = Lock()
        self.knows: Callable[[bytes], bool] = lambda _authorization: False
        self.freshness: Freshness | None = None
        self.reads: Callable[[str, bytes], Answered | None] = lambda _path, _query: None
        self.hits = self.misses = 0

    def drop(self, topics: Iterable[Topic]) -> None:
        """Forget what was made from these topics; may be called from any thread, and costs next to nothing."""
        with self._dropping:
            for topic in topics:
                self._eras[topic].over = True
                self._eras[topic] = Era()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Only HTTP has a method.
        method = scope.get("method")
        # Here and not further in, so that no request of any kind is answered from what others have changed.
        fresh, behind = self.freshness, False
        if fresh is not None and fresh.stamp.word[0] != fresh.seen and method:
            behind = await _is_behind(fresh, scope)
        plain = method == "GET"
        if not plain and method != "HEAD":
            await self.app(scope, receive, send)
            return
        # One walk over the headers: to make a dict of them first would be a fourth of what a hit costs.
        coding, authorization, past_the_cache = IDENTITY, None, behind
        for name, value in scope["headers"]:
            if name in _WEIGHED:
                if name == b"accept-encoding":
                    coding = CHOICES[value]
                elif name == b"authorization":
                    # Two of them are refused further in.
                    past_the_cache, authorization = past_the_cache or authorization is not None, value
                elif name == b"samsprak-min-sequence":
                    past_the_cache = True
                else:
                    plain = False
        key = (scope["path"], scope["query_string"], coding)
        entry = None
        # A token that is sent must be good, though what it opens is open.
        if not past_the_cache and (authorization is None or self.knows(authorization)):
            entry = self._find(key, scope)
        if entry is None or (authorization is not None and not entry.for_all):
            await self._miss(scope, receive, send, key)
            return
        self.hits += 1
        start, body = (entry.start, entry.body) if plain else entry.answer(scope)
        await send(start)
        await send(body)

    def _find(self, key: tuple[str, bytes, Coding], scope: Scope) -> Entry | None:
        """Give an answer that is kept, or that is made at once."""
        entry = self._entries.get(key) or self._entries.get((*key, _asked_form(scope)))
        return self._read(key) if entry is None or entry.era.over or time() >= entry.stale_after else entry

    def _read(self, key: tuple[str, bytes, Coding]) -> Entry | None:
        """Make an answer without the app, where that is quick."""
        # Before anything is looked at, as for a miss.
        eras = dict(self._eras)
        made = self.reads(key[0], key[1])
        if made is None:
            return None
        era = eras[made.topic]
        context = RequestContext(revision=made.revision)
        entry = finish(self._headers, made.body, key[2], context, era, next_midnight())
        if not era.over:
            self._keep(key, entry)
        return entry

    async def _miss(self, scope: Scope, receive: Receive, send: Send, key: tuple[str, bytes, Coding]) -> None:
        self.misses += 1
        # Before the app looks at anything: what changes meanwhile is not in the answer, or only in part.
        eras, midnight = dict(self._eras), next_midnight()
        context = context_of(scope)
        context.coding = key[2]
        answer = _Collected(send, head=scope["method"] == "HEAD")
        await self.app(_as_keyed(scope), receive, answer)
        if not answer.whole:
            return
        # What a route told one caller is nobody else's.
        private = context.personal and any(name == b"authorization" for name, _ in scope["headers"])
        era = None if context.topic is None or private else eras[context.topic]
        made = (answer.headers, answer.body, key[2], context, era, midnight)
        if len(answer.body) < _THREAD_FROM:
            entry = finish(*made)
        else:
            entry = await anyio.to_thread.run_sync(finish, *made)
        if era and not era.over:
            self._keep((*key, _asked_form(scope)) if context.negotiated else key, entry)
        start, body = entry.answer(scope, [header for header in answer.headers if header[0] in ECHOES])
        await send(start)
        await send(body)

    def _keep(self, key: Key, entry: Entry) -> None:
        size = _size(key, entry)
        # Neither may one answer push all others out.
        if size > self._capacity * _LARGEST_SHARE:
            return
        replaced = self._entries.pop(key, None)
        self._entries[key] = entry
        self._size += size - (_size(key, replaced) if replaced else 0)
        # The oldest goes, used or not: what is asked for often is soon back, and a hit keeps no books.
        while self._size > self._capacity:
            self._size -= _size(*self._entries.popitem(last=False))


async def _is_behind(freshness: Freshness, scope: Scope) -> bool:
    """Catch up before this request is answered; if that fails, it is refused where answers get their headers."""
    behind = context_of(scope).behind = scope["path"] not in FREE and not await freshness.catch_up()
    return behind


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
            await self._send(EMPTY)


def _asked_form(scope: Scope) -> bytes:
    # Of several lines the last counts, as in the walk over the headers.
    accept: bytes = dict(scope["headers"]).get(b"accept", b"")
    return next((form for form in _FORMS if accept.startswith(form)), b"*/*")


def _as_keyed(scope: Scope) -> Scope:
    """Show the app no more than the key tells apart, so that no answer can be kept under a wrong one."""
    others = [header for header in scope["headers"] if header[0] != b"accept"]
    return {**scope, "method": "GET", "headers": [*others, (b"accept", _asked_form(scope))]}


def _size(key: Key, entry: Entry) -> int:
    return len(key[0]) + len(key[1]) + len(entry.body["body"]) + _ENTRY_OVERHEAD
