"""Faults are many where FAULT_ROUNDS says so (`make test-faults`), and a few of each kind otherwise."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Store
from tests.faults.rig import Figures, Rig, rigged

_FEW = 3


@pytest.fixture(scope="session")
def rounds() -> int:
    return int(os.environ.get("FAULT_ROUNDS", _FEW))


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
