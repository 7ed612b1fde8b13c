"""Trusted issuers.

Revision: 2026_11_24_trusted_issuers, after 2026_11_24_clients. 2026-11-24
"""

import sqlalchemy as sa
from alembic import op

from db.types import json_type, name_type

revision = "2026_11_24_trusted_issuers"
down_revision = "2026_11_24_clients"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "issuer",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("organisation", name_type(4), nullable=False),
        sa.Column("issuer", name_type(255), nullable=False),
        sa.Column("jwks_uri", sa.String(500), nullable=True),
        sa.Column("audience", sa.String(255), nullable=False),
        sa.Column("algorithms", json_type(), nullable=False),
        sa.Column("role_claim", sa.String(200), nullable=False),
        sa.Column("role_map", json_type(), nullable=False),
        sa.Column("org_number", sa.String(10), nullable=True),
        sa.Column("max_lifetime", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("max_lifetime > 0", name=op.f("ck_issuer_max_lifetime")),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.code"], name=op.f("fk_issuer_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issuer")),
        sa.UniqueConstraint("issuer", name="uq_issuer_issuer"),
    )
    with op.batch_alter_table("issuer") as batch_op:
        batch_op.create_index(batch_op.f("ix_issuer_organisation"), ["organisation"], unique=False)


def downgrade() -> None:
    op.drop_table("issuer")
