"""The first tables.

Revision: 2026_11_24_first_tables, after None. 2026-11-24
"""

import sqlalchemy as sa
from alembic import op

from db.types import json_type, name_type

revision = "2026_11_24_first_tables"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "domain",
        sa.Column("id", name_type(128), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("labels", json_type(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_domain")),
    )
    op.create_table(
        "event_stream",
        sa.Column("name", name_type(128), nullable=False),
        sa.Column("last_sequence", sa.BigInteger(), nullable=False),
        sa.Column("last_hash", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_event_stream")),
    )
    op.create_table(
        "guideline",
        sa.Column("id", name_type(128), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("repealed_from", sa.Date(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("number > 0", name=op.f("ck_guideline_number")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_guideline")),
        sa.UniqueConstraint("number", name="uq_guideline_number"),
    )
    op.create_table(
        "idempotency_key",
        sa.Column("id", sa.String(64), nullable=False),
        sa.Column("body_hash", sa.String(64), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("headers", json_type(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_idempotency_key")),
    )
    with op.batch_alter_table("idempotency_key") as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_key_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "instance_value",
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("value", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_instance_value")),
    )
    op.create_table(
        "organisation",
        sa.Column("code", name_type(4), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("name", sa.String(100), nullable=False),
        sa.Column("county_code", name_type(2), nullable=False),
        sa.CheckConstraint(
            "(kind = 'county' AND length(code) = 2 AND county_code = code) OR (kind = 'municipality' AND length(code) = 4 AND county_code = substr(code, 1, 2))",
            name=op.f("ck_organisation_code_fits_kind"),
        ),
        sa.CheckConstraint("kind IN ('municipality', 'county')", name=op.f("ck_organisation_kind")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_organisation")),
    )
    with op.batch_alter_table("organisation") as batch_op:
        batch_op.create_index(batch_op.f("ix_organisation_county_code"), ["county_code"], unique=False)

    op.create_table(
        "signing_key",
        sa.Column("kid", sa.String(64), nullable=False),
        sa.Column("private_pem", sa.String(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_signing_key")),
    )
    op.create_table(
        "client",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("organisation", name_type(4), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("scopes", json_type(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.code"], name=op.f("fk_client_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_client")),
    )
    with op.batch_alter_table("client") as batch_op:
        batch_op.create_index(batch_op.f("ix_client_organisation"), ["organisation"], unique=False)

    op.create_table(
        "event",
        sa.Column("stream", name_type(128), nullable=False),
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(64), nullable=False),
        sa.Column("subject", sa.String(256), nullable=False),
        sa.Column("organisation", name_type(4), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("data", json_type(), nullable=True),
        sa.Column("salt", sa.String(32), nullable=True),
        sa.Column("data_hash", sa.String(64), nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.ForeignKeyConstraint(["stream"], ["event_stream.name"], name=op.f("fk_event_stream")),
        sa.PrimaryKeyConstraint("stream", "sequence", name=op.f("pk_event")),
        sa.UniqueConstraint("id", name="uq_event_id"),
    )
    op.create_table(
        "proposal",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("organisation", name_type(4), nullable=False),
        sa.Column("author", sa.String(64), nullable=False),
        sa.Column("target_type", sa.String(24), nullable=False),
        sa.Column("target_id", name_type(128), nullable=False),
        sa.Column("action", sa.String(24), nullable=False),
        sa.Column("base_version", sa.String(16), nullable=True),
        sa.Column("reserved_number", sa.Integer(), nullable=True),
        sa.Column("change_kind", sa.String(24), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("content", json_type(), nullable=True),
        sa.Column("replaced_by", name_type(128), nullable=True),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("status_reason", sa.String(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("public_revision", sa.Integer(), nullable=False),
        sa.Column("public_changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("submissions", sa.Integer(), nullable=False),
        sa.Column("published_version", sa.String(16), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(action = 'create') = (base_version IS NULL)", name=op.f("ck_proposal_base_version")),
        sa.CheckConstraint("action IN ('create', 'amend', 'retire')", name=op.f("ck_proposal_action")),
        sa.CheckConstraint("change_kind IN ('major', 'minor')", name=op.f("ck_proposal_change_kind")),
        sa.CheckConstraint(
            "status IN ('draft', 'submitted', 'on_consultation', 'closed', 'returned', 'approved', 'rejected', 'withdrawn')",
            name=op.f("ck_proposal_status"),
        ),
        sa.CheckConstraint("target_type IN ('term', 'guideline')", name=op.f("ck_proposal_target_type")),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.code"], name=op.f("fk_proposal_organisation")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposal")),
        sa.UniqueConstraint("reserved_number", name="uq_proposal_reserved_number"),
    )
    with op.batch_alter_table("proposal") as batch_op:
        batch_op.create_index(batch_op.f("ix_proposal_organisation_status"), ["organisation", "status"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_proposal_target_type_target_id"), ["target_type", "target_id"], unique=False
        )
        batch_op.create_index(
            "uq_proposal_open_create",
            ["target_type", "target_id"],
            unique=True,
            sqlite_where=sa.text("action = 'create' AND closed_at IS NULL"),
            postgresql_where=sa.text("action = 'create' AND closed_at IS NULL"),
        )

    op.create_table(
        "term",
        sa.Column("id", name_type(128), nullable=False),
        sa.Column("domain_id", name_type(128), nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("current_version", sa.String(16), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("replaced_by_id", name_type(128), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.String(), nullable=False),
        sa.CheckConstraint("status IN ('candidate', 'approved', 'deprecated')", name=op.f("ck_term_status")),
        sa.ForeignKeyConstraint(["domain_id"], ["domain.id"], name=op.f("fk_term_domain_id")),
        sa.ForeignKeyConstraint(["replaced_by_id"], ["term.id"], name=op.f("fk_term_replaced_by_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_term")),
    )
    with op.batch_alter_table("term") as batch_op:
        batch_op.create_index(batch_op.f("ix_term_domain_id"), ["domain_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_term_replaced_by_id"), ["replaced_by_id"], unique=False)

    op.create_table(
        "client_secret",
        sa.Column("client_id", sa.String(36), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["client_id"], ["client.id"], name=op.f("fk_client_secret_client_id")),
        sa.PrimaryKeyConstraint("client_id", "digest", name=op.f("pk_client_secret")),
    )
    op.create_table(
        "county_decision",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("proposal_id", sa.String(36), nullable=True),
        sa.Column("organisation", name_type(4), nullable=False),
        sa.Column("outcome", sa.String(24), nullable=False),
        sa.Column("body", sa.String(200), nullable=False),
        sa.Column("decided_on", sa.Date(), nullable=False),
        sa.Column("paragraph", sa.String(40), nullable=True),
        sa.Column("record_number", sa.String(80), nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("override_reason", sa.String(), nullable=True),
        sa.Column("in_force_from", sa.Date(), nullable=True),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("outcome IN ('approved', 'rejected')", name=op.f("ck_county_decision_outcome")),
        sa.ForeignKeyConstraint(["organisation"], ["organisation.code"], name=op.f("fk_county_decision_organisation")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_county_decision_proposal_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_county_decision")),
        sa.UniqueConstraint("proposal_id", name=op.f("uq_county_decision_proposal_id")),
    )
    with op.batch_alter_table("county_decision") as batch_op:
        batch_op.create_index(batch_op.f("ix_county_decision_organisation"), ["organisation"], unique=False)

    op.create_table(
        "proposal_submission",
        sa.Column("proposal_id", sa.String(36), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("base_version", sa.String(16), nullable=True),
        sa.Column("change_kind", sa.String(24), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("content", json_type(), nullable=True),
        sa.Column("replaced_by", name_type(128), nullable=True),
        sa.Column("content_hash", sa.String(71), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("change_kind IN ('major', 'minor')", name=op.f("ck_proposal_submission_change_kind")),
        sa.ForeignKeyConstraint(["proposal_id"], ["proposal.id"], name=op.f("fk_proposal_submission_proposal_id")),
        sa.PrimaryKeyConstraint("proposal_id", "number", name=op.f("pk_proposal_submission")),
    )
    op.create_table(
        "term_definition",
        sa.Column("term_id", name_type(128), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("audience", sa.String(24), nullable=False),
        sa.Column("style", sa.String(24), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=True),
        sa.CheckConstraint(
            "audience IN ('general', 'politicians', 'leaders', 'staff')", name=op.f("ck_term_definition_audience")
        ),
        sa.CheckConstraint("style IN ('standard', 'plain')", name=op.f("ck_term_definition_style")),
        sa.ForeignKeyConstraint(["term_id"], ["term.id"], name=op.f("fk_term_definition_term_id")),
        sa.PrimaryKeyConstraint("term_id", "language", "audience", "style", name=op.f("pk_term_definition")),
    )
    op.create_table(
        "term_label",
        sa.Column("term_id", name_type(128), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("value", sa.String(200), nullable=False),
        sa.Column("forms", json_type(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('preferred', 'alternative', 'deprecated', 'hidden')", name=op.f("ck_term_label_kind")
        ),
        sa.ForeignKeyConstraint(["term_id"], ["term.id"], name=op.f("fk_term_label_term_id")),
        sa.PrimaryKeyConstraint("term_id", "position", name=op.f("pk_term_label")),
        sa.UniqueConstraint("term_id", "language", "value", name="uq_term_label_value"),
    )
    with op.batch_alter_table("term_label") as batch_op:
        batch_op.create_index(
            "uq_term_label_preferred",
            ["term_id", "language"],
            unique=True,
            sqlite_where=sa.text("kind = 'preferred'"),
            postgresql_where=sa.text("kind = 'preferred'"),
        )

    op.create_table(
        "term_match",
        sa.Column("term_id", name_type(128), nullable=False),
        sa.Column("uri", sa.String(2000), nullable=False),
        sa.Column("relation", sa.String(24), nullable=False),
        sa.CheckConstraint(
            "relation IN ('exactMatch', 'closeMatch', 'broadMatch', 'narrowMatch', 'relatedMatch')",
            name=op.f("ck_term_match_relation"),
        ),
        sa.ForeignKeyConstraint(["term_id"], ["term.id"], name=op.f("fk_term_match_term_id")),
        sa.PrimaryKeyConstraint("term_id", "uri", name=op.f("pk_term_match")),
    )
    op.create_table(
        "term_note",
        sa.Column("term_id", name_type(128), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(24), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("audience", sa.String(24), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.CheckConstraint(
            "audience IN ('general', 'politicians', 'leaders', 'staff')", name=op.f("ck_term_note_audience")
        ),
        sa.CheckConstraint(
            "kind IN ('scope', 'example', 'history', 'editorial', 'change')", name=op.f("ck_term_note_kind")
        ),
        sa.ForeignKeyConstraint(["term_id"], ["term.id"], name=op.f("fk_term_note_term_id")),
        sa.PrimaryKeyConstraint("term_id", "position", name=op.f("pk_term_note")),
    )
    op.create_table(
        "term_pair",
        sa.Column("first_id", name_type(128), nullable=False),
        sa.Column("second_id", name_type(128), nullable=False),
        sa.Column("relation", sa.String(24), nullable=False),
        sa.Column("stated_by_first", sa.Boolean(), nullable=False),
        sa.Column("stated_by_second", sa.Boolean(), nullable=False),
        sa.CheckConstraint(
            "relation IN ('related', 'first_is_broader', 'second_is_broader')", name=op.f("ck_term_pair_relation")
        ),
        sa.CheckConstraint("first_id < second_id", name=op.f("ck_term_pair_order")),
        sa.CheckConstraint("stated_by_first OR stated_by_second", name=op.f("ck_term_pair_stated")),
        sa.ForeignKeyConstraint(["first_id"], ["term.id"], name=op.f("fk_term_pair_first_id")),
        sa.ForeignKeyConstraint(["second_id"], ["term.id"], name=op.f("fk_term_pair_second_id")),
        sa.PrimaryKeyConstraint("first_id", "second_id", name=op.f("pk_term_pair")),
    )
    with op.batch_alter_table("term_pair") as batch_op:
        batch_op.create_index(batch_op.f("ix_term_pair_second_id"), ["second_id"], unique=False)

    op.create_table(
        "guideline_version",
        sa.Column("guideline_id", name_type(128), nullable=False),
        sa.Column("major", sa.Integer(), nullable=False),
        sa.Column("minor", sa.Integer(), nullable=False),
        sa.Column("change_kind", sa.String(24), nullable=False),
        sa.Column("change_note", json_type(), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", json_type(), nullable=False),
        sa.Column("content_hash", sa.String(71), nullable=False),
        sa.Column("county_decision_id", sa.String(36), nullable=False),
        sa.CheckConstraint("change_kind IN ('major', 'minor')", name=op.f("ck_guideline_version_change_kind")),
        sa.CheckConstraint("major > 0 AND minor >= 0", name=op.f("ck_guideline_version_number")),
        sa.ForeignKeyConstraint(
            ["county_decision_id"], ["county_decision.id"], name=op.f("fk_guideline_version_county_decision_id")
        ),
        sa.ForeignKeyConstraint(["guideline_id"], ["guideline.id"], name=op.f("fk_guideline_version_guideline_id")),
        sa.PrimaryKeyConstraint("guideline_id", "major", "minor", name=op.f("pk_guideline_version")),
    )
    with op.batch_alter_table("guideline_version") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_guideline_version_county_decision_id"), ["county_decision_id"], unique=False
        )

    op.create_table(
        "term_version",
        sa.Column("term_id", name_type(128), nullable=False),
        sa.Column("number", sa.String(16), nullable=False),
        sa.Column("status", sa.String(24), nullable=False),
        sa.Column("change_kind", sa.String(24), nullable=False),
        sa.Column("change_note", json_type(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("content", json_type(), nullable=False),
        sa.Column("content_hash", sa.String(71), nullable=False),
        sa.Column("county_decision_id", sa.String(36), nullable=True),
        sa.CheckConstraint("change_kind IN ('major', 'minor')", name=op.f("ck_term_version_change_kind")),
        sa.CheckConstraint("status IN ('candidate', 'approved', 'deprecated')", name=op.f("ck_term_version_status")),
        sa.ForeignKeyConstraint(
            ["county_decision_id"], ["county_decision.id"], name=op.f("fk_term_version_county_decision_id")
        ),
        sa.ForeignKeyConstraint(["term_id"], ["term.id"], name=op.f("fk_term_version_term_id")),
        sa.PrimaryKeyConstraint("term_id", "number", name=op.f("pk_term_version")),
    )
    op.create_table(
        "decision",
        sa.Column("id", sa.String(36), nullable=False),
        sa.Column("municipality", name_type(4), nullable=False),
        sa.Column("source", name_type(128), nullable=False),
        sa.Column("external_id", name_type(128), nullable=False),
        sa.Column("source_revision", sa.BigInteger(), nullable=False),
        sa.Column("body_hash", sa.String(71), nullable=False),
        sa.Column("retracted", sa.Boolean(), nullable=False),
        sa.Column("guideline_id", name_type(128), nullable=True),
        sa.Column("major", sa.Integer(), nullable=True),
        sa.Column("minor", sa.Integer(), nullable=True),
        sa.Column("kind", sa.String(24), nullable=True),
        sa.Column("body_type", sa.String(24), nullable=True),
        sa.Column("body", sa.String(200), nullable=True),
        sa.Column("decided_on", sa.Date(), nullable=True),
        sa.Column("paragraph", sa.String(40), nullable=True),
        sa.Column("record_number", sa.String(80), nullable=True),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("legal_force_on", sa.Date(), nullable=True),
        sa.Column("review_due", sa.Date(), nullable=True),
        sa.Column("minutes_url", sa.String(2000), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("deviations", json_type(), nullable=False),
        sa.Column("content_hash", sa.String(71), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "body_type IN ('kommunfullmaktige', 'kommunstyrelse', 'namnd', 'gemensam_namnd', 'utskott', 'kommunalforbund', 'delegation', 'tjansteperson')",
            name=op.f("ck_decision_body_type"),
        ),
        sa.CheckConstraint(
            "kind IN ('adopt', 'adopt_with_changes', 'decline', 'extend', 'repeal', 'under_review')",
            name=op.f("ck_decision_kind"),
        ),
        sa.CheckConstraint(
            "retracted OR (guideline_id IS NOT NULL AND major IS NOT NULL AND minor IS NOT NULL AND kind IS NOT NULL AND body_type IS NOT NULL AND body IS NOT NULL AND decided_on IS NOT NULL AND valid_from IS NOT NULL)",
            name=op.f("ck_decision_whole"),
        ),
        sa.CheckConstraint("source_revision >= 0", name=op.f("ck_decision_source_revision")),
        sa.CheckConstraint("valid_until IS NULL OR valid_until >= valid_from", name=op.f("ck_decision_validity")),
        sa.ForeignKeyConstraint(
            ["guideline_id", "major", "minor"],
            ["guideline_version.guideline_id", "guideline_version.major", "guideline_version.minor"],
            name="fk_decision_version",
        ),
        sa.ForeignKeyConstraint(["municipality"], ["organisation.code"], name=op.f("fk_decision_municipality")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("municipality", "source", "external_id", name="uq_decision_municipality_source_external"),
    )
    with op.batch_alter_table("decision") as batch_op:
        batch_op.create_index(
            batch_op.f("ix_decision_guideline_id_major_minor"), ["guideline_id", "major", "minor"], unique=False
        )

    op.create_table(
        "decision_revision",
        sa.Column("decision_id", sa.String(36), nullable=False),
        sa.Column("source_revision", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("record", json_type(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["decision_id"], ["decision.id"], name=op.f("fk_decision_revision_decision_id")),
        sa.PrimaryKeyConstraint("decision_id", "source_revision", name=op.f("pk_decision_revision")),
    )


def downgrade() -> None:
    op.drop_table("decision_revision")
    with op.batch_alter_table("decision") as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_guideline_id_major_minor"))

    op.drop_table("decision")
    op.drop_table("term_version")
    with op.batch_alter_table("guideline_version") as batch_op:
        batch_op.drop_index(batch_op.f("ix_guideline_version_county_decision_id"))

    op.drop_table("guideline_version")
    with op.batch_alter_table("term_pair") as batch_op:
        batch_op.drop_index(batch_op.f("ix_term_pair_second_id"))

    op.drop_table("term_pair")
    op.drop_table("term_note")
    op.drop_table("term_match")
    with op.batch_alter_table("term_label") as batch_op:
        batch_op.drop_index(
            "uq_term_label_preferred",
            sqlite_where=sa.text("kind = 'preferred'"),
            postgresql_where=sa.text("kind = 'preferred'"),
        )

    op.drop_table("term_label")
    op.drop_table("term_definition")
    op.drop_table("proposal_submission")
    with op.batch_alter_table("county_decision") as batch_op:
        batch_op.drop_index(batch_op.f("ix_county_decision_organisation"))

    op.drop_table("county_decision")
    op.drop_table("client_secret")
    with op.batch_alter_table("term") as batch_op:
        batch_op.drop_index(batch_op.f("ix_term_replaced_by_id"))
        batch_op.drop_index(batch_op.f("ix_term_domain_id"))

    op.drop_table("term")
    with op.batch_alter_table("proposal") as batch_op:
        batch_op.drop_index(
            "uq_proposal_open_create",
            sqlite_where=sa.text("action = 'create' AND closed_at IS NULL"),
            postgresql_where=sa.text("action = 'create' AND closed_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_proposal_target_type_target_id"))
        batch_op.drop_index(batch_op.f("ix_proposal_organisation_status"))

    op.drop_table("proposal")
    op.drop_table("event")
    with op.batch_alter_table("client") as batch_op:
        batch_op.drop_index(batch_op.f("ix_client_organisation"))

    op.drop_table("client")
    op.drop_table("signing_key")
    with op.batch_alter_table("organisation") as batch_op:
        batch_op.drop_index(batch_op.f("ix_organisation_county_code"))

    op.drop_table("organisation")
    op.drop_table("instance_value")
    with op.batch_alter_table("idempotency_key") as batch_op:
        batch_op.drop_index(batch_op.f("ix_idempotency_key_expires_at"))

    op.drop_table("idempotency_key")
    op.drop_table("guideline")
    op.drop_table("event_stream")
    op.drop_table("domain")
