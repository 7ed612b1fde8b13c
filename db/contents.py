"""What a whole database holds, and whether it is whole."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
import uuid_utils.compat as uuid
from sqlmodel import Session

from db.chain import check_stream, streams
from db.copies import UnusableCopyError
from db.events import instant_text
from db.migrate import current_revision
from db.webhooks import stop_restored


def check_contents(connection: sa.Connection) -> dict[str, Any]:
    """Count every table, follow every reference and compute every chain, in the transaction of a connection.

    Raises UnusableCopyError for a reference to nothing, BrokenChainError for a chain.
    """
    names = sorted(sa.inspect(connection).get_table_names())
    counted = {
        name: connection.execute(sa.select(sa.func.count()).select_from(sa.table(name))).scalar_one() for name in names
    }
    if connection.dialect.name == "sqlite":
        if connection.exec_driver_sql("PRAGMA integrity_check").scalar() != "ok":
            raise UnusableCopyError("the database is damaged: its integrity check fails")
        loose = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
        if loose is not None:
            raise UnusableCopyError(f"a row of {loose[0]} refers to one of {loose[2]} that is not there")
    # PostgreSQL has followed them itself when it made the constraints.
    sessions = partial(_joined, connection)
    with sessions() as session:
        listed = streams(session)
    heads = {stream: check_stream(sessions, stream) for stream in listed}
    return {
        "schema": current_revision(connection),
        "tables": counted,
        "references": "whole",
        "streams": {
            stream: {"sequence": head.sequence, "hash": f"sha256:{head.hash}"} for stream, head in heads.items()
        },
    }


def mark_restored(connection: sa.Connection, at: datetime) -> None:
    """Write down that this database is a copy from now on, under an identity of its own, and have it send nothing."""
    stop_restored(connection, at)
    for name, value in (("restored_at", instant_text(at)), ("instance_id", str(uuid.uuid4()))):
        connection.execute(sa.text("DELETE FROM instance_value WHERE name = :name"), {"name": name})
        connection.execute(
            sa.text("INSERT INTO instance_value (name, value) VALUES (:name, :value)"), {"name": name, "value": value}
        )


@contextmanager
def _joined(connection: sa.Connection) -> Iterator[Session]:
    with Session(connection) as session:
        yield session
