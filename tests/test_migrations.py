"""One history for both databases: up, down, and no drift from what the code says."""

import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

import db
from db.migrate import HEAD, at_head, current_revision, downgrade, migrate, migration_config
from db.session import Database, UnusableDatabaseError, journal_mode, open_database
from tests.conftest import Store

NOW = datetime(2026, 11, 24, tzinfo=UTC)


@pytest.fixture
def empty(store: Store) -> Iterator[Database]:
    url = store.empty()
    database = open_database(url)
    yield database
    database.dispose()
    store.drop(url)


@pytest.fixture
def seeded(store: Store) -> Iterator[Database]:
    url = store.copy()
    database = open_database(url)
    yield database
    database.dispose()
    store.drop(url)


def tables(database: Database) -> set[str]:
    with database.reader.connect() as connection:
        return set(sa.inspect(connection).get_table_names()) - {"alembic_version"}


def test_there_is_one_head_and_the_code_knows_it() -> None:
    assert ScriptDirectory.from_config(migration_config()).get_heads() == [HEAD]


def test_up_is_what_the_code_says_and_twice_is_once(empty: Database) -> None:
    migrate(empty)
    migrate(empty)
    assert at_head(empty)
    assert tables(empty) == set(db.metadata.tables)
    with empty.writer.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []


def test_every_rule_that_the_code_names_stands_in_the_database(seeded: Database) -> None:
    """Alembic compares no CHECK, so they are compared here."""
    with seeded.reader.connect() as connection:
        inspector = sa.inspect(connection)
        for table in db.metadata.tables.values():
            wanted = {str(rule.name) for rule in table.constraints if isinstance(rule, sa.CheckConstraint)}
            assert {rule["name"] for rule in inspector.get_check_constraints(table.name)} == wanted, table.name


def test_processes_that_start_at_once_migrate_once(store: Store) -> None:
    url = store.empty()
    databases = [open_database(url) for _ in range(4)]
    with ThreadPoolExecutor(4) as starting:
        list(starting.map(migrate, databases))
    assert all(at_head(database) for database in databases)
    for database in databases:
        database.dispose()
    store.drop(url)


@pytest.mark.parametrize("store", ["sqlite"], indirect=True)
def test_an_sqlite_database_is_copied_before_it_changes(seeded: Database) -> None:
    downgrade(seeded, "2026_11_24_first_tables")
    migrate(seeded)
    assert at_head(seeded)
    path = Path(seeded.url.database or "")
    copy = path.with_name(f"{path.name}.before-{HEAD}")
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    before = open_database(f"sqlite:///{copy}")
    with before.reader.connect() as connection:
        assert current_revision(connection) == "2026_11_24_first_tables"
        assert connection.execute(sa.text("SELECT count(*) FROM event")).scalar() == 118
    before.dispose()


def test_an_empty_database_is_not_at_head(empty: Database) -> None:
    assert not at_head(empty)


def test_down_leaves_nothing_and_up_again_works(empty: Database) -> None:
    migrate(empty)
    downgrade(empty, "base")
    assert tables(empty) == set()
    migrate(empty)
    assert at_head(empty)


def test_a_seeded_database_goes_down_too(seeded: Database) -> None:
    downgrade(seeded, "base")
    assert tables(seeded) == set()


def test_versions_of_a_term_that_are_there_are_counted_in_the_order_of_their_publication(seeded: Database) -> None:
    downgrade(seeded, "2026_11_24_editors")
    columns = "term_id, status, change_kind, change_note, valid_from, content, content_hash"
    later = (
        f"INSERT INTO term_version (number, published_at, {columns}) SELECT :number, :at, {columns} FROM term_version"
    )
    with seeded.writer.begin() as connection:
        for number, day in (("1.10", 26), ("1.9", 25)):
            facts = {"number": number, "at": datetime(2126, 11, day)}  # noqa: DTZ001  (the column's own zone)
            connection.execute(sa.text(f"{later} WHERE term_id = 'begrepp' AND number = '1.0'"), facts)
    migrate(seeded)
    with seeded.reader.connect() as connection:
        found = connection.execute(
            sa.text("SELECT number FROM term_version WHERE term_id = 'begrepp' ORDER BY revision")
        )
        assert [number for (number,) in found] == ["1.0", "1.9", "1.10"]


def test_a_database_of_a_newer_version_is_refused(seeded: Database) -> None:
    with seeded.writer.begin() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '2999_01_01_later'"))
    with pytest.raises(UnusableDatabaseError, match="a newer one"):
        migrate(seeded)


@pytest.mark.parametrize(
    ("version", "mode"),
    [
        ((3, 40, 1), "TRUNCATE"),
        ((3, 44, 5), "TRUNCATE"),
        ((3, 44, 6), "WAL"),
        ((3, 50, 7), "WAL"),
        ((3, 51, 2), "TRUNCATE"),
        ((3, 51, 3), "WAL"),
        ((3, 53, 0), "WAL"),
    ],
)
def test_a_sqlite_that_may_lose_commits_in_wal_keeps_a_rollback_journal(version: tuple[int, ...], mode: str) -> None:
    assert journal_mode(version) == mode
