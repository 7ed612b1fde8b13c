"""Bring a database to the schema of this code."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from db.copies import copy_sqlite, new_file
from db.session import Database, UnusableDatabaseError

if TYPE_CHECKING:
    from alembic.config import Config

# The newest file of migrations/versions. It stands here too, so that a start which has nothing to
# migrate need not load alembic; a test holds the two together.
HEAD = "2026_11_27_maturity"

_FOLDER = Path(__file__).resolve().parent.parent / "migrations"
# Any number does; it only has to be ours.
_ADVISORY_LOCK = 7_262_022


def migration_config() -> "Config":
    from alembic.config import Config  # noqa: PLC0415  (see HEAD)

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("path_separator", "os")
    return config


def current_revision(connection: sa.Connection) -> str | None:
    """Read which schema the database has; None when it has none."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()
    return revision


def knows(revision: str | None) -> bool:
    """Tell whether a schema is of this version's history."""
    return revision in {file.stem for file in (_FOLDER / "versions").glob("*.py")}


def at_head(database: Database) -> bool:
    with database.reader.connect() as connection:
        return current_revision(connection) == HEAD


def check_at_head(database: Database) -> None:
    """Refuse a database that this version cannot work with: raises UnusableDatabaseError."""
    if not at_head(database):
        raise UnusableDatabaseError("the database has not the schema of this version: run `python -m api migrate`")


def migrate(database: Database, revision: str = HEAD) -> None:
    """Upgrade in one transaction; several processes may start it at once.

    Raises UnusableDatabaseError when the database was made by a newer version of the program.
    """
    if revision == HEAD and at_head(database):
        return
    from alembic import command  # noqa: PLC0415  (see HEAD)
    from alembic.util import CommandError  # noqa: PLC0415

    config = migration_config()
    with database.writer.connect() as connection, _patient(connection), connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT set_config('statement_timeout', '0', true)"))
            connection.execute(sa.text("SELECT set_config('lock_timeout', '60s', true)"))
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        else:
            _copy_before(database, current_revision(connection), revision)
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, revision)
        except CommandError as error:
            msg = (
                f"the database is at schema {current_revision(connection)}, which this version does not know:"
                " it was made by a newer one. Install that version, or restore a backup"
            )
            raise UnusableDatabaseError(msg) from error


@contextmanager
def _patient(connection: sa.Connection) -> Iterator[None]:
    """Let SQLite wait a minute for another process that migrates: its BEGIN IMMEDIATE is the lock."""
    raw = connection.connection.driver_connection
    if isinstance(raw, sqlite3.Connection):
        raw.execute("PRAGMA busy_timeout=60000")
    yield
    if isinstance(raw, sqlite3.Connection):
        raw.execute("PRAGMA busy_timeout=5000")


def _copy_before(database: Database, present: str | None, wanted: str) -> None:
    """Keep a copy of an SQLite database beside it before its schema changes, under the lock of the migration."""
    if present is None or present == wanted:
        return
    path = Path(database.url.database or "")
    with new_file(path.with_name(f"{path.name}.before-{wanted}")) as copy:
        copy_sqlite(path, copy)


def downgrade(database: Database, revision: str) -> None:
    """Take the schema back to a revision; what only the newer schema holds is lost."""
    from alembic import command  # noqa: PLC0415  (see HEAD)

    config = migration_config()
    with database.writer.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
