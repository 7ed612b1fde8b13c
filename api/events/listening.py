"""Server-sent events: one connection that tells of each event as it comes, for as long as both sides want."""

import asyncio
import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence

import structlog
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from api.edge.context import context_of
from api.edge.load import listening
from api.events.streams import Listener, Streams
from api.freshness import Freshness
from db.events import is_of_kinds

log = structlog.get_logger("samsprak.listening")

# Seconds. Proxies close what is silent for a minute, some for half of one.
HEARTBEAT = 15.0
# How often a word in memory is compared, while anybody listens: one comparison for all of them.
_PAUSE = 0.02
# How often each listener is asked whether it has been silent for too long.
_ROUND = 5.0
# So long a listener may take for a piece of this size; one that needs more is hung up on, and comes back.
_LONGEST_SEND = 30.0
_PIECE = 64 * 1024
# Milliseconds until a client comes back, drawn for each: all whose server has ended do not come at once.
_RETRY = (2_000, 5_000)
# nginx would hold back what is small.
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


async def watch(streams: Streams, freshness: Freshness, leaving: threading.Event) -> None:
    """While anybody listens, look as soon as somebody has written; end all connections when the server leaves."""
    looked_after = time.monotonic()
    while True:
        await streams.listened.wait()
        await asyncio.sleep(_PAUSE)
        if leaving.is_set():
            for listener in streams.listeners:
                listener.end()
        elif freshness.stamp.word[0] != freshness.seen:
            # It wakes whom the news concern.
            await freshness.catch_up()
        if time.monotonic() - looked_after > _ROUND:
            looked_after = time.monotonic()
            for listener in streams.listeners:
                listener.woken.set()


class EventStream(Response):
    """The answer to one who listens to a stream: what is there after a sequence, and then what comes.

    It ends after `seconds`, and when `counts` no longer says that the caller's token is good.
    """

    def __init__(  # what it is made of
        self,
        streams: Streams,
        name: str,
        after: int,
        kinds: Sequence[str],
        counts: Callable[[], bool],
        seconds: float,
    ) -> None:
        super().__init__(headers=_HEADERS, media_type="text/event-stream")
        # Its length is not known: without this the framework tells of none at all.
        del self.headers["content-length"]
        self._streams, self._name, self._after, self._kinds = streams, name, after, kinds
        self._counts, self._seconds = counts, seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        with listening(scope), self._streams.joined(self._name, context_of(scope).address) as listener:
            leaving = asyncio.create_task(_end_with_connection(receive, listener))
            ending = asyncio.get_running_loop().call_later(self._seconds, listener.end)
            try:
                await self._streams.look()
                await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
                await self._tell(listener, send)
                await send({"type": "http.response.body", "body": b""})
            except TimeoutError:
                log.info("a listener is too slow", stream=self._name)
            finally:
                leaving.cancel()
                ending.cancel()

    async def _tell(self, listener: Listener, send: Send) -> None:
        """Send what there is and what comes, until it is over; raises TimeoutError for one who does not take it."""
        # The place where it begins is told at once, so that one who is cut off before the first event misses none.
        texts = [f"retry: {random.randint(*_RETRY)}\nid: {self._after}\n\n".encode()]  # noqa: S311  (no secret)
        at, told = self._after, 0.0
        while True:
            for piece in _pieces(texts):
                async with asyncio.timeout(_LONGEST_SEND):
                    await send({"type": "http.response.body", "body": piece, "more_body": True})
                told = time.monotonic()
            texts = []
            if at >= listener.stream.sequence:
                await listener.woken.wait()
                listener.woken.clear()
            if listener.over or not self._counts():
                return
            if at < listener.stream.sequence:
                lines = await self._streams.lines_after(listener.stream, at)
                at = lines[-1].sequence
                texts = [line.text for line in lines if not self._kinds or is_of_kinds(line.kind, self._kinds)]
            elif time.monotonic() - told > HEARTBEAT:
                texts = [b":\n\n"]


async def _end_with_connection(receive: Receive, listener: Listener) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.end()


def _pieces(texts: Sequence[bytes]) -> Iterator[bytes]:
    """Join texts to pieces, so that no more than one of them waits in memory for a listener."""
    piece = b""
    for text in texts:
        if piece and len(piece) + len(text) > _PIECE:
            yield piece
            piece = b""
        piece += text
    if piece:
        yield piece
