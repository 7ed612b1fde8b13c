"""What every session with the database is bound to: durable commits, guarded references, an end to all waiting."""

import sqlite3

import pytest
import sqlalchemy as sa

from db.session import Database, journal_mode
from tests.conftest import County

# PostgreSQL: what SHOW tells.
POSTGRESQL = {
    "statement_timeout": "5s",
    "lock_timeout": "2s",
    "idle_in_transaction_session_timeout": "10s",
    "synchronous_commit": "on",
    "TimeZone": "UTC",
}
# SQLite: what PRAGMA tells; 2 is FULL, which keeps the last commits when the power goes.
SQLITE = {"foreign_keys": 1, "synchronous": 2, "busy_timeout": 5000, "trusted_schema": 0}
WRITES = (
    "INSERT INTO instance_value (name, value) VALUES ('a', 'b')",
    "UPDATE event SET kind = 'a'",
    "DELETE FROM event",
    "DROP TABLE event",
)


def answer(database: Database, question: str, *, writes: bool = False) -> object:
    engine = database.writer if writes else database.reader
    with engine.connect() as connection:
        return connection.exec_driver_sql(question).scalar_one()


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("name", "value"), POSTGRESQL.items())
def test_no_session_of_postgresql_waits_or_forgets(library: County, name: str, value: str) -> None:
    assert answer(library.app.state.database, f"SHOW {name}") == value


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("writes", [True, False])
@pytest.mark.parametrize(("name", "value"), SQLITE.items())
def test_no_session_of_sqlite_waits_or_forgets(library: County, name: str, value: int, *, writes: bool) -> None:
    assert answer(library.app.state.database, f"PRAGMA {name}", writes=writes) == value


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_the_journal_is_the_one_that_this_sqlite_keeps_safely(library: County) -> None:
    chosen = journal_mode(sqlite3.sqlite_version_info)
    assert str(answer(library.app.state.database, "PRAGMA journal_mode", writes=True)).upper() == chosen
    assert library.get("/readyz").json()["checks"]["journalMode"] == chosen


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
@pytest.mark.parametrize("statement", WRITES)
def test_a_session_for_reading_writes_nothing(library: County, statement: str) -> None:
    database = library.app.state.database
    with database.reader.connect() as connection, pytest.raises(sa.exc.OperationalError, match="readonly"):
        connection.exec_driver_sql(statement)
