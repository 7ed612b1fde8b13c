"""What a text was written on before it was merged onto a newer version.

Revision: 2026_11_24_rebasing, after 2026_11_24_term_versions. 2026-11-24
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_24_rebasing"
down_revision = "2026_11_24_term_versions"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for table in ("proposal", "proposal_submission"):
        op.add_column(table, sa.Column("rebased_from", sa.String(16), nullable=True))


def downgrade() -> None:
    for table in ("proposal_submission", "proposal"):
        op.drop_column(table, "rebased_from")
