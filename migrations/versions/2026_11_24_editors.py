"""Whoever has changed a proposal's text has written it too.

Revision: 2026_11_24_editors, after 2026_11_24_checkpoints. 2026-11-24
"""

import sqlalchemy as sa
from alembic import op

from db.types import json_type

revision = "2026_11_24_editors"
down_revision = "2026_11_24_checkpoints"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("proposal", sa.Column("editors", json_type(), nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("proposal", "editors")
