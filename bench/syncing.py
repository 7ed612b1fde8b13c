"""Ten thousand decisions by batches of a thousand: alone, and while twenty webhooks are sent all of them."""

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench.load import WrongAnswerError
from bench.machine import cores, pinned
from bench.postgres import postgres
from bench.servers import Server, environment, free_port, serving, token
from bench.table import Row

_DECISIONS, _BATCH, _WEBHOOKS = 10_000, 1_000, 20
_MOST_SECONDS = 10.0
_TOWN = "2281"


def measure_syncing(folder: Path) -> Iterator[Row]:
    """Measure it on both databases, by the clock of the client, commits to disk included."""
    yield from _measure(folder, f"sqlite:///{folder / 'sync.db'}", "SQLite")
    with postgres() as database:
        yield from _measure(folder, database.url, "PostgreSQL")


def _measure(folder: Path, url: str, engine: str) -> Iterator[Row]:
    with _receiving(folder) as inbox:
        settings = {"SAMSPRAK_DATABASE_URL": url, "SAMSPRAK_OUTBOUND_PRIVATE_HOSTS": f"127.0.0.1:{inbox}"}
        with serving(folder, "api", "serve", ready="/readyz", environ=environment() | settings) as ours:
            by = token(url, "coordinator")
            yield _row(f"10,000 decisions in batches, {engine}", _send_all(ours, by, "ensam"))
            for number in range(_WEBHOOKS):
                _ask(ours, by, "/webhooks", {"url": f"http://127.0.0.1:{inbox}/{number}", "kinds": ["decision.*"]}, 201)
            yield _row(f"the same with {_WEBHOOKS} webhooks, {engine}", _send_all(ours, by, "lyssnad"))


def _send_all(ours: Server, by: str, source: str) -> float:
    began = time.perf_counter()
    for first in range(0, _DECISIONS, _BATCH):
        batch = {"source": source, "items": [_decision(number) for number in range(first, first + _BATCH)]}
        told = _ask(ours, by, f"/municipalities/{_TOWN}/decision-batches", batch, 200)
        if told["summary"]["created"] != _BATCH:
            raise WrongAnswerError(f"batch: {told['summary']}")
    return time.perf_counter() - began


def _decision(number: int) -> dict[str, Any]:
    decided = date(2026, 2, 1) + timedelta(number % 250)
    return {
        "externalId": f"KS-{number}",
        "guideline": "gemensamt-sprak",
        "version": "1.0",
        "kind": "adopt_with_changes",
        "bodyType": "kommunstyrelse",
        "body": "Kommunstyrelsen",
        "decidedOn": decided.isoformat(),
        "paragraph": f"§ {number % 300 + 1}",
        "recordNumber": f"KS 2026/{number}",
        "reason": "Kommunen behöver ett år till för utbildningen.",
        "deviations": [{"provision": "1.3", "motive": "Stödet är inte upphandlat.", "until": "2027-12-31"}],
        "sourceRevision": 1,
    }


def _ask(ours: Server, by: str, path: str, body: dict[str, Any], status: int) -> dict[str, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", ours.port, timeout=60)
    headers = {"Authorization": f"Bearer {by}", "Content-Type": "application/json"}
    connection.request("POST", f"/api/v1{path}", json.dumps(body), headers)
    answer = connection.getresponse()
    told: dict[str, Any] = json.loads(answer.read())
    connection.close()
    if answer.status != status:
        raise WrongAnswerError(f"{path}: {answer.status} {told}")
    return told


@contextmanager
def _receiving(folder: Path) -> Iterator[int]:
    """Run a receiver that takes whatever comes, on the core of the load; gives its port."""
    port = free_port()
    with (folder / f"inbox.{port}.log").open("wb") as log, pinned(cores()[1]):
        process = subprocess.Popen([sys.executable, "-m", "bench.inbox", str(port)], stdout=log, stderr=log)
    try:
        yield port
    finally:
        process.terminate()
        process.wait(10)


def _row(what: str, seconds: float) -> Row:
    return Row(
        what=what,
        terms=60,
        figure=f"{seconds:.1f} s",
        goal=f"<= {_MOST_SECONDS:.0f} s",
        holds=seconds <= _MOST_SECONDS,
    )
