"""Budgets that several processes share, against a real server of the protocol where one is installed."""

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import Store, running
from tests.edge.test_rate_limits import STRICT, check_refused, left

SERVER = shutil.which("valkey-server") or shutil.which("redis-server")
pytestmark = pytest.mark.skipif(SERVER is None, reason="neither valkey-server nor redis-server is installed")


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[tuple[int, subprocess.Popen[bytes]]]:
    """Run a server that keeps nothing; gives its port and its process."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    kept = ("--save", "", "--appendonly", "no", "--dir", str(tmp_path))
    process = subprocess.Popen(
        [str(SERVER), "--bind", "127.0.0.1", "--port", str(port), *kept], stdout=subprocess.DEVNULL
    )
    try:
        while True:
            assert process.poll() is None, "the server did not start"
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except ConnectionRefusedError:
                time.sleep(0.02)
        yield port, process
    finally:
        process.terminate()
        process.wait(10)


def test_processes_count_together_and_each_for_itself_once_the_server_has_gone(
    store: Store, valkey: tuple[int, subprocess.Popen[bytes]], early_in_a_minute: None
) -> None:
    port, process = valkey
    url, shared = store.copy(), f"async+valkey://127.0.0.1:{port}"
    with running(url, limits_url=shared, **STRICT) as one, running(url, limits_url=shared, **STRICT) as other:
        answers = [asked.get(f"/terms?limit={number}") for number in range(1, 4) for asked in (one, other)]
        assert [left(answer)["anonymous"] for answer in answers[:5]] == [4, 3, 2, 1, 0]
        check_refused(answers[5], "anonymous")
        process.terminate()
        process.wait(10)
        assert [left(asked.get("/terms?limit=9"))["anonymous"] for asked in (one, other)] == [4, 4]
    store.drop(url)
