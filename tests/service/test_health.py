"""Whether it is ready, what it counts, and how it leaves."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest
import sqlalchemy as sa
from sqlmodel import select
from starlette.testclient import TestClient

from api.clock import now
from api.main import create_server
from api.settings import Settings
from db.session import transaction
from db.webhooks import Webhook, fan_out
from tests.commands import ROOT
from tests.conftest import HOST, County, Store
from tests.examples import DECISION, DECISION_BODY
from tests.test_cli import port  # noqa: F401  (a fixture)


def ready(county: County) -> tuple[int, dict[str, str]]:
    answer = county.get("/readyz")
    assert answer.headers["cache-control"] == "no-store"
    return answer.status_code, answer.json()["checks"]


def test_a_ready_service_tells_what_it_looked_at(county: County) -> None:
    status, checks = ready(county)
    assert (status, checks["database"], checks["migrations"], checks["signingKey"]) == (200, "ok", "ok", "ok")
    of_sqlite = {"sqlite", "journalMode", "disk"}
    assert checks.keys() & of_sqlite == (of_sqlite if county.settings.database_url.startswith("sqlite") else set())


def test_many_who_ask_at_once_ask_the_database_once(county: County) -> None:
    asked: list[str] = []
    sa.event.listen(county.app.state.database.writer, "begin", lambda _connection: asked.append("begin"))
    county.app.state.doorkeeper.stale_at = 0.0
    with ThreadPoolExecutor(4) as pool:
        assert {status for status, _checks in pool.map(lambda _ask: ready(county), range(20))} == {200}
    # A slow machine may need more than one second, and PostgreSQL has one engine for all.
    assert len(asked) < 20


def test_another_schema_is_not_ready(county: County) -> None:
    with county.app.state.database.writer.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '2999_01_01_later'"))
    county.app.state.doorkeeper.stale_at = 0.0
    status, checks = ready(county)
    assert (status, checks["migrations"]) == (503, "behind")


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_a_disk_that_is_almost_full_is_not_ready(county: County, monkeypatch: pytest.MonkeyPatch) -> None:
    class Usage(NamedTuple):
        free: int

    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: Usage(99_999_999))
    county.app.state.doorkeeper.stale_at = 0.0
    status, checks = ready(county)
    assert (status, checks["disk"]) == (503, "low")


def test_an_old_key_is_a_warning_only(county: County) -> None:
    with county.app.state.database.writer.begin() as connection:
        connection.execute(sa.text("UPDATE signing_key SET created_at = '2020-01-01 00:00:00'"))
    county.app.state.doorkeeper.stale_at = 0.0
    status, checks = ready(county)
    assert (status, checks["signingKey"]) == (200, "old")


def test_one_that_leaves_is_not_ready(county: County) -> None:
    county.app.state.leaving.set()
    assert ready(county) == (503, {"process": "stopping"})


def metrics(client: TestClient) -> dict[str, float]:
    text = client.get("/metrics").raise_for_status().text
    lines = [line.rpartition(" ") for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


def test_metrics_count_what_was_answered(store: Store) -> None:
    url = store.copy()
    with TestClient(create_server(Settings(database_url=url, base_url=HOST)), base_url=HOST) as client:
        before = metrics(client)
        for path in ("/api/v1/terms", "/api/v1/terms", "/nowhere"):
            client.get(path)
        after = metrics(client)
    store.drop(url)
    grown = {name: after[name] - before[name] for name in after}
    assert grown["samsprak_cache_hits_total"] == 1
    assert grown['samsprak_answers_total{class="4xx"}'] == 1
    # The list, and the first look at the metrics itself.
    assert grown['samsprak_answers_total{class="2xx"}'] == 2
    assert after["samsprak_event_sequence"] == 118
    assert 0 <= after["samsprak_looked_seconds_ago"] < 60
    assert after["process_resident_memory_bytes"] > 1_000_000
    assert after['samsprak_database_connections{pool="writer"}'] >= 0


def test_metrics_are_hidden_where_they_are_not_opened(store: Store) -> None:
    url = store.copy()
    with TestClient(create_server(Settings(database_url=url, base_url=HOST, metrics=False)), base_url=HOST) as client:
        assert client.get("/metrics").status_code == 404
    store.drop(url)


@contextmanager
def process(address: str, environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SAMSPRAK_")}
    with subprocess.Popen(
        [sys.executable, "-m", "api", "serve"],
        cwd=ROOT,
        env=clean | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as started:
        try:
            for _try in range(600):
                try:
                    httpx2.get(f"{address}/readyz").raise_for_status()
                    break
                except httpx2.HTTPError:
                    assert started.poll() is None, "the server ended"
                    time.sleep(0.05)
            yield started
        finally:
            started.kill()


def test_a_server_that_is_told_to_stop_says_so_and_fails_no_request(port: int, tmp_path: Path) -> None:  # noqa: F811
    address = f"http://127.0.0.1:{port}"
    environment = {
        "PORT": str(port),
        "SAMSPRAK_DATABASE_URL": f"sqlite:///{tmp_path}/samsprak.db",
        "SAMSPRAK_DRAIN_SECONDS": "8",
    }
    with process(address, environment) as server, httpx2.Client(base_url=address) as client:
        assert client.get("/readyz").status_code == 200
        server.send_signal(signal.SIGTERM)
        seen: list[Any] = []
        # As a balancer does: requests go on until it has seen that the server leaves, and then a little longer.
        while "503" not in seen:
            assert client.get("/api/v1/terms").status_code == 200
            seen.append(str(client.get("/readyz").status_code))
        for _request in range(20):
            assert client.get("/api/v1/terms").status_code == 200
        assert client.get("/api/v1/terms").headers["connection"] == "close"
        assert server.wait(30) == -signal.SIGTERM


def test_metrics_tell_what_webhooks_wait_for_when_no_worker_runs(county: County) -> None:
    by = county.token("2281", "coordinator")
    county.send("POST", "/webhooks", {"url": "https://mottagare.example/"}, by).raise_for_status()
    before = metrics(county.client)
    county.send("PUT", DECISION, DECISION_BODY, by).raise_for_status()
    assert metrics(county.client)["samsprak_webhook_events_behind"] == before["samsprak_webhook_events_behind"] + 1
    with transaction(county.app.state.database) as tx:
        [webhook] = tx.exec(select(Webhook))
        fan_out(tx, webhook, now(), 10)
    after = metrics(county.client)
    assert (after["samsprak_deliveries_due"], after["samsprak_webhook_events_behind"]) == (1, 0)
