"""The statement's history, who has seen it, and the register of cookies."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "statements",
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("effective_on", sa.String(length=10), nullable=False),
        sa.Column("nl_sha256", sa.String(length=64), nullable=False),
        sa.Column("en_sha256", sa.String(length=64), nullable=False),
        sa.Column("particulars_sha256", sa.String(length=64), nullable=False),
        sa.Column("published_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("version"),
    )
    op.create_table(
        "acknowledgements",
        sa.Column("account", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("account", "version"),
    )
    with op.batch_alter_table("acknowledgements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_acknowledgements_organisation"), ["organisation"], unique=False)
    op.create_table(
        "cookies",
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("place", sa.String(length=20), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("purpose_nl", sa.Text(), nullable=False),
        sa.Column("purpose_en", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("lifetime", sa.String(length=40), nullable=False),
        sa.Column("link", sa.Text(), nullable=False),
        sa.Column("checked_on", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "fields",
        sa.Column("field", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("label_nl", sa.Text(), nullable=False),
        sa.Column("label_en", sa.Text(), nullable=False),
        sa.Column("description_nl", sa.Text(), nullable=False),
        sa.Column("description_en", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("choices", sa.Text(), nullable=False),
        sa.Column("serves", sa.String(length=20), nullable=False),
        sa.Column("supplement_version", sa.Integer(), nullable=True),
        sa.Column("proposed_at", sa.String(length=32), nullable=False),
        sa.Column("activated_at", sa.String(length=32), nullable=True),
        sa.Column("retired_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("field"),
    )
    op.create_index("ix_fields_organisation", "fields", ["organisation"])
    op.create_table(
        "supplements",
        sa.Column("supplement", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("fields", sa.Text(), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("rule", sa.String(length=60), nullable=False),
        sa.Column("due", sa.String(length=32), nullable=False),
        sa.Column("requested_at", sa.String(length=32), nullable=False),
        sa.Column("answered_at", sa.String(length=32), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("nl", sa.Text(), nullable=True),
        sa.Column("en", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("supplement"),
        sa.UniqueConstraint("organisation", "version", name="one_supplement_per_version"),
    )
    op.create_index("ix_supplements_state", "supplements", ["state"])
    op.create_table(
        "contents",
        sa.Column("content", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("withdrawn", sa.Boolean(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("body", sa.Text(), nullable=True),
        sa.Column("contact_name", sa.Text(), nullable=True),
        sa.Column("contact_email", sa.Text(), nullable=True),
        sa.Column("contact_phone", sa.Text(), nullable=True),
        sa.Column("sites", sa.Text(), nullable=False),
        sa.Column("published_at", sa.String(length=32), nullable=False),
        sa.Column("changed_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("content"),
        sa.UniqueConstraint("organisation", "revision", name="one_content_per_revision"),
    )
    op.create_table(
        "consents",
        sa.Column("account", sa.String(length=36), nullable=False),
        sa.Column("purpose", sa.String(length=30), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("given_at", sa.String(length=32), nullable=False),
        sa.Column("withdrawn_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("account", "purpose"),
    )
    with op.batch_alter_table("consents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consents_organisation"), ["organisation"], unique=False)
    op.create_table(
        "second_contacts",
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("contact", sa.String(length=36), nullable=False),
        sa.Column("contact_name", sa.Text(), nullable=True),
        sa.Column("contact_email", sa.Text(), nullable=True),
        sa.Column("contact_phone", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("organisation"),
    )
    op.create_table(
        "consultation_keys",
        sa.Column("event", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("since", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("event"),
    )
    with op.batch_alter_table("consultation_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consultation_keys_organisation"), ["organisation"], unique=False)
    op.create_table(
        "usage_restricted",
        sa.Column("request", sa.String(length=36), nullable=False),
        sa.Column("account", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("request"),
    )
    with op.batch_alter_table("usage_restricted", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_usage_restricted_account"), ["account"], unique=False)
    op.create_table(
        "usage_facts",
        sa.Column("account", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("account", "kind", "at"),
    )
    with op.batch_alter_table("usage_facts", schema=None) as batch_op:
        batch_op.create_index("usage_by_day", ["day", "organisation"], unique=False)
    op.create_table(
        "sub_processors",
        sa.Column("sub_processor", sa.String(length=36), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("task", sa.Text(), nullable=False),
        sa.Column("purposes", sa.Text(), nullable=False),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("country", sa.String(length=2), nullable=False),
        sa.Column("transfer", sa.Text(), nullable=True),
        sa.Column("everywhere", sa.Boolean(), nullable=False),
        sa.Column("registered_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("sub_processor"),
    )
    with op.batch_alter_table("sub_processors", schema=None) as batch_op:
        batch_op.create_index("sub_processors_by_time", ["registered_at", "sub_processor"], unique=False)
    op.create_table(
        "engagements",
        sa.Column("engagement", sa.String(length=36), nullable=False),
        sa.Column("sub_processor", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("announced_at", sa.String(length=32), nullable=True),
        sa.Column("rule", sa.String(length=80), nullable=True),
        sa.Column("objections_until", sa.String(length=32), nullable=True),
        sa.Column("objected_at", sa.String(length=32), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.Column("ground", sa.String(length=12), nullable=True),
        sa.Column("active_since", sa.String(length=32), nullable=True),
        sa.Column("withdrawn_at", sa.String(length=32), nullable=True),
        sa.Column("settled_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("engagement"),
    )
    with op.batch_alter_table("engagements", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_engagements_organisation"), ["organisation"], unique=False)
        batch_op.create_index(batch_op.f("ix_engagements_sub_processor"), ["sub_processor"], unique=False)
        batch_op.create_index("engagements_by_window", ["state", "objections_until"], unique=False)
    op.create_table(
        "instructions",
        sa.Column("instruction", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("given_at", sa.String(length=32), nullable=False),
        sa.Column("registered_at", sa.String(length=32), nullable=False),
        sa.Column("parked_at", sa.String(length=32), nullable=True),
        sa.Column("closed_at", sa.String(length=32), nullable=True),
        sa.Column("erased_at", sa.String(length=32), nullable=True),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("giver", sa.Text(), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.Column("done", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("instruction"),
    )
    with op.batch_alter_table("instructions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_instructions_closed_at"), ["closed_at"], unique=False)
        batch_op.create_index("instructions_by_organisation", ["organisation", "instruction"], unique=False)
    op.create_table(
        "registers",
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("generated_at", sa.String(length=32), nullable=False),
        sa.Column("entries", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "version"),
    )
    with op.batch_alter_table("registers", schema=None) as batch_op:
        batch_op.create_index("registers_by_time", ["generated_at"], unique=False)
