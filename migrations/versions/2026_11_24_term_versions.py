"""Versions of a term in their order, by the day that they begin; how a definition relates to its source.

Revision: 2026_11_24_term_versions, after 2026_11_24_editors. 2026-11-24
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_term_versions"
down_revision = "2026_11_24_editors"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("term_version", sa.Column("revision", sa.Integer(), nullable=False, server_default="1"))
    # Versions are published one after the other.
    op.execute(
        "UPDATE term_version SET revision = (SELECT count(*) FROM term_version AS other"
        " WHERE other.term_id = term_version.term_id AND other.published_at <= term_version.published_at)"
    )
    op.create_index("uq_term_version_revision", "term_version", ["term_id", "revision"], unique=True)
    op.create_index(op.f("ix_term_version_valid_from"), "term_version", ["valid_from"])
    with op.batch_alter_table("term_definition") as batch_op:
        batch_op.add_column(sa.Column("source_relation", sa.String(24), nullable=True))
        batch_op.create_check_constraint(
            batch_op.f("ck_term_definition_source_relation"), "source_relation IN ('own', 'based_on', 'quoted')"
        )


def downgrade() -> None:
    with op.batch_alter_table("term_definition") as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_term_definition_source_relation"), type_="check")
        batch_op.drop_column("source_relation")
    op.drop_index(op.f("ix_term_version_valid_from"), "term_version")
    op.drop_index("uq_term_version_revision", "term_version")
    op.drop_column("term_version", "revision")
