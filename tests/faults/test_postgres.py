"""A PostgreSQL that ends sessions, stops or crashes under load: 503 until it is back, and nothing lost or doubled."""

import random
import time
from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

import pytest

from tests.faults.postgres import OwnPostgres, Way, own_postgres
from tests.faults.rig import Figures, Rig, rigged

_WAYS: tuple[Way, ...] = ("immediate", "fast")


@pytest.fixture(scope="module")
def postgres() -> Iterator[OwnPostgres]:
    with own_postgres() as made:
        yield made


@pytest.fixture
def on_postgres(postgres: OwnPostgres, tmp_path: Path, figures: Figures) -> Iterator[Rig]:
    url = postgres.store.copy()
    with rigged(url, tmp_path, figures) as made:
        yield made
    postgres.store.drop(url)


def test_sessions_that_are_ended_lose_no_write_and_double_none(
    on_postgres: Rig, postgres: OwnPostgres, few: int, figures: Figures
) -> None:
    figures |= {"rounds": few, "sessions": 0}
    for _round in range(few):
        with on_postgres.load.running():
            for _time in range(5):
                on_postgres.load.wait_for_more(3)
                time.sleep(random.uniform(0, 0.1))
                figures["sessions"] += postgres.end_sessions()
        on_postgres.check()
    assert figures["sessions"] > few
    # No two have sent the same key at once, so nobody is told that.
    assert set(on_postgres.load.refused()) <= {503}


def test_a_database_that_stops_and_comes_back_loses_no_write_and_doubles_none(
    on_postgres: Rig, postgres: OwnPostgres, few: int, figures: Figures
) -> None:
    figures["rounds"] = 2 * few
    for way in islice(cycle(_WAYS), 2 * few):
        with on_postgres.load.running():
            on_postgres.load.wait_for_more(10)
            postgres.stop(way)
            time.sleep(random.uniform(0, 0.5))
            postgres.start()
        on_postgres.check()
