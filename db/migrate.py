"""Bring a database to the schema of this code."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from db.session import Database, UnusableDatabaseError

_FOLDER = Path(__file__).resolve().parent.parent / "migrations"
# Any number does; it only has to be ours.
_ADVISORY_LOCK = 7_262_022


def migration_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    config.set_main_option("path_separator", "os")
    return config


def current_revision(connection: sa.Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def head_revision() -> str | None:
    return ScriptDirectory.from_config(migration_config()).get_current_head()


def at_head(database: Database) -> bool:
    with database.reader.connect() as connection:
        return current_revision(connection) == head_revision()


def migrate(database: Database, revision: str = "head") -> None:
    """Upgrade in one transaction; several processes may start it at once.

    Raises UnusableDatabaseError when the database was made by a newer version of the program.
    """
    config = migration_config()
    with database.writer.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(sa.text("SELECT set_config('statement_timeout', '0', true)"))
            connection.execute(sa.text("SELECT set_config('lock_timeout', '60s', true)"))
            connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
        config.attributes["connection"] = connection
        try:
            command.upgrade(config, revision)
        except CommandError as error:
            msg = (
                f"the database is at schema {current_revision(connection)}, which this version does not know:"
                " it was made by a newer one. Install that version, or restore a backup"
            )
            raise UnusableDatabaseError(msg) from error


def downgrade(database: Database, revision: str) -> None:
    """Take the schema back to a revision; what only the newer schema holds is lost."""
    config = migration_config()
    with database.writer.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
