"""Comments on proposals.

Revision: 2026_11_24_comments, after 2026_11_24_rounds. 2026-11-24
"""

import sqlalchemy as sa
from alembic import op

from db.types import name_type

revision = "2026_11_24_comments"
down_revision = "2026_11_24_rounds"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "comment",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("proposal_id", sa.String(36), nullable=False),
        sa.Column("thread", sa.String(36), nullable=False),
        sa.Column("in_reply_to", sa.String(36), nullable=True),
        sa.Column("organisation", name_type(4), nullable=False),
        sa.Column("private", sa.Boolean(), nullable=False),
        sa.Column("submission", sa.Integer(), nullable=True),
        sa.Column("path", sa.String(500), nullable=True),
        sa.Column("place", sa.String(520), nullable=True),
        sa.Column("about_hash", sa.String(71), nullable=True),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("resolution", sa.String(), nullable=True),
        sa.Column("resolved_by", name_type(4), nullable=True),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(path IS NULL) = (place IS NULL) AND (path IS NULL) = (about_hash IS NULL)", name=op.f("ck_comment_place")
        ),
        sa.CheckConstraint("(in_reply_to IS NULL) = (thread = id)", name=op.f("ck_comment_thread")),
        sa.CheckConstraint(
            "(resolution IS NULL) = (resolved_by IS NULL) AND (resolution IS NULL) = (resolved_at IS NULL)",
            name=op.f("ck_comment_resolution"),
        ),
        sa.CheckConstraint("resolution IS NULL OR in_reply_to IS NULL", name=op.f("ck_comment_resolved_thread")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_comment_proposal_id")),
        sa.ForeignKeyConstraint(["thread"], ["comment.id"], name=op.f("fk_comment_thread")),
        sa.ForeignKeyConstraint(["in_reply_to"], ["comment.id"], name=op.f("fk_comment_in_reply_to")),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.code"], name=op.f("fk_comment_organisation")),
        sa.ForeignKeyConstraint(["resolved_by"], ["organisation.code"], name=op.f("fk_comment_resolved_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_comment")),
    )
    with op.batch_alter_table("comment") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_comment_proposal_id_thread_id"), ["proposal_id", "thread", "id"], unique=False
        )


def downgrade() -> None:
    op.drop_table("comment")
