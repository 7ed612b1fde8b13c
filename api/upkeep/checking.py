"""A long stream checked by all cores: in parts, each from one head to the next."""

import multiprocessing
import os
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from itertools import pairwise

from db.chain import BEGINNING, check_part, check_stream, heads_at, stream_head
from db.events import Head
from db.session import Database, open_database, reading

# Of fewer events than two of these a second process would take longer to start than to help.
PART = 50_000


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
    # Started anew: what a fork would take along, such as connections, is not for two.
    with ProcessPoolExecutor(cores, mp_context=multiprocessing.get_context("spawn")) as pool:
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
