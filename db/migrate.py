"""Bring a database to the schema of this code."""

from pathlib import Path
from typing import TYPE_CHECKING

import sqlalchemy as sa

from db.session import Database, UnusableDatabaseError

if TYPE_CHECKING:
    from alembic.config import Config

# The newest file of migrations/versions. It stands here too, so that a start which has nothing to
# migrate need not load alembic; a test holds the two together.
HEAD = "2026_11_24_checkpoints"

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
    from alembic import command  # noqa: PLC0415  (see HEAD)

    config = migration_config()
    with database.writer.begin() as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, revision)
