"""A million events stored: how long one waits for a page of the feed, whatever its place, and for `verify`."""

import http.client
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from uuid import UUID

import sqlalchemy as sa
import uuid_utils as uuid

from bench.answers import HEADERS
from bench.servers import environment, serving_ours
from bench.table import Row
from db.events import Event, EventStream, hash_data, hash_event, instant_text, lock_stream
from db.migrate import migrate
from db.session import open_database, transaction
from db.types import PUBLIC_STREAM
from seed.loader import prepare, seed

_EVENTS, _PAGE, _PAGES = 1_000_000, 1_000, 200
_BATCH = 10_000
_AT = datetime(2026, 11, 24, 8, tzinfo=UTC)
_MOST_MILLISECONDS, _MOST_SECONDS = 20.0, 60.0


def measure_feed(folder: Path) -> Iterator[Row]:
    """Fill a database of its own, and ask for pages in no order, each for the first time."""
    database = folder / "feed.db"
    _fill(database)
    with serving_ours(folder, database, SAMSPRAK_CACHE_BYTES="0") as ours:
        waits = sorted(_waits(ours.port))
    p99 = waits[-len(waits) // 100]
    yield Row(
        what=f"feed: a page of {_PAGE:,} of {_EVENTS:,} events, p99",
        terms=60,
        base=f"median {waits[len(waits) // 2]:.1f} ms",
        ours=f"{p99:.1f} ms",
        figure=f"{p99:.1f} ms",
        goal=f"<= {_MOST_MILLISECONDS:.0f} ms",
        holds=p99 <= _MOST_MILLISECONDS,
    )
    began = time.perf_counter()
    command = [sys.executable, "-m", "api", "verify"]
    subprocess.run(command, env=environment(database), check=True, capture_output=True, timeout=600)
    seconds = time.perf_counter() - began
    yield Row(
        what=f"verify: the chain of {_EVENTS:,} events",
        terms=60,
        figure=f"{seconds:.1f} s",
        goal=f"<= {_MOST_SECONDS:.0f} s",
        holds=seconds <= _MOST_SECONDS,
    )


def _fill(path: Path) -> None:
    database = open_database(f"sqlite:///{path}")
    migrate(database)
    prepare(database, own_keys=True)
    seed(database, "22", decisions=True)
    with transaction(database) as tx:
        head, rows = lock_stream(tx, PUBLIC_STREAM), []
        for number in range(_EVENTS):
            rows.append(_row(head, number))
            if len(rows) == _BATCH:
                tx.execute(sa.insert(Event), rows)
                rows.clear()
        tx.add(head)
    database.dispose()


def _row(head: EventStream, number: int) -> dict[str, object]:
    """Chain one more event to a stream; a million of them through the transactions of the API would take an hour."""
    data, salt = _told(number), secrets.token_hex(16)
    told: dict[str, object] = {
        "sequence": head.last_sequence + 1,
        "id": str(uuid.uuid7()),
        "kind": "decision.recorded",
        "subject": f"municipalities/2281/decisions/bench/{number}",
        "organisation": "2281",
        "occurredAt": instant_text(_AT),
        "dataHash": hash_data(salt, data),
    }
    previous, head.last_hash = head.last_hash, hash_event(head.last_hash, told)
    head.last_sequence += 1
    return {
        **{name: told[name] for name in ("sequence", "kind", "subject", "organisation")},
        "id": UUID(str(told["id"])),
        "stream": PUBLIC_STREAM,
        "occurred_at": _AT,
        "data": data,
        "salt": salt,
        "data_hash": told["dataHash"],
        "previous_hash": previous,
        "hash": head.last_hash,
    }


def _told(number: int) -> dict[str, object]:
    """Give what a decision tells, as long as usual."""
    return {
        "municipality": "2281",
        "source": "bench",
        "externalId": str(number),
        "retracted": False,
        "sourceRevision": 1,
        "guideline": "gemensamt-sprak",
        "version": "1.0",
        "kind": "adopt",
        "body": "Kommunstyrelsen",
        "decidedOn": "2026-12-01",
        "paragraph": f"§ {number % 300}",
        "recordNumber": f"KS 2026/{number}",
        "validFrom": "2027-01-01",
        "validUntil": None,
        "reason": "Kommunen behöver ett år till för utbildningen.",
        "deviations": [],
    }


def _waits(port: int) -> Iterator[float]:
    places = Random(3).sample(range(0, _EVENTS - _PAGE, 97), _PAGES + 20)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    for count, after in enumerate(places):
        began = time.perf_counter()
        connection.request("GET", f"/api/v1/events?after={after}&limit={_PAGE}", headers=dict(HEADERS))
        answer = connection.getresponse()
        answer.read()
        waited = (time.perf_counter() - began) * 1_000
        assert answer.status == http.client.OK
        # The first ones warm the server up.
        if count >= 20:
            yield waited
    connection.close()
