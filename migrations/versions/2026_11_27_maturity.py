"""What external models measured of municipalities.

Revision: 2026_11_27_maturity, after 2026_11_27_webhooks. 2026-11-27
"""

import sqlalchemy as sa
from alembic import op

from db.types import name_type

revision = "2026_11_27_maturity"
down_revision = "2026_11_27_webhooks"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "maturity_result",
        sa.Column("municipality", name_type(4), nullable=False),
        sa.Column("model", name_type(), nullable=False),
        sa.Column("model_version", name_type(), nullable=False),
        sa.Column("dimension", name_type(200), nullable=False),
        sa.Column("measured_on", sa.Date(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("value", sa.Float(), nullable=False),
        sa.Column("scale", sa.String(100), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("revision > 0", name=op.f("ck_maturity_result_revision")),
        sa.CheckConstraint("retracted_at IS NULL OR NOT public", name=op.f("ck_maturity_result_retracted")),
        sa.ForeignKeyConstraint(["municipality"], ["organisation.code"], name=op.f("fk_maturity_result_municipality")),
        sa.PrimaryKeyConstraint(
            "municipality", "model", "model_version", "dimension", "measured_on", name=op.f("pk_maturity_result")
        ),
    )


def downgrade() -> None:
    op.drop_table("maturity_result")
