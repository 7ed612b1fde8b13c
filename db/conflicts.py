"""Inserting a row that another transaction may be inserting too, and waiting for that one."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import exc
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, SQLModel


def insert_if_absent(
    session: Session, table: type[SQLModel], values: Mapping[str, Any]
) -> postgresql.Insert | sqlite.Insert:
    """Build the INSERT that does nothing when the key is taken, once a rival has committed."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table).values(values).on_conflict_do_nothing()
    return sqlite.insert(table).values(values).on_conflict_do_nothing()


def waited_too_long(error: exc.OperationalError) -> bool:
    """Tell whether PostgreSQL gave up waiting for another transaction (55P03, by our lock_timeout)."""
    return getattr(error.orig, "sqlstate", None) == "55P03"
