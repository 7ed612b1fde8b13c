"""What a Prometheus may collect: numbers that are there anyway, written when it asks."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import QueuePool

from api import clock
from api.edge.public_cache import PublicCache
from api.freshness import Freshness
from db.session import Database, reading
from db.webhooks import backlog

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_STATM = Path("/proc/self/statm")


def metrics_text(  # one argument a source
    cache: PublicCache | None,
    answers: list[int],
    database: Database,
    freshness: Freshness,
    sequence: int,
    began: float,
) -> str:
    """Write the metrics in Prometheus' text format.

    `answers` counts by hundreds of the status what the cache did not answer; `began` is a monotonic time.
    """
    found = [
        *_metric("samsprak_cache_hits_total", "counter", "Answers from the cache.", {"": cache.hits if cache else 0}),
        *_metric("samsprak_cache_misses_total", "counter", "Reads past it.", {"": cache.misses if cache else 0}),
        *_metric(
            "samsprak_answers_total",
            "counter",
            "Answers that the cache did not give, by the class of their status.",
            {f'{{class="{hundreds}xx"}}': answers[hundreds] for hundreds in range(1, 6)},
        ),
        *_metric(
            "samsprak_database_connections",
            "gauge",
            "Connections in use, by what they are for.",
            {
                f'{{pool="{name}"}}': engine.pool.checkedout()
                for name, engine in (("writer", database.writer), ("reader", database.reader))
                if isinstance(engine.pool, QueuePool)
            },
        ),
        *_metric("samsprak_event_sequence", "gauge", "The last public event that is shown.", {"": sequence}),
        *_metric(
            "samsprak_looked_seconds_ago",
            "gauge",
            "Since what is committed was last looked for and taken in; above a few, this process is behind.",
            {"": round(time.monotonic() - freshness.looked, 3)},
        ),
        *_waiting(database),
        *_metric("process_resident_memory_bytes", "gauge", "Memory in use.", {"": _resident_bytes()}),
        *_metric("samsprak_uptime_seconds", "gauge", "Since the start.", {"": int(time.monotonic() - began)}),
    ]
    return "\n".join(found) + "\n"


def _waiting(database: Database) -> Iterator[str]:
    """Tell what webhooks wait for; nothing when the database does not answer, of which /readyz tells."""
    try:
        with reading(database) as session:
            due, behind = backlog(session, clock.now())
    except DBAPIError:
        return
    yield from _metric("samsprak_deliveries_due", "gauge", "Deliveries of webhooks that could be sent now.", {"": due})
    told = "Events that the webhook furthest behind has yet to look at; a worker takes them in within a second."
    yield from _metric("samsprak_webhook_events_behind", "gauge", told, {"": behind})


def _metric(name: str, kind: str, told: str, values: dict[str, int] | dict[str, float]) -> Iterator[str]:
    yield f"# HELP {name} {told}"
    yield f"# TYPE {name} {kind}"
    for labels, value in values.items():
        yield f"{name}{labels} {value}"


def _resident_bytes() -> int:
    # Linux alone tells what is in use now; elsewhere it is left at 0.
    pages = int(_STATM.read_text(encoding="ascii").split()[1]) if _STATM.exists() else 0
    return pages * os.sysconf("SC_PAGE_SIZE")
