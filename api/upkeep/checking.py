"""A long stream or feed checked by all cores: in parts, each from one head to the next."""

import multiprocessing
import os
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from functools import partial
from itertools import pairwise

from api.events.feed_file import UnreadableFileError
from db.chain import BEGINNING, BrokenChainError, Link, check_links, check_part, check_stream, heads_at, stream_head
from db.events import Head
from db.session import Database, open_database, reading

# Of fewer events than two of these a second process would take longer to start than to help.
PART = 50_000
# Of a feed, some megabytes.
FEED_PART = 5_000
# Started anew: what a fork would take along, such as connections, is not for two.
_SPAWN = multiprocessing.get_context("spawn")


def check_by_all_cores(database: Database, stream: str, known: Sequence[Head], part: int = PART) -> Head:
    """Check a whole stream; gives its head. Raises BrokenChainError, for the first event that is not as it was."""
    sessions = partial(reading, database)
    cores = os.cpu_count() or 1
    with sessions() as session:
        places = range(part, stream_head(session, stream).sequence, part)
        bounds = [BEGINNING, *heads_at(session, stream, places)]
    # Where one is missing, the stream is: then it is found in order, as in a short one.
    if cores == 1 or len(bounds) != len(places) + 1 or len(bounds) == 1:
        return check_stream(sessions, stream, known)
    address = database.url.render_as_string(hide_password=False)
    with processes() as pool:
        parts = pool.map(partial(_check_part, address, stream, known), *zip(*pairwise(bounds), strict=True))
        rest = pool.submit(_check_rest, address, stream, known, bounds[-1])
        # In order, so that the first fault is the one that is told.
        for _ in parts:
            pass
        return rest.result()


def _check_part(address: str, stream: str, known: Sequence[Head], start: Head, end: Head) -> None:
    database = open_database(address)
    try:
        check_part(partial(reading, database), stream, known, start, end)
    finally:
        database.dispose()


def _check_rest(address: str, stream: str, known: Sequence[Head], start: Head) -> Head:
    database = open_database(address)
    try:
        return check_stream(partial(reading, database), stream, known, start)
    finally:
        database.dispose()


def processes() -> ProcessPoolExecutor:
    """Give as many processes as there are cores; none is started before it has work."""
    return ProcessPoolExecutor(os.cpu_count(), mp_context=_SPAWN)


def check_feed(pool: Executor, feed: Iterable[Link], known: Sequence[Head], part: int = FEED_PART) -> Head:
    """Check a feed while it is read, each full part in another process; gives its head.

    Raises BrokenChainError or UnreadableFileError, for the first event that is not as it was.
    """
    most = 2 * (os.cpu_count() or 1)
    start, waiting = BEGINNING, deque[Future[Head]]()
    for links in _parts(feed, part):
        full = len(links) == part
        while waiting and (not full or len(waiting) > most):
            waiting.popleft().result()
        if full:
            waiting.append(pool.submit(check_links, links, known, start, whole=False))
            # As it is told: the part before it proves that it was so.
            start = Head(links[-1].sequence, links[-1].hash)
        else:
            start = check_links(links, known, start, whole=False)
    return check_links((), known, start)


def _parts(feed: Iterable[Link], size: int) -> Iterator[list[Link]]:
    """Cut a feed into full parts and a last one that is not; what comes before a fault is given before it is raised."""
    links: list[Link] = []
    try:
        for link in feed:
            links.append(link)
            if len(links) == size:
                yield links
                links = []
    except (UnreadableFileError, BrokenChainError):
        yield links
        raise
    yield links
