"""Engines and the one transaction of the project."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Engine, make_url
from sqlmodel import Session

from db.events import PendingEvent, append_events
from db.notices import announce
from db.stamp import Stamp, stamp_of

# SQLite 3.7.0 to 3.51.2 can lose or corrupt commits in WAL mode with two connections; two older
# branches carry the mend.
_WAL_MENDED = ((3, 44, 6), (3, 50, 7))
_WAL_SAFE_FROM = (3, 51, 3)

# FastAPI runs at most 40 blocking calls at once, and one looks for news: no call may wait for a connection.
_POOL = {"pool_size": 10, "max_overflow": 31, "pool_pre_ping": True}


class UnusableDatabaseError(Exception):
    """The database address cannot be used; the text is one line for the operator."""


class Transaction(Session):
    """One unit of work: rows, and the events that tell of them."""

    def __init__(self, bind: Engine) -> None:
        super().__init__(bind, expire_on_commit=False)
        self.pending: list[PendingEvent] = []
        self.public_sequence: int | None = None


@dataclass(frozen=True)
class Database:
    """A writer and a reader engine for one database, and the word by which its writers tell of news."""

    url: URL
    writer: Engine
    reader: Engine
    stamp: Stamp

    def dispose(self) -> None:
        self.writer.dispose()
        self.reader.dispose()


def open_database(address: str) -> Database:
    """Open the database at a SQLAlchemy URL; raises UnusableDatabaseError."""
    try:
        url = make_url(address)
    except sa.exc.ArgumentError as error:
        msg = "SAMSPRAK_DATABASE_URL is not a database address"
        raise UnusableDatabaseError(msg) from error
    backend = url.get_backend_name()
    if backend == "sqlite":
        return _open_sqlite(url)
    if backend == "postgresql":
        engine = sa.create_engine(
            url.set(drivername="postgresql+psycopg"),
            connect_args={
                "connect_timeout": 5,
                "options": "-c timezone=UTC -c statement_timeout=5000 -c lock_timeout=2000"
                " -c idle_in_transaction_session_timeout=10000",
            },
            **_POOL,
        )
        return Database(url, engine, engine, stamp_of(url))
    msg = f"SAMSPRAK_DATABASE_URL names {backend}: use sqlite:///FILE or postgresql://…"
    raise UnusableDatabaseError(msg)


def _open_sqlite(url: URL) -> Database:
    if not url.database or url.database == ":memory:":
        msg = "SAMSPRAK_DATABASE_URL needs a file: sqlite:///var/samsprak.db"
        raise UnusableDatabaseError(msg)
    try:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        msg = f"cannot make the folder of the database {url.database}: {error.strerror}"
        raise UnusableDatabaseError(msg) from error
    if not os.access(Path(url.database).parent, os.W_OK):
        raise UnusableDatabaseError(f"cannot write in the folder of the database {url.database}")
    return Database(url, _sqlite_engine(url, writes=True), _sqlite_engine(url, writes=False), stamp_of(url))


def _sqlite_engine(url: URL, *, writes: bool) -> Engine:
    engine = sa.create_engine(url, connect_args={"timeout": 5.0}, **_POOL)
    # A deferred transaction that reads and then writes fails at once when another wrote between.
    begin = "BEGIN IMMEDIATE" if writes else "BEGIN"

    @event.listens_for(engine, "connect")
    def configure(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy's own BEGIN, below, is the only one
        connection.execute("PRAGMA busy_timeout=5000")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA trusted_schema=OFF")
        if writes:
            connection.execute(f"PRAGMA journal_mode={journal_mode(sqlite3.sqlite_version_info)}")
        else:
            connection.execute("PRAGMA query_only=ON")

    @event.listens_for(engine, "begin")
    def start(connection: sa.Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def journal_mode(version: tuple[int, ...]) -> str:
    """Choose WAL where this SQLite keeps every commit in it, else the rollback journal."""
    mended = any(version[:2] == fix[:2] and version >= fix for fix in _WAL_MENDED)
    return "WAL" if mended or version >= _WAL_SAFE_FROM else "TRUNCATE"


@contextmanager
def transaction(database: Database, *, remembered: bool = True) -> Iterator[Transaction]:
    """Give a transaction that commits, rows and events together, when the block ends well.

    What no process remembers is not made known to them either, lest each of them looks.
    """
    with Transaction(database.writer) as tx:
        yield tx
        # Always the last lock taken, so that it neither deadlocks nor leaves a hole.
        tx.public_sequence = append_events(tx, tx.pending)
        if tx.pending:
            announce(tx)
        tx.commit()
    # Also when nothing was to be told: who sends again what a process wrote that then died is answered by this one.
    if remembered or tx.pending:
        database.stamp.renew()


@contextmanager
def reading(database: Database) -> Iterator[Session]:
    """Give a session for reading; what it would write is refused or thrown away."""
    with Session(database.reader, expire_on_commit=False) as session:
        yield session


def ping(database: Database) -> None:
    """Ask the database for an answer; raises UnusableDatabaseError with one line."""
    try:
        with database.writer.connect() as connection:
            connection.execute(sa.text("SELECT 1"))
    except sa.exc.DBAPIError as error:
        shown = database.url.render_as_string(hide_password=True)
        msg = f"cannot open the database {shown}: {_first_line(error.orig)}"
        raise UnusableDatabaseError(msg) from error


def present_journal_mode(database: Database) -> str | None:
    """Tell how an SQLite database keeps its commits: WAL or TRUNCATE; None for PostgreSQL."""
    if database.url.get_backend_name() != "sqlite":
        return None
    # Of a writer: a rollback journal's mode is each connection's own.
    with database.writer.connect() as connection:
        return str(connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()).upper()


def check_durable(database: Database) -> None:
    """Refuse a PostgreSQL that tells of commits before they are on disk: raises UnusableDatabaseError."""
    if database.url.get_backend_name() != "postgresql":
        return
    with database.reader.connect() as connection:
        if connection.exec_driver_sql("SHOW synchronous_commit").scalar_one() == "off":
            raise UnusableDatabaseError(
                "synchronous_commit is off in this database: a decision could be lost; turn it on"
            )


def _first_line(error: Any) -> str:
    return str(error).strip().split("\n", 1)[0]
