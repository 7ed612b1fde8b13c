"""Checkpoints of the event streams.

Revision: 2026_11_24_checkpoints, after 2026_11_24_first_tables. 2026-11-24
"""

import sqlalchemy as sa
from alembic import op

from db.types import name_type

revision = "2026_11_24_checkpoints"
down_revision = "2026_11_24_trusted_issuers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "checkpoint",
        sa.Column("stream", name_type(128), nullable=False),
        sa.Column("signed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("jws", sa.String(), nullable=False),
        sa.CheckConstraint("sequence >= 0", name=op.f("ck_checkpoint_sequence")),
        sa.ForeignKeyConstraint(["stream"], ["event_stream.name"], name=op.f("fk_checkpoint_stream")),
        sa.PrimaryKeyConstraint("stream", "signed_at", name=op.f("pk_checkpoint")),
        sa.UniqueConstraint("stream", "day", name="uq_checkpoint_stream_day"),
    )


def downgrade() -> None:
    op.drop_table("checkpoint")
