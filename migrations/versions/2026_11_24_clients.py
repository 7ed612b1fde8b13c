"""Clients that change: revisions, public keys, last use, used assertions.

Revision: 2026_11_24_clients, after 2026_11_24_first_tables. 2026-11-24
"""

import sqlalchemy as sa
from alembic import op

from db.types import json_type

revision = "2026_11_24_clients"
down_revision = "2026_11_24_first_tables"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "used_assertion",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_used_assertion")),
    )
    with op.batch_alter_table("used_assertion") as batch_op:
        batch_op.create_index(batch_op.f("ix_used_assertion_expires_at"), ["expires_at"], unique=False)

    # The defaults are for the rows that are there, and for servers of the version before that still run.
    op.add_column("client", sa.Column("public_keys", json_type(), nullable=False, server_default="[]"))
    op.add_column("client", sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
    op.add_column("client", sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    for column in ("last_used_at", "revision", "public_keys"):
        op.drop_column("client", column)

    with op.batch_alter_table("used_assertion") as batch_op:
        batch_op.drop_index(batch_op.f("ix_used_assertion_expires_at"))

    op.drop_table("used_assertion")
