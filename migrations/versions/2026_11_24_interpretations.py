"""How municipalities read terms.

Revision: 2026_11_24_interpretations, after 2026_11_24_rebasing. 2026-11-24
"""

import sqlalchemy as sa
from alembic import op

from db.types import json_type, name_type

revision = "2026_11_24_interpretations"
down_revision = "2026_11_24_rebasing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "interpretation",
        sa.Column("municipality", name_type(4), nullable=False),
        sa.Column("term_id", name_type(128), nullable=False),
        sa.Column("revision", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("alignment", sa.String(24), nullable=True),
        sa.Column("term_version", sa.String(16), nullable=True),
        sa.Column("wording", json_type(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "alignment IN ('same', 'narrower', 'broader', 'different', 'not_used')",
            name=op.f("ck_interpretation_alignment"),
        ),
        sa.CheckConstraint("revision > 0", name=op.f("ck_interpretation_revision")),
        sa.CheckConstraint(
            "(alignment IS NULL) = (term_version IS NULL)"
            " AND (alignment IS NOT NULL OR (wording IS NULL AND reason IS NULL))",
            name=op.f("ck_interpretation_whole"),
        ),
        sa.ForeignKeyConstraint(["municipality"], ["organisation.code"], name=op.f("fk_interpretation_municipality")),
        sa.ForeignKeyConstraint(["term_id"], ["term.id"], name=op.f("fk_interpretation_term_id")),
        sa.ForeignKeyConstraint(
            ["term_id", "term_version"],
            ["term_version.term_id", "term_version.number"],
            name="fk_interpretation_term_version",
        ),
        sa.PrimaryKeyConstraint("municipality", "term_id", "revision", name=op.f("pk_interpretation")),
    )
    with op.batch_alter_table("interpretation") as batch_op:
        batch_op.create_index(batch_op.f("ix_interpretation_term_id"), ["term_id"], unique=False)


def downgrade() -> None:
    op.drop_table("interpretation")
