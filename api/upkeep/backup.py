"""A backup that was read before it is called one, and a restore that is checked before it is committed."""

import shutil
import sqlite3
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from api.clock import now
from db.contents import check_contents, mark_restored
from db.copies import (
    UnusableCopyError,
    copy_sqlite,
    dump_postgres,
    new_file,
    play_dump,
    put_sqlite,
    revision_of_dump,
    scratch_file,
)
from db.migrate import current_revision, knows
from db.session import Database, open_database

_MAGIC = {"sqlite": b"SQLite format 3\x00", "postgresql": b"PGDMP"}


def make_backup(database: Database, target: Path) -> dict[str, Any]:
    """Write the database into a new file of mode 0600; gives what is in it.

    Raises UnusableCopyError, or BrokenChainError when the chain is broken already.
    """
    if target.exists():
        raise UnusableCopyError(f"{target} is there already: name another file")
    try:
        with new_file(target) as part:
            if database.url.get_backend_name() == "sqlite":
                copy_sqlite(Path(database.url.database or ""), part)
                found = _contents_of(part)
            else:
                found = _dump(database, part)
    except (sqlite3.Error, sa.exc.DBAPIError) as error:
        raise UnusableCopyError(f"cannot copy the database: {_line(error)}") from error
    return {"file": str(target), **found}


def _dump(database: Database, part: Path) -> dict[str, Any]:
    with database.reader.connect().execution_options(isolation_level="REPEATABLE READ") as connection:
        _take_time(connection)
        # What is counted is what is dumped.
        snapshot = connection.execute(sa.text("SELECT pg_export_snapshot()")).scalar_one()
        dump_postgres(database.url, snapshot, part)
        return check_contents(connection)


def restore_backup(database: Database, file: Path, *, replace: bool) -> dict[str, Any]:
    """Put a backup into an empty database, all of it or nothing; gives what is in it then.

    Raises UnusableCopyError or BrokenChainError, and leaves what was there.
    """
    backend = database.url.get_backend_name()
    try:
        with file.open("rb") as opened:
            is_one = opened.read(16).startswith(_MAGIC[backend])
    except OSError as error:
        raise UnusableCopyError(f"cannot read {file}: {error.strerror}") from error
    if not is_one:
        raise UnusableCopyError(f"{file} is not a backup of {backend}")
    try:
        restore = _restore_sqlite if backend == "sqlite" else _restore_postgres
        return {"file": str(file), **restore(database, file, replace=replace)}
    except (sqlite3.Error, sa.exc.DBAPIError) as error:
        raise UnusableCopyError(f"cannot restore {file}: {_line(error)}") from error


def _restore_sqlite(database: Database, file: Path, *, replace: bool) -> dict[str, Any]:
    with database.reader.connect() as connection:
        _check_room(connection, replace=replace)
    target = Path(database.url.database or "")
    # Marked and checked before it is put in: after that there is nothing left that could be cut off.
    with scratch_file(target) as part:
        shutil.copyfile(file, part)
        copy = open_database(f"sqlite:///{part}")
        try:
            with copy.reader.connect() as connection:
                _check_revision(current_revision(connection))
            with copy.writer.begin() as connection:
                mark_restored(connection, now())
        finally:
            copy.dispose()
        found = _contents_of(part)
        put_sqlite(part, target)
    return found


def _restore_postgres(database: Database, file: Path, *, replace: bool) -> dict[str, Any]:
    _check_revision(revision_of_dump(file))
    with database.writer.begin() as connection:
        _take_time(connection)
        tables = _check_room(connection, replace=replace)
        if tables:
            quote = connection.dialect.identifier_preparer.quote
            connection.exec_driver_sql(f"DROP TABLE {', '.join(map(quote, tables))} CASCADE")
        play_dump(file, connection)
        mark_restored(connection, now())
        return check_contents(connection)


def _take_time(connection: sa.Connection) -> None:
    for name in ("statement_timeout", "idle_in_transaction_session_timeout"):
        connection.execute(sa.text("SELECT set_config(:name, '0', true)"), {"name": name})


def _check_room(connection: sa.Connection, *, replace: bool) -> list[str]:
    tables = sa.inspect(connection).get_table_names()
    if tables and not replace:
        raise UnusableCopyError("the database is not empty: name an empty one, or say --replace")
    return tables


def _check_revision(revision: str | None) -> None:
    if not knows(revision):
        raise UnusableCopyError(
            "the backup has a schema that this version does not know: it was made by a newer one. Install that version"
        )


def _contents_of(file: Path) -> dict[str, Any]:
    copy = open_database(f"sqlite:///{file}")
    try:
        with copy.reader.connect() as connection:
            return check_contents(connection)
    finally:
        copy.dispose()


def _line(error: BaseException) -> str:
    told = getattr(error, "orig", None) or error
    return str(told).strip().split("\n", 1)[0]
