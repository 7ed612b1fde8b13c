"""Referral rounds and statements.

Revision: 2026_11_24_rounds, after 2026_11_24_interpretations. 2026-11-24
"""

import sqlalchemy as sa
from alembic import op

from db.types import json_type, name_type

revision = "2026_11_24_rounds"
down_revision = "2026_11_24_interpretations"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "referral_round",
        sa.Column("proposal_id", sa.String(36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("submission", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(71), nullable=False),
        sa.Column("opens_on", sa.Date(), nullable=False),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("close_reason", sa.String(), nullable=True),
        sa.Column("invited", json_type(), nullable=False),
        sa.Column("decision_rule", sa.String(24), nullable=False),
        sa.Column("quorum", sa.Integer(), nullable=False),
        sa.Column("message", sa.String(), nullable=True),
        sa.Column("extensions", json_type(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "decision_rule IN ('consent', 'majority', 'two_thirds', 'unanimous')",
            name=op.f("ck_referral_round_decision_rule"),
        ),
        sa.CheckConstraint("number > 0 AND quorum > 0", name=op.f("ck_referral_round_counted")),
        sa.CheckConstraint("closes_on >= opens_on", name=op.f("ck_referral_round_closing_day")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_referral_round_proposal_id")),
        sa.ForeignKeyConstraint(
            ["proposal_id", "submission"],
            ["proposal_submission.proposal_id", "proposal_submission.number"],
            name="fk_referral_round_submission",
        ),
        sa.PrimaryKeyConstraint("proposal_id", "number", name=op.f("pk_referral_round")),
    )
    op.create_index(
        "uq_referral_round_open",
        "referral_round",
        ["proposal_id"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )

    op.create_table(
        "statement",
        sa.Column("proposal_id", sa.String(36), nullable=False),
        sa.Column("round_number", sa.Integer(), nullable=False),
        sa.Column("organisation", name_type(4), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("position", sa.String(24), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("condition", sa.String(), nullable=True),
        sa.Column("provision_comments", json_type(), nullable=False),
        sa.Column("while_open", sa.Boolean(), nullable=False),
        sa.Column("stated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "position IN ('support', 'support_with_changes', 'abstain', 'oppose')", name=op.f("ck_statement_position")
        ),
        sa.CheckConstraint("position = 'support' OR reason IS NOT NULL", name=op.f("ck_statement_reason")),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.code"], name=op.f("fk_statement_organisation")),
        sa.ForeignKeyConstraint(
            ["proposal_id", "round_number"],
            ["referral_round.proposal_id", "referral_round.number"],
            name="fk_statement_round",
        ),
        sa.PrimaryKeyConstraint("proposal_id", "round_number", "organisation", "number", name=op.f("pk_statement")),
        sa.UniqueConstraint("id", name="uq_statement_id"),
    )


def downgrade() -> None:
    op.drop_table("statement")
    op.drop_index("uq_referral_round_open", "referral_round")
    op.drop_table("referral_round")
