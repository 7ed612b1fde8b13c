"""A finished public answer: tagged, compressed, dated, and fitted to a request."""

import base64
import hashlib
from dataclasses import dataclass
from functools import lru_cache
from time import time
from typing import NamedTuple

from starlette.types import Message, Scope

from api.edge.context import RequestContext, Topic
from api.edge.encodings import Coding
from api.edge.headers import echoed

RawHeaders = list[tuple[bytes, bytes]]

MAX_AGE = 60

EMPTY: Message = {"type": "http.response.body", "body": b""}
# These belong to one request, never to a kept answer.
ECHOES = frozenset({b"x-request-id", b"traceparent", b"samsprak-sequence", b"ratelimit", b"ratelimit-policy"})
_NOT_TAKEN_OVER = ECHOES | {b"content-length", b"etag", b"vary"}
_OF_THE_BODY = frozenset({b"content-type", b"content-disposition"})


class Answered(NamedTuple):
    """What is shown at an address, made without the app: JSON, until its topic changes."""

    body: bytes
    topic: Topic
    revision: int | None = None


class Era:
    """A time in which a topic does not change; an answer counts as long as the era in which its making began.

    So it does not matter at which moment of the making, or of the keeping, another thread ends it.
    """

    __slots__ = ("over",)

    def __init__(self) -> None:
        self.over = False


@dataclass(frozen=True, slots=True)
class Entry:
    """The messages of an answer, and how long they count."""

    era: Era
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
            start, body = self.not_modified, EMPTY
        elif scope["method"] == "HEAD":
            body = EMPTY
        return ({**start, "headers": start["headers"] + own} if own else start), body


def tag_of(digest: bytes) -> bytes:
    """Write the SHA-256 of a representation as entity tags have it."""
    return base64.urlsafe_b64encode(digest[:12])


def finish(
    headers: RawHeaders, body: bytes, coding: Coding, context: RequestContext, era: Era | None, midnight: float
) -> Entry:
    """Finish an answer of an app: compress it, tag it, tell how long it may be kept; without an era it is private."""
    encoded = body if any(name == b"content-encoding" for name, _ in headers) else coding.encode(body)
    tag = context.tag or tag_of(hashlib.sha256(encoded).digest())
    etag = b'"%b"' % tag if context.revision is None else b'"%d.%b"' % (context.revision, tag)
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
    return Entry(
        era=era or Era(),
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
