"""Webhooks, their secrets and their deliveries.

Revision: 2026_11_27_webhooks, after 2026_11_27_readiness. 2026-11-27
"""

import sqlalchemy as sa
from alembic import op

from db.types import json_type, name_type

revision = "2026_11_27_webhooks"
down_revision = "2026_11_27_readiness"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "webhook",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("organisation", name_type(4), nullable=False),
        sa.Column("url", sa.String(2000), nullable=False),
        sa.Column("description", sa.String(200), nullable=True),
        sa.Column("stream", name_type(), nullable=False),
        sa.Column("kinds", json_type(), nullable=True),
        sa.Column("organisations", json_type(), nullable=True),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("disabled_for", sa.String(24), nullable=True),
        sa.Column("failing_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("misses", sa.Integer(), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease", sa.String(36), nullable=True),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "disabled_for IN ('by_hand', 'gone', 'failing', 'restored')", name=op.f("ck_webhook_disabled_for")
        ),
        sa.CheckConstraint("(disabled_at IS NULL) = (disabled_for IS NULL)", name=op.f("ck_webhook_disabled")),
        sa.CheckConstraint("stream = 'public' OR stream = organisation", name=op.f("ck_webhook_stream")),
        sa.CheckConstraint("cursor >= 0", name=op.f("ck_webhook_cursor")),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.code"], name=op.f("fk_webhook_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook")),
    )
    with op.batch_alter_table("webhook") as batch_op:
        batch_op.create_index(batch_op.f("ix_webhook_organisation"), ["organisation"], unique=False)

    op.create_table(
        "webhook_secret",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("webhook_id", sa.String(36), nullable=False),
        sa.Column("secret", sa.String(100), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.id"], name=op.f("fk_webhook_secret_webhook_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_webhook_secret")),
    )
    with op.batch_alter_table("webhook_secret") as batch_op:
        batch_op.create_index(batch_op.f("ix_webhook_secret_webhook_id"), ["webhook_id"], unique=False)

    op.create_table(
        "delivery",
        sa.Column("webhook_id", sa.String(36), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("attempts", json_type(), nullable=False),
        sa.CheckConstraint("status IN ('pending', 'delivered', 'failed')", name=op.f("ck_delivery_status")),
        sa.CheckConstraint("(due_at IS NULL) = (status <> 'pending')", name=op.f("ck_delivery_due")),
        sa.ForeignKeyConstraint(["webhook_id"], ["webhook.id"], name=op.f("fk_delivery_webhook_id")),
        sa.PrimaryKeyConstraint("webhook_id", "sequence", name=op.f("pk_delivery")),
    )
    with op.batch_alter_table("delivery") as batch_op:
        batch_op.create_index(batch_op.f("ix_delivery_webhook_id_due_at"), ["webhook_id", "due_at"], unique=False)


def downgrade() -> None:
    for table in ("delivery", "webhook_secret", "webhook"):
        op.drop_table(table)
