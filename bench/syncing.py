"""Ten thousand decisions by batches of a thousand, alone and while 20 webhooks are sent all; how soon one is sent."""

import http.client
import json
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.load import WrongAnswerError
from bench.machine import cores, pinned
from bench.postgres import postgres
from bench.servers import Server, environment, free_port, serving, token
from bench.table import Row

_DECISIONS, _BATCH, _WEBHOOKS = 10_000, 1_000, 20
# Decisions one by one, and the seconds between them.
_SINGLE, _PAUSE = 100, 0.05
_MOST_SECONDS, _MOST_WAITED = 10.0, 2.0
_TOWN = "2281"


def measure_syncing(folder: Path) -> Iterator[Row]:
    """Measure it on both databases, by the clock of the client, commits to disk included."""
    yield from _measure(folder, f"sqlite:///{folder / 'sync.db'}", "SQLite")
    with postgres() as database:
        yield from _measure(folder, database.url, "PostgreSQL")


def _measure(folder: Path, url: str, engine: str) -> Iterator[Row]:
    with _receiving(folder) as inbox:
        settings = {
            "SAMSPRAK_DATABASE_URL": url,
            "SAMSPRAK_OUTBOUND_PRIVATE_HOSTS": f"127.0.0.1:{inbox}",
            # On PostgreSQL too, where workers are mostly processes of their own.
            "SAMSPRAK_DELIVER": "true",
        }
        with serving(folder, "api", "serve", ready="/readyz", environ=environment() | settings) as ours:
            by = token(url, "coordinator")
            yield _row(f"10,000 decisions in batches, {engine}", _send_all(ours, by, "ensam"))
            webhooks = [_subscribe(ours, by, f"http://127.0.0.1:{inbox}/{number}") for number in range(_WEBHOOKS)]
            yield _row(
                f"first attempt after a change, {engine}, p99", _first_attempts(ours, by, webhooks), _MOST_WAITED
            )
            yield _row(f"the same with {_WEBHOOKS} webhooks, {engine}", _send_all(ours, by, "lyssnad"))


def _subscribe(ours: Server, by: str, url: str) -> str:
    made = _ask(ours, by, "POST", "/webhooks", 201, {"url": url, "kinds": ["decision.*"]})
    return str(made["id"])


def _first_attempts(ours: Server, by: str, webhooks: Sequence[str]) -> float:
    """Record decisions one by one, and see how long after each its first attempt began, at every webhook."""
    for number in range(_SINGLE):
        body = _decision(number) | {"sourceRevision": 1}
        del body["externalId"]
        _ask(ours, by, "PUT", f"/municipalities/{_TOWN}/decisions/ett/KS-{number}", 201, body)
        time.sleep(_PAUSE)
    page, waited = f"?limit={_SINGLE}", list[float]()
    for webhook in webhooks:
        address = f"/webhooks/{webhook}/deliveries{page}&status=delivered"
        while len((told := _ask(ours, by, "GET", address, 200))["items"]) < _SINGLE:
            time.sleep(0.1)
        events = _ask(ours, by, "GET", f"/events?after={told['items'][-1]['sequence'] - 1}&kinds=decision.*", 200)
        occurred = {event["sequence"]: datetime.fromisoformat(event["occurredAt"]) for event in events["items"]}
        for item in told["items"]:
            began = datetime.fromisoformat(item["attempts"][0]["startedAt"])
            waited.append((began - occurred[item["sequence"]]).total_seconds())
    if len(waited) != _SINGLE * len(webhooks):
        raise WrongAnswerError(f"{len(waited)} deliveries")
    return sorted(waited)[len(waited) * 99 // 100]


def _send_all(ours: Server, by: str, source: str) -> float:
    began = time.perf_counter()
    for first in range(0, _DECISIONS, _BATCH):
        batch = {"source": source, "items": [_decision(number) for number in range(first, first + _BATCH)]}
        told = _ask(ours, by, "POST", f"/municipalities/{_TOWN}/decision-batches", 200, batch)
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


def _ask(  # one argument a part of the request
    ours: Server, by: str, method: str, path: str, status: int, body: dict[str, Any] | None = None
) -> dict[str, Any]:
    connection = http.client.HTTPConnection("127.0.0.1", ours.port, timeout=60)
    headers = {"Authorization": f"Bearer {by}", "Content-Type": "application/json"}
    connection.request(method, f"/api/v1{path}", json.dumps(body) if body else None, headers)
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


def _row(what: str, seconds: float, goal: float = _MOST_SECONDS) -> Row:
    return Row(
        what=what,
        terms=60,
        figure=f"{seconds:.2f} s",
        goal=f"<= {goal:.0f} s",
        holds=seconds <= goal,
    )
