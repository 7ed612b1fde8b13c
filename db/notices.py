"""Notices of PostgreSQL: whoever commits wakes the processes of other machines. They only wake; the log is true."""

from collections.abc import AsyncIterator

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session

_CHANNEL = "samsprak"
# The system looks after a connection on which nothing is said: a firewall may have forgotten it.
_CONNECTED = {"connect_timeout": 5, "keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}


def announce(session: Session) -> None:
    """Tell other machines of this transaction when it commits; SQLite has none."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.text("SELECT pg_notify(:channel, '')"), {"channel": _CHANNEL})


async def notices(engine: Engine) -> AsyncIterator[None]:
    """Yield once when PostgreSQL tells from now on, and then for each commit with news.

    Raises psycopg.Error when the connection, which is one of its own, cannot be made or ends.
    """
    _, address = engine.dialect.create_connect_args(engine.url)
    connection = await psycopg.AsyncConnection.connect(**{**address, **_CONNECTED}, autocommit=True)
    async with connection:
        await connection.execute(f"LISTEN {_CHANNEL}")
        yield
        async for _notice in connection.notifies():
            yield
