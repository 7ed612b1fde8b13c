"""Whole databases as files: taken, and put back."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, Any

import sqlalchemy as sa
from sqlalchemy.engine import URL


class UnusableCopyError(Exception):
    """A database cannot be copied or put back; the text is one line for the operator."""


@contextmanager
def scratch_file(beside: Path) -> Iterator[Path]:
    """Give an empty file of a passing name in the same folder, which its owner alone may read."""
    part = beside.with_name(f".{beside.name}.{os.getpid()}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        # The passing name is nothing that the operator has written.
        raise UnusableCopyError(f"cannot write {beside}: {error.strerror}") from error
    try:
        yield part
    finally:
        # SQLite leaves its journal, emptied.
        for name in (part.name, f"{part.name}-journal", f"{part.name}-wal", f"{part.name}-shm"):
            part.with_name(name).unlink(missing_ok=True)


@contextmanager
def new_file(target: Path) -> Iterator[Path]:
    """Give a file to fill, which becomes the target when the block ends well."""
    with scratch_file(target) as part:
        yield part
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(target)


def copy_sqlite(source: Path, target: Path) -> None:
    """Write a database that may be in use into an empty file."""
    with closing(sqlite3.connect(source, timeout=60, isolation_level=None)) as connection:
        connection.execute("VACUUM INTO ?", (str(target),))


def put_sqlite(source: Path, target: Path) -> None:
    """Put a database in the place of another's content, in one transaction of the target."""
    target.chmod(0o600)
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target, timeout=5)) as written:
        read.backup(written)


def dump_postgres(url: URL, snapshot: str, target: Path) -> None:
    """Write what a snapshot sees, in pg_dump's custom form; raises UnusableCopyError."""
    address = url.set(drivername="postgresql", password=None).render_as_string()
    command = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
    _run("pg_dump", [*command, f"--file={target}", f"--dbname={address}"], {"PGPASSWORD": str(url.password or "")})


def revision_of_dump(file: Path) -> str | None:
    """Read which schema a dump holds; None when it is none of ours."""
    script = _run("pg_restore", ["--data-only", "--table=alembic_version", "--file=-", str(file)])
    lines = iter(script.splitlines())
    return next((next(lines, None) for line in lines if line.startswith("COPY ")), None)


def play_dump(file: Path, connection: sa.Connection) -> None:
    """Put a dump's tables into the transaction of a connection; raises UnusableCopyError.

    The script is played here and not by pg_restore, so that what is put in can be checked before it is committed.
    """
    command = [_program("pg_restore"), "--no-owner", "--no-privileges", "--file=-", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as restoring:  # noqa: S603
        assert restoring.stdout is not None  # noqa: S101  (asked for by PIPE)
        try:
            with closing(connection.connection.cursor()) as cursor:
                _play(restoring.stdout, cursor)
        except connection.dialect.loaded_dbapi.Error as error:
            restoring.kill()
            raise UnusableCopyError(f"the dump cannot be put in: {_first_line(str(error))}") from error
        _, told = restoring.communicate()
    if restoring.returncode:
        raise UnusableCopyError(f"pg_restore: {_first_line(told.decode(errors='replace'))}")
    connection.exec_driver_sql("RESET search_path")


def _play(script: IO[bytes], cursor: Any) -> None:
    statements: list[bytes] = []
    for line in script:
        if line.startswith(b"COPY ") and line.endswith(b" FROM stdin;\n"):
            cursor.execute(b"".join(statements))
            statements = []
            with cursor.copy(line) as copy:
                for row in iter(script.readline, b"\\.\n"):
                    if not row:
                        raise UnusableCopyError("the dump ends in the middle of a table")
                    copy.write(row)
        # What only psql understands.
        elif not line.startswith((b"\\restrict ", b"\\unrestrict ")):
            statements.append(line)
    cursor.execute(b"".join(statements))


def _run(name: str, arguments: list[str], environment: dict[str, str] | None = None) -> str:
    done = subprocess.run(  # noqa: S603  (no shell, and the program's own arguments)
        [_program(name), *arguments],
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise UnusableCopyError(_first_line(done.stderr))
    return done.stdout


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        raise UnusableCopyError(f"{name} is not on the PATH: install PostgreSQL's client programs")
    return found


def _first_line(text: str) -> str:
    return text.strip().split("\n", 1)[0]
