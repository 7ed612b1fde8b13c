"""Who listens to which stream, and its newest events as text: read once, for all that listen."""

import asyncio
from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

import anyio.to_thread
from anyio import CapacityLimiter

from api.errors import TooManyRequests
from api.events.reading import event_text
from db.events import last_sequence
from db.feed import EventRow, event_rows
from db.session import Database, reading

# Of one address at once: each keeps a connection and some memory.
MOST_LISTENERS = 2_000
# Events are read in blocks that begin at fixed places, so that listeners who are not equally far share what was read.
_BLOCK = 100
_BLOCKS_KEPT = 32
# Some readers of such streams take more than CR and LF for the end of a line; JSON may write them otherwise.
_ENDS_OF_LINES = {ord(end): f"\\u{ord(end):04x}" for end in "\x85\u2028\u2029"}


class Line(NamedTuple):
    """One event as all listeners get it."""

    sequence: int
    kind: str
    text: bytes


class Stream:
    """A stream that somebody listens to; `sequence` is the last one that is known to be there."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.sequence = 0
        self.listeners: set[Listener] = set()

    def wake(self) -> None:
        for listener in self.listeners:
            listener.woken.set()


class Listener:
    """One who listens: woken when there may be something to send, over when the connection is to end."""

    __slots__ = ("over", "stream", "woken")

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.woken = asyncio.Event()
        self.over = False

    def end(self) -> None:
        self.over = True
        self.woken.set()


class Streams:
    """What is listened to in this process. Made on the event loop, and used there but for `take_in`."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._loop = asyncio.get_running_loop()
        self._streams: dict[str, Stream] = {}
        self.of_address: Counter[str] = Counter()
        self._blocks: OrderedDict[tuple[str, int], tuple[Line, ...]] = OrderedDict()
        # One reads, and the others find what it has read.
        self._reading = CapacityLimiter(1)
        self.listened = asyncio.Event()

    @property
    def listeners(self) -> list[Listener]:
        return [listener for stream in self._streams.values() for listener in stream.listeners]

    @contextmanager
    def joined(self, name: str, address: str) -> Iterator[Listener]:
        """Listen to a stream while the block runs; raises TooManyRequests when an address listens too often."""
        if self.of_address[address] >= MOST_LISTENERS:
            raise TooManyRequests(f"This address listens {MOST_LISTENERS} times already.", {"Retry-After": "5"})
        stream = self._streams.setdefault(name, Stream(name))
        listener = Listener(stream)
        stream.listeners.add(listener)
        self.of_address[address] += 1
        self.listened.set()
        try:
            yield listener
        finally:
            stream.listeners.remove(listener)
            if not stream.listeners:
                del self._streams[name]
            self.of_address[address] -= 1
            if not self.of_address[address]:
                del self.of_address[address]
            if not self._streams:
                self.listened.clear()

    def take_in(self) -> None:
        """See how far all that is listened to goes by now, and wake who listens; blocks, in any thread."""
        # A copy at once: the event loop adds and removes meanwhile.
        streams = list(self._streams.values())
        if not streams:
            return
        with reading(self._database) as session:
            for stream in streams:
                last = last_sequence(session, stream.name)
                self._loop.call_soon_threadsafe(_move, stream, last)

    async def look(self) -> None:
        """Take in what is committed by now."""
        await anyio.to_thread.run_sync(self.take_in, limiter=self._reading)

    async def lines_after(self, stream: Stream, after: int) -> tuple[Line, ...]:
        """Give the next events after a sequence that is not the last: the rest of a block, as far as it goes."""
        key, until = (stream.name, after // _BLOCK), stream.sequence
        block = self._blocks.get(key, ())
        if not _reaches(block, key[1], until):
            block = await anyio.to_thread.run_sync(self._read, key, until, limiter=self._reading)
        return tuple(line for line in block if line.sequence > after)

    def _read(self, key: tuple[str, int], until: int) -> tuple[Line, ...]:
        name, number = key
        block = self._blocks.get(key, ())
        if not _reaches(block, number, until):
            after = block[-1].sequence if block else number * _BLOCK
            with reading(self._database) as session:
                block += tuple(map(_line, event_rows(session, name, after, until=(number + 1) * _BLOCK)))
        self._blocks[key] = block
        while len(self._blocks) > _BLOCKS_KEPT:
            self._blocks.popitem(last=False)
        return block


def _reaches(block: tuple[Line, ...], number: int, until: int) -> bool:
    """Tell whether a block holds all that there is of it."""
    return bool(block) and block[-1].sequence >= min((number + 1) * _BLOCK, until)


def _move(stream: Stream, sequence: int) -> None:
    if sequence > stream.sequence:
        stream.sequence = sequence
        stream.wake()


def _line(row: EventRow) -> Line:
    text = f"id: {row.sequence}\ndata: {event_text(row).translate(_ENDS_OF_LINES)}\n\n"
    return Line(row.sequence, row.kind, text.encode())
