"""Sixteen writers that commit when they please: the feed has no gap, nothing twice, and keeps each writer's order."""

import random
import socket
import time
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

import sqlalchemy as sa
from sqlalchemy import event

from api.events.record import record
from db.session import Database, Transaction, open_database, transaction
from tests.faults.feed import Feed
from tests.faults.listeners import Wire
from tests.faults.rig import Figures, Rig
from tests.faults.waiting import wait_until

_WRITERS = 16
_EVENTS_A_ROUND = 2_000
_MOST_EVENTS = 100_000
_LONGEST_DELAY = 0.004


def test_sixteen_writers_leave_no_gap_no_repeat_and_no_disorder(rig: Rig, rounds: int, figures: Figures) -> None:
    wanted = min(rounds * _EVENTS_A_ROUND, _MOST_EVENTS) // _WRITERS
    database = open_database(rig.server.database_url)
    feed = Feed(rig.load.workers[-1].client)
    feed.read_on()
    first, before = feed.sequence, len(feed.told)
    began = time.monotonic()
    with (
        ThreadPoolExecutor(_WRITERS) as threads,
        socket.create_connection(("127.0.0.1", rig.server.port)) as connection,
    ):
        wire = Wire(connection)
        wait_until(wire.has_begun, "one listens")
        writing = [threads.submit(write, database, f"decisions/w{writer}", wanted) for writer in range(_WRITERS)]
        while not all(each.done() for each in writing):
            feed.read_on()
            wire.heard()
        for each in writing:
            each.result()
        feed.read_on()
        wait_until(lambda: wire.heard()[-1:] == [feed.sequence], "the listener has heard all")
        heard = wire.heard()
    database.dispose()
    figures |= {"events": wanted * _WRITERS, "writingSeconds": round(time.monotonic() - began, 1)}
    # `feed` itself has looked for gaps, repeats and breaks of the chain.
    assert feed.sequence == first + wanted * _WRITERS
    assert heard == list(range(first + 1, feed.sequence + 1))
    told = defaultdict(list)
    for subject, revision in list(feed.told)[before:]:
        told[subject].append(revision)
    assert told == {f"decisions/w{writer}": list(range(1, wanted + 1)) for writer in range(_WRITERS)}
    assert set(feed.told.values()) == {1}


def write(database: Database, subject: str, wanted: int) -> None:
    """Record events one after the other, some at a time, and be slow before and after they have their places."""
    revision = 0
    while revision < wanted:
        following = min(revision + random.randint(1, 40), wanted)
        try:
            with transaction(database) as tx:
                event.listen(tx, "before_commit", _dawdle)
                for number in range(revision + 1, following + 1):
                    record(tx, "decision.recorded", subject, "2281", {"sourceRevision": number})
                _dawdle(tx)
        except sa.exc.OperationalError:
            # SQLite's one writer was others' for too long: nothing is stored.
            continue
        revision = following


def _dawdle(_tx: Transaction) -> None:
    time.sleep(random.uniform(0, _LONGEST_DELAY))
