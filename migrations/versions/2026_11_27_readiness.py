"""How ready municipalities are to introduce a guideline.

Revision: 2026_11_27_readiness, after 2026_11_24_comments. 2026-11-27
"""

import sqlalchemy as sa
from alembic import op

from db.types import json_type, name_type

revision = "2026_11_27_readiness"
down_revision = "2026_11_24_comments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "readiness",
        sa.Column("municipality", name_type(4), nullable=False),
        sa.Column("guideline_id", name_type(128), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("major", sa.Integer(), nullable=False),
        sa.Column("minor", sa.Integer(), nullable=False),
        sa.Column("items", json_type(), nullable=False),
        sa.Column("needs_help_with", json_type(), nullable=False),
        sa.Column("can_help_with", json_type(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("revision > 0", name=op.f("ck_readiness_revision")),
        sa.ForeignKeyConstraint(["municipality"], ["organisation.code"], name=op.f("fk_readiness_municipality")),
        sa.ForeignKeyConstraint(
            ["guideline_id", "major", "minor"],
            ["guideline_version.guideline_id", "guideline_version.major", "guideline_version.minor"],
            name="fk_readiness_version",
        ),
        sa.PrimaryKeyConstraint("municipality", "guideline_id", "revision", name=op.f("pk_readiness")),
    )
    with op.batch_alter_table("readiness") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_readiness_guideline_id_major_minor"), ["guideline_id", "major", "minor"], unique=False
        )


def downgrade() -> None:
    op.drop_table("readiness")
