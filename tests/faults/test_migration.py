"""A migration, or a first start, that is killed half way: all or nothing is done, and the next run does the rest."""

import random
import time
from contextlib import closing
from pathlib import Path

import sqlalchemy as sa

import db
from db.events import last_sequence
from db.migrate import HEAD, current_revision
from db.session import open_database, reading
from tests.conftest import PostgresStore, Store
from tests.faults.feed import Feed
from tests.faults.load import Client
from tests.faults.rig import Figures
from tests.faults.servers import Server, end, start
from tests.faults.waiting import wait_until

_LOCKED = sa.text(
    "SELECT count(*) FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database"
    " WHERE locktype = 'advisory' AND datname = :name"
)


def test_a_killed_migration_and_a_killed_first_start_are_done_by_the_next(
    store: Store, tmp_path: Path, few: int, figures: Figures
) -> None:
    figures |= {"rounds": few, "undone": 0}
    seeded = seeded_events(store)
    for _round in range(few):
        url = store.empty()
        kill_a_migration(store, url, tmp_path)
        figures["undone"] += not is_whole(url)
        server = Server(url, tmp_path)
        try:
            server.launch()
            time.sleep(random.uniform(0, 3))
            server.kill()
            server.start()
            assert is_whole(url)
            with closing(Client(server.address)) as client:
                feed = Feed(client)
                feed.read_on()
            assert feed.sequence == seeded
        finally:
            server.end()
        store.drop(url)


def kill_a_migration(store: Store, url: str, folder: Path) -> None:
    """Begin to migrate an empty database, and be killed soon after."""
    process = start("migrate", log=folder / "migrate.log", database_url=url)
    try:
        wait_until(lambda: has_begun(store, url) or process.poll() is not None, "the migration has begun")
        time.sleep(random.uniform(0, 0.5))
    finally:
        end(process)


def has_begun(store: Store, url: str) -> bool:
    """Tell whether somebody is writing the tables, as the database shows it from outside."""
    database = sa.make_url(url).database or ""
    if isinstance(store, PostgresStore):
        with store.admin.connect() as connection:
            locks: int = connection.execute(_LOCKED, {"name": database}).scalar_one()
        return locks > 0
    file = Path(database)
    return file.with_name(f"{file.name}-journal").exists() or (file.exists() and file.stat().st_size > 0)


def is_whole(url: str) -> bool:
    """Tell whether the schema is there; it is never there in part."""
    database = open_database(url)
    try:
        # One snapshot: a killed client's last COMMIT may still be under way in PostgreSQL.
        with database.reader.connect().execution_options(isolation_level="SERIALIZABLE") as connection:
            tables = set(sa.inspect(connection).get_table_names()) - {"alembic_version"}
            assert tables in (set(), set(db.metadata.tables))
            assert current_revision(connection) == (HEAD if tables else None)
    finally:
        database.dispose()
    return bool(tables)


def seeded_events(store: Store) -> int:
    """Count what an undisturbed county tells from its beginning."""
    database = open_database(store.template_url)
    try:
        with reading(database) as session:
            return last_sequence(session)
    finally:
        database.dispose()
