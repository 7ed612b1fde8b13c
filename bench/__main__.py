"""`python -m bench`: measure everything in one run and print the table."""

import argparse
import os
import signal
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

from bench.cold import measure_cold
from bench.compared import measure_tutorial
from bench.data import card, generate
from bench.database import fill
from bench.feed import measure_feed
from bench.freshness import measure_freshness
from bench.machine import cores, resident_megabytes
from bench.marking import measure_marking
from bench.matrix import measure_matrix
from bench.measuring import Effort
from bench.package import measure_package, publish_large
from bench.process import measure_process
from bench.reads import measure_reads
from bench.searching import measure_searching
from bench.servers import serving_ours
from bench.start import measure_start
from bench.syncing import measure_syncing
from bench.table import Row, table

_SIZES = (1_000, 10_000, 100_000)
# The one that the tutorial way is compared at: its own tables are filled row by row.
_COMPARED = 10_000
_MOST_MEGABYTES = 400
# How far the share of raw at the most terms may lie from that at the fewest.
_GROWTH = 0.10
_NOTE = """
Base and ours: CPU time, user and system, of all processes of the server for one request; ours
includes its background work. Base is raw, a bare uvicorn app that sends the same status, headers and
body, in the row of the tutorial that application with its PostgreSQL. Figure: base / ours, the median
of the rounds; in a round both are measured by turns in short slices, of which the cheapest counts.
Index and p99 of suggestions and searches: CPU time within one process, 400 queries a row.
Server busy: it waited for the load, because other work took the cores; measure on a quiet machine."""


def main() -> int:
    """Print the table; the status tells of a missed goal only when --strict is given."""
    options = _options()
    with _ended_in_time(options.limit), tempfile.TemporaryDirectory(prefix="bench") as folder:
        effort = Effort(options.rounds, options.seconds)
        rows = list(measure_process(Path(folder)) if options.process else _measure(Path(folder), effort))
    print(table(rows), _machine(), _NOTE.strip(), sep="\n\n")
    return int(options.strict and any(row.holds is False for row in rows))


def _measure(folder: Path, effort: Effort) -> Iterator[Row]:
    shares = []
    for size in _SIZES:
        _say(f"filling a database with {size:,} terms")
        terms, database = generate(size), folder / f"{size}.db"
        fill(database, terms)
        if size == _COMPARED:
            publish_large(database)
        if size > min(_SIZES):
            _say("starting")
            yield from measure_start(folder, database, size)
        cards = [card(term) for term in terms]
        _say(f"searching {size:,} terms")
        yield from measure_searching(cards)
        _say(f"marking with {size:,} terms")
        yield from measure_marking(cards)
        with serving_ours(folder, database) as ours:
            yield _memory("ready", size, ours.pid)
            _say(f"reading from {size:,} terms")
            rows = list(measure_reads(folder, database, ours, terms, effort))
            shares.append(rows[0].value)
            yield from rows
            yield _memory("warm", size, ours.pid)
            if size == _COMPARED:
                _say("fetching packages")
                yield from measure_package(ours, size)
                _say("reading in the tutorial way")
                yield from measure_tutorial(folder, ours, terms, effort)
        _say("reading what no cache holds")
        yield from measure_cold(folder, database, terms, effort)
    _say("following the feed")
    yield from measure_feed(folder)
    _say("drawing the matrix")
    yield from measure_matrix(folder, effort)
    _say("taking in decisions")
    yield from measure_syncing(folder)
    _say("reading after changes")
    yield from measure_freshness(folder)
    _say("taking the joint process")
    yield from measure_process(folder)
    grown = shares[0] / shares[-1]
    yield Row(
        what=f"growth: one term, against {min(_SIZES):,} terms",
        terms=max(_SIZES),
        figure=f"{grown:.2f} ×",
        goal=f"<= {1 + _GROWTH:.1f} ×",
        holds=grown <= 1 + _GROWTH,
    )


def _memory(when: str, size: int, pid: int) -> Row:
    found = resident_megabytes(pid)
    return Row(
        what=f"memory of a worker, {when}",
        terms=size,
        figure=f"{found:.0f} MB",
        goal=f"<= {_MOST_MEGABYTES} MB",
        holds=found <= _MOST_MEGABYTES,
    )


def _machine() -> str:
    server, load = cores()
    placed = "server and load on one core" if server == load else "server on one core, load on another"
    return f"{os.cpu_count()} cores, load average {os.getloadavg()[0]:.1f}; {placed}."


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--strict", action="store_true", help="exit 1 when a goal is missed")
    parser.add_argument("--process", action="store_true", help="measure the joint process only")
    parser.add_argument("--rounds", type=int, default=3, help="how often each pair is measured (3)")
    parser.add_argument("--seconds", type=float, default=1.5, help="how long a server is measured in a round (1.5)")
    parser.add_argument("--limit", type=int, default=2400, help="give up after so many seconds (2400)")
    return parser.parse_args()


@contextmanager
def _ended_in_time(seconds: int) -> Iterator[None]:
    """Leave by an exception at the limit, and when asked to end: so that no process stays behind."""

    def end(number: int, _frame: FrameType | None) -> NoReturn:
        raise SystemExit(f"bench: ended by {signal.Signals(number).name}")

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGALRM, end)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)


def _say(what: str) -> None:
    print(f"bench: {what} …", file=sys.stderr, flush=True)


if __name__ == "__main__":
    if not hasattr(os, "sched_setaffinity"):
        raise SystemExit("bench: needs Linux: epoll, /proc and the CPU clocks of other processes")
    raise SystemExit(main())
