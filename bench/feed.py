"""A page of the feed with a million events stored: how long one waits for it, whatever its place."""

import http.client
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

from api.events.record import record
from bench.answers import HEADERS
from bench.servers import serving_ours
from bench.table import Row
from db.migrate import migrate
from db.session import open_database, transaction
from seed.loader import prepare, seed

_EVENTS, _PAGE, _PAGES = 1_000_000, 1_000, 200
_BATCH = 10_000
_MOST_MILLISECONDS = 20.0


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


def _fill(path: Path) -> None:
    database = open_database(f"sqlite:///{path}")
    migrate(database)
    prepare(database, own_keys=True)
    seed(database, "22", decisions=True)
    for begin in range(0, _EVENTS, _BATCH):
        with transaction(database) as tx:
            for number in range(begin, begin + _BATCH):
                record(tx, "decision.recorded", f"municipalities/2281/decisions/bench/{number}", "2281", _told(number))
    database.dispose()


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
