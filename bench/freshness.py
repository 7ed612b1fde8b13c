"""A change is seen: one server process writes; others on the same database are read once that is acknowledged."""

import os
import re
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count, cycle, islice
from pathlib import Path
from statistics import quantiles

import httpx
import sqlalchemy as sa

from bench.load import WrongAnswerError
from bench.postgres import postgres
from bench.servers import Server, environment, serving
from bench.table import Row
from db.migrate import migrate
from db.session import open_database
from seed.loader import prepare, seed

_READS = 100_000
_AFTER_A_CHANGE = 100
_FAR, _FAR_GOAL = 300, 0.020
_CUT, _CUT_GOAL = 30, 1.0
_PATH = "/api/v1/municipalities/2281/decisions/bench/seen"
_READ = f"GET {_PATH} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode()
_REVISION = re.compile(rb'"sourceRevision":(\d+)')
_DECISION = {
    "guideline": "gemensamt-sprak",
    "version": "1.0",
    "kind": "adopt",
    "bodyType": "kommunstyrelse",
    "body": "Kommunstyrelsen",
    "decidedOn": "2026-01-12",
    "paragraph": "§ 1",
    "recordNumber": "KS 2026/1",
    "validFrom": "2026-02-01",
}
_END_LISTENERS = sa.text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
)


def measure_freshness(folder: Path) -> Iterator[Row]:
    """Count old answers on both databases, and time how soon another machine sees a change."""
    yield _near("SQLite", folder, f"sqlite:///{folder}/freshness.db")
    with postgres() as own:
        yield _near("PostgreSQL", folder, own.url)
        yield from _far(folder, own.url)


def _near(name: str, folder: Path, url: str) -> Row:
    """Write through either of two processes in turn, and read from both many times before the next change."""
    with _county(folder, url, url) as servers:
        stale, first = 0, []
        for revision in range(1, _READS // _AFTER_A_CHANGE + 1):
            writer, other = servers if revision % 2 else servers[::-1]
            acknowledged = writer.write(revision)
            stale += other.read() != revision
            first.append(time.perf_counter() - acknowledged)
            stale += sum(asked.read() != revision for asked in islice(cycle(servers), _AFTER_A_CHANGE - 1))
    return Row(
        what=f"old answers of two processes, {name}",
        terms=0,
        ours=f"of {_READS:,}",
        figure=str(stale),
        spread=_times(first),
        goal="0",
        holds=stale == 0,
    )


def _far(folder: Path, url: str) -> Iterator[Row]:
    """Write through one process, and ask one that shares only the database with it until it knows."""
    # By another address the database is another one for the word that the processes of a machine share.
    far = sa.make_url(url).update_query_dict({"application_name": "far"}).render_as_string(hide_password=False)
    with _county(folder, url, far) as (here, there):
        revisions = count(_READS)
        told = [_until_seen(here, there, next(revisions)) for _ in range(_FAR)]
        with _no_notices(url):
            cut = [_until_seen(here, there, next(revisions)) for _ in range(_CUT)]
    for what, found, figure, goal in (
        ("a change on another machine, p99", told, quantiles(told, n=100)[98], _FAR_GOAL),
        ("  without notices, at most", cut, max(cut), _CUT_GOAL),
    ):
        yield Row(
            what=what,
            terms=0,
            figure=f"{figure * 1e3:.1f} ms",
            spread=_times(found),
            goal=f"<= {goal * 1e3:.0f} ms",
            holds=figure <= goal,
        )


def _until_seen(writer: "_Client", reader: "_Client", revision: int) -> float:
    acknowledged = writer.write(revision)
    while reader.read() != revision:
        pass
    return time.perf_counter() - acknowledged


def _times(seconds: list[float]) -> str:
    cuts = quantiles(seconds, n=100)
    return f"p50 {cuts[49] * 1e3:.1f} – p99 {cuts[98] * 1e3:.1f} ms"


class _Client:
    """One connection to read by, and one to write by."""

    def __init__(self, server: Server, token: str, stack: ExitStack) -> None:
        self._connection = stack.enter_context(socket.create_connection(("127.0.0.1", server.port), 30))
        self._connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._http = stack.enter_context(
            httpx.Client(
                base_url=f"http://127.0.0.1:{server.port}", headers={"Authorization": f"Bearer {token}"}, timeout=30
            )
        )

    def write(self, revision: int) -> float:
        """Store a revision of the decision; gives when that was acknowledged."""
        self._http.put(_PATH, json=_DECISION | {"sourceRevision": revision}).raise_for_status()
        return time.perf_counter()

    def read(self) -> int:
        """Give the revision that is answered; 0 while there is none."""
        self._connection.sendall(_READ)
        answer = self._connection.recv(1 << 16)
        while not answer.endswith(b"}"):
            chunk = self._connection.recv(1 << 16)
            if not chunk:
                raise WrongAnswerError("the server hung up")
            answer += chunk
        found = _REVISION.search(answer)
        return int(found[1]) if found else 0


@contextmanager
def _county(folder: Path, *urls: str) -> Iterator[list[_Client]]:
    """Fill the database and serve it by a process for each of its addresses."""
    database = open_database(urls[0])
    migrate(database)
    prepare(database, own_keys=True)
    seed(database, "22", decisions=False)
    database.dispose()
    unlimited = {f"SAMSPRAK_{who}_PER_MINUTE": str(10**9) for who in ("ANONYMOUS", "CLIENT", "ORGANISATION")}
    # One issuer for all.
    common = environment() | unlimited | {"SAMSPRAK_BASE_URL": "http://127.0.0.1:1"}
    with ExitStack() as stack:
        environs = [common | {"SAMSPRAK_DATABASE_URL": url} for url in urls]
        servers = [
            stack.enter_context(serving(folder, "api", "serve", ready="/readyz", environ=environ))
            for environ in environs
        ]
        token = _token(environs[0])
        # Not before all is up: a server closes what is idle.
        yield [_Client(server, token, stack) for server in servers]


def _token(environ: dict[str, str]) -> str:
    command = [sys.executable, "-m", "api", "token", "--organisation", "2281", "--role", "integrator"]
    return subprocess.run(command, env=environ, check=True, capture_output=True, text=True, timeout=60).stdout.strip()


@contextmanager
def _no_notices(url: str) -> Iterator[None]:
    """End the sessions that listen, over and over."""
    engine, ending = sa.create_engine(url, isolation_level="AUTOCOMMIT"), threading.Event()

    def cut() -> None:
        with engine.connect() as connection:
            while not ending.wait(0.01):
                connection.execute(_END_LISTENERS)

    thread = threading.Thread(target=cut)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()
        engine.dispose()


if __name__ == "__main__":
    import tempfile

    from bench.table import table

    with tempfile.TemporaryDirectory(prefix="bench") as made:
        print(table(list(measure_freshness(Path(made)))), f"load average {os.getloadavg()[0]:.1f}", sep="\n\n")
