"""Kills are many where FAULT_ROUNDS says so (`make test-faults`); all faults are few otherwise."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Store
from tests.faults.rig import Figures, Rig, rigged
from tests.webhooks.conftest import inbox

__all__ = ["inbox"]


@pytest.fixture(scope="session")
def rounds() -> int:
    """How often a server is killed under load, on each database."""
    return int(os.environ.get("FAULT_ROUNDS", "3"))


@pytest.fixture(scope="session")
def few(rounds: int) -> int:
    """How often every other fault is made."""
    return max(1, rounds // 5)


@pytest.fixture
def figures(request: pytest.FixtureRequest) -> Iterator[Figures]:
    """Give what is filled in with what was measured: one line of JSON in the summary."""
    began = time.monotonic()
    found: Figures = {"fault": request.node.name.removeprefix("test_")}
    yield found
    found["seconds"] = round(time.monotonic() - began, 1)
    request.node.user_properties.append(("figures", json.dumps(found, ensure_ascii=False)))


@pytest.fixture
def rig(store: Store, tmp_path: Path, figures: Figures) -> Iterator[Rig]:
    """Give a county under load on a database of its own."""
    url = store.copy()
    with rigged(url, tmp_path, figures) as made:
        yield made
    store.drop(url)
