"""Server processes: started on a core of their own, awaited, measured, and ended in any case."""

import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.answers import Answer, wait_for
from bench.machine import cores, cpu_seconds, pinned

_PATIENCE = 30.0


class NotStartedError(Exception):
    """A server did not come up; the text holds the end of its log."""


@dataclass(frozen=True)
class Server:
    """A running server; `helpers` are the processes that work for it, such as a database's."""

    pid: int
    port: int
    helpers: Callable[[], list[int]] = field(default=list)

    def cpu_seconds(self) -> float:
        return sum(map(cpu_seconds, (self.pid, *self.helpers())))


@contextmanager
def serving(
    folder: Path, module: str, *arguments: str, ready: str, environ: dict[str, str] | None = None
) -> Iterator[Server]:
    """Run `python -m module` until the block ends, from when it answers 200 at the path `ready`."""
    port = free_port()
    log = folder / f"{module}.{port}.log"
    with log.open("wb") as output, pinned(cores()[0]):
        process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments],
            env=(environ or environment()) | {"PORT": str(port)},
            stdout=output,
            stderr=output,
        )
    try:
        if not wait_for(port, ready, _PATIENCE):
            raise NotStartedError(f"{module} does not answer:\n{log.read_text()[-2000:]}")
        yield Server(process.pid, port)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


@contextmanager
def serving_ours(folder: Path, database: Path, **settings: str) -> Iterator[Server]:
    """Run this project as anyone would, on a database file; settings by the names of their variables."""
    with serving(folder, "api", "serve", ready="/readyz", environ=environment(database) | settings) as server:
        yield server


def token(database: Path | str, role: str = "reader") -> str:
    """Sign a token that the server of this database, a file or an address, takes, as a developer does."""
    command = [sys.executable, "-m", "api", "token", "--organisation", "2281", "--role", role]
    url = database if isinstance(database, str) else f"sqlite:///{database}"
    environ = environment() | {"SAMSPRAK_DATABASE_URL": url}
    told = subprocess.run(command, env=environ, check=True, capture_output=True, text=True, timeout=60)
    return told.stdout.strip()


@contextmanager
def serving_raw(folder: Path, answers: Iterable[Answer]) -> Iterator[Server]:
    """Run a bare ASGI app that sends these very answers in turn, whatever is asked."""
    file = folder / "answers"
    file.write_text("\n".join(answer.dump() for answer in answers))
    with serving(folder, "bench.raw", str(file), ready="/") as server:
        yield server


def environment(database: Path | None = None) -> dict[str, str]:
    """Give what a child process is to see: nothing of what the caller may have set up for this project."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SAMSPRAK_")}
    if database is None:
        return kept
    # The load is one address, and asks as often as it can.
    return kept | {"SAMSPRAK_DATABASE_URL": f"sqlite:///{database}", "SAMSPRAK_ANONYMOUS_PER_MINUTE": "1000000000"}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
