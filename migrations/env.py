"""How alembic reaches the tables; the connection is given by db.migrate."""

from typing import Literal

import sqlalchemy as sa
from alembic import context
from alembic.autogenerate.api import AutogenContext
from sqlmodel.sql.sqltypes import AutoString

import db
from db.types import Instant, Word


def render_item(kind: str, item: object, context: AutogenContext) -> str | Literal[False]:  # noqa: PLR0911  (one line a type)
    """Write the project's own column types by their names in db.types."""
    if kind != "type":
        return False
    if isinstance(item, Instant):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, Word):
        return f"sa.String({item.impl.length})"
    if isinstance(item, AutoString):
        return f"sa.String({item.length})" if item.length else "sa.String()"
    variants = getattr(item, "_variant_mapping", {})
    if isinstance(item, sa.JSON) and variants:
        context.imports.add("from db.types import json_type")
        return "json_type()"
    if isinstance(item, sa.String) and variants:
        context.imports.add("from db.types import name_type")
        return f"name_type({item.length})"
    return False


def run(connection: sa.Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=db.metadata,
        render_item=render_item,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
        # One transaction for all, begun by db.migrate.
        transactional_ddl=True,
        transaction_per_migration=False,
    )
    context.run_migrations()


run(context.config.attributes["connection"])
