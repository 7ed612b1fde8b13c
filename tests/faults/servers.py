"""The real server as a process of its own: started, measured, ended by any signal, and in any case."""

import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx2

from tests.faults.waiting import wait_until

ROOT = Path(__file__).parents[2]
MOST_MEGABYTES = 512
NONE: Mapping[str, str] = {}
_PATIENCE = 60


class Server:
    """`python -m api serve` on one port and one database, however often it is started."""

    def __init__(self, database_url: str, folder: Path, settings: Mapping[str, str] = NONE) -> None:
        self._settings = settings
        self.port = free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.peak_megabytes = 0.0
        self.database_url = database_url
        self._log = folder / "server.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self._process is not None, "the server is not running"
        return self._process.pid

    def launch(self) -> None:
        """Start the process and do not wait until it serves."""
        self._process = start(
            "serve", log=self._log, database_url=self.database_url, port=self.port, settings=self._settings
        )

    def start(self) -> None:
        self.launch()
        wait_until(self._is_ready, "the server is ready")

    def measure(self) -> None:
        """Take down the most memory that the process has ever held (VmHWM)."""
        for line in Path(f"/proc/{self.pid}/status").read_text(encoding="ascii").splitlines():
            if line.startswith("VmHWM:"):
                self.peak_megabytes = max(self.peak_megabytes, int(line.split()[1]) / 1024)
        assert self.peak_megabytes < MOST_MEGABYTES

    def kill(self) -> None:
        """End it as the kernel does when memory runs out: at once, whatever it is doing."""
        self.measure()
        self.end()

    def stop(self) -> float:
        """End it as an operator does; gives the seconds that it took."""
        self.measure()
        assert self._process is not None
        began = time.monotonic()
        self._process.terminate()
        assert self._process.wait(_PATIENCE) in (0, -signal.SIGTERM)
        self._process = None
        return time.monotonic() - began

    def end(self) -> None:
        if self._process is not None:
            end(self._process)
            self._process = None

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"the server ended: {self._log.read_text(encoding='utf-8')[-2_000:]}"
        try:
            return httpx2.get(f"{self.address}/readyz", timeout=5).is_success
        except httpx2.HTTPError:
            return False


@contextmanager
def served(database_url: str, folder: Path, settings: Mapping[str, str] = NONE) -> Iterator[Server]:
    """Give a server that serves, and leave no process behind."""
    server = Server(database_url, folder, settings)
    try:
        server.start()
        yield server
    finally:
        server.end()


# All of the load comes from one address.
_UNLIMITED = {f"SAMSPRAK_{who}_PER_MINUTE": str(10**9) for who in ("ANONYMOUS", "CLIENT", "ORGANISATION", "UNPROVEN")}


def start(
    *command: str, log: Path, database_url: str, port: int = 0, settings: Mapping[str, str] = NONE
) -> subprocess.Popen[bytes]:
    """Run a command of `python -m api` in a process group of its own; `settings` are further variables."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SAMSPRAK_")}
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, "-m", "api", *command],
            cwd=ROOT,
            env=kept | _UNLIMITED | settings | {"SAMSPRAK_DATABASE_URL": database_url, "PORT": str(port)},
            stdout=output,
            stderr=output,
            start_new_session=True,
        )


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill a process with all that it has started."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(_PATIENCE)


def free_port() -> int:
    """Choose a port that no client is given by chance.

    One who calls a dead port of that range again and again ends up connected to itself.
    """
    while True:
        port = random.randint(20_000, 32_000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
