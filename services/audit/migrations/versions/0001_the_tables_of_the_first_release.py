"""The tables of the first release."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "answers",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=120), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("until", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "cursors",
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "erased", sa.Column("owner", sa.String(length=120), nullable=False), sa.PrimaryKeyConstraint("owner")
    )
    op.create_table(
        "events",
        sa.Column("position", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("stream", sa.String(length=120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("type", sa.String(length=120), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("position"),
        sa.UniqueConstraint("id"),
        sa.UniqueConstraint("sequence"),
        sa.UniqueConstraint("stream", "version", name="one_event_per_version"),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(
            "events_without_number",
            ["position"],
            unique=False,
            sqlite_where=sa.text("sequence IS NULL"),
            postgresql_where=sa.text("sequence IS NULL"),
        )

    op.create_table(
        "parked",
        sa.Column("feed", sa.String(length=60), nullable=False),
        sa.Column("idx", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("stream", sa.String(length=120), nullable=False),
        sa.Column("type", sa.String(length=120), nullable=False),
        sa.Column("error", sa.String(length=200), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("feed", "idx"),
    )
    with op.batch_alter_table("parked", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_parked_stream"), ["stream"], unique=False)

    op.create_table(
        "relay_state",
        sa.Column("name", sa.String(length=20), nullable=False),
        sa.Column("term", sa.BigInteger(), nullable=False),
        sa.Column("last", sa.BigInteger(), nullable=False),
        sa.Column("integrated", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name"),
    )
    op.create_table(
        "log_checkpoints",
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("size"),
    )
    op.create_table(
        "log_cosignatures",
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("witness", sa.Text(), nullable=False),
        sa.Column("line", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("size", "witness"),
    )
    op.create_table(
        "log_entries",
        sa.Column("idx", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("sequence", sa.BigInteger(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("organisation", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("correlation", sa.Text(), nullable=False),
        sa.Column("time", sa.Text(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("idx"),
        sa.UniqueConstraint("event_id"),
        sa.UniqueConstraint("source", "sequence", name="log_one_entry_per_number"),
    )
    with op.batch_alter_table("log_entries", schema=None) as batch_op:
        batch_op.create_index("log_entries_of_correlation", ["correlation"], unique=False)
        batch_op.create_index("log_entries_of_organisation", ["organisation", "idx"], unique=False)

    op.create_table(
        "log_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "log_keys",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("since", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("vkey", sa.Text(), nullable=False),
        sa.Column("idx", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("source", "since"),
        sa.UniqueConstraint("idx"),
    )
    op.create_table(
        "log_pending",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column(
            "sequence", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False
        ),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("source", "sequence"),
    )
    op.create_table(
        "log_prunings",
        sa.Column("idx", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("minimum", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("numbers", sa.Text(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("idx"),
    )
    op.create_table(
        "log_quarantine",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("source", sa.Text(), nullable=True),
        sa.Column("reason", sa.String(length=40), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("note", sa.LargeBinary(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("digest"),
    )
    op.create_table(
        "log_recorded",
        sa.Column("n", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("n"),
    )
    op.create_table(
        "log_sources",
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("vkey", sa.Text(), nullable=True),
        sa.Column("high_water", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("source"),
    )
    op.create_table(
        "log_tiles",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("n", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("level", "n"),
    )
    op.create_table(
        "log_witnessed",
        sa.Column("policy", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("policy", "size"),
    )
    op.create_table(
        "erasure_steps",
        sa.Column("erasure", sa.String(length=36), nullable=False),
        sa.Column("step", sa.String(length=40), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("event", sa.String(length=36), nullable=False),
        sa.Column("idx", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("due", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("erasure", "step"),
    )
    with op.batch_alter_table("erasure_steps", schema=None) as batch_op:
        batch_op.create_index("erasure_steps_by_organisation", ["organisation", "step", "at"], unique=False)
        batch_op.create_index("erasure_steps_by_time", ["step", "at"], unique=False)

    op.create_table(
        "access_facts",
        sa.Column("idx", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=True),
        sa.Column("purpose", sa.String(length=30), nullable=True),
        sa.Column("code", sa.String(length=40), nullable=True),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("idx"),
    )
    with op.batch_alter_table("access_facts", schema=None) as batch_op:
        batch_op.create_index("access_by_organisation", ["organisation", "at"], unique=False)
        batch_op.create_index("access_by_time", ["at"], unique=False)

    op.create_table(
        "grounds",
        sa.Column("owner", sa.String(length=80), nullable=False),
        sa.Column("ground", sa.Text(), nullable=True),
        sa.Column("given_at", sa.String(length=32), nullable=False),
        sa.Column("erased_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("owner"),
    )
    with op.batch_alter_table("grounds", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_grounds_given_at"), ["given_at"], unique=False)

    op.create_table(
        "incidents",
        sa.Column("incident", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("known_at", sa.String(length=32), nullable=False),
        sa.Column("registered_at", sa.String(length=32), nullable=False),
        sa.Column("since", sa.String(length=32), nullable=False),
        sa.Column("until", sa.String(length=32), nullable=True),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("phase", sa.Integer(), nullable=False),
        sa.Column("window_phase", sa.Integer(), nullable=False),
        sa.Column("scoped_phase", sa.Integer(), nullable=False),
        sa.Column("entries", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("closed_at", sa.String(length=32), nullable=True),
        sa.Column("erased_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("incident"),
    )
    with op.batch_alter_table("incidents", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_incidents_closed_at"), ["closed_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_incidents_known_at"), ["known_at"], unique=False)

    op.create_table(
        "incident_controllers",
        sa.Column("incident", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("scoped_phase", sa.Integer(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("by_category", sa.Text(), nullable=False),
        sa.Column("exact", sa.Boolean(), nullable=False),
        sa.Column("informed_at", sa.String(length=32), nullable=True),
        sa.Column("informed_phase", sa.Integer(), nullable=True),
        sa.Column("channel", sa.String(length=20), nullable=True),
        sa.Column("due", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("incident", "organisation"),
    )
    with op.batch_alter_table("incident_controllers", schema=None) as batch_op:
        batch_op.create_index("incident_controllers_by_organisation", ["organisation", "incident"], unique=False)

    op.create_table(
        "complaints",
        sa.Column("complaint", sa.String(length=36), nullable=False),
        sa.Column("complainant", sa.String(length=36), nullable=True),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("known", sa.Boolean(), nullable=False),
        sa.Column("channel", sa.String(length=20), nullable=False),
        sa.Column("received_at", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=True),
        sa.Column("answered_at", sa.String(length=32), nullable=True),
        sa.Column("erased_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("complaint"),
    )
    with op.batch_alter_table("complaints", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_complaints_complainant"), ["complainant"], unique=False)
        batch_op.create_index("complaints_by_organisation", ["organisation", "complaint"], unique=False)
    op.create_table(
        "usage_days",
        sa.Column("idx", sa.BigInteger(), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("facts", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "day", "kind"),
    )
    with op.batch_alter_table("usage_days", schema=None) as batch_op:
        batch_op.create_index("usage_days_by_day", ["day"], unique=False)

    op.create_table(
        "agreed_notice",
        sa.Column("agreement", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("hours", sa.Integer(), nullable=True),
        sa.Column("starts_on", sa.String(length=10), nullable=False),
        sa.Column("signatures", sa.Integer(), nullable=False),
        sa.Column("agreed_at", sa.String(length=32), nullable=True),
        sa.Column("idx", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agreement", "version"),
    )
    with op.batch_alter_table("agreed_notice", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agreed_notice_organisation"), ["organisation"], unique=False)

    op.create_table(
        "log_tally",
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("what", sa.String(length=120), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("idx", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.String(length=36), nullable=False),
        sa.Column("type", sa.String(length=120), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "what"),
    )
    op.create_table(
        "sealing",
        sa.Column("service", sa.String(length=20), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("values_seen", sa.BigInteger(), nullable=False),
        sa.Column("bare", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("service"),
    )
    op.create_table(
        "security_checks",
        sa.Column("check_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=30), nullable=False),
        sa.Column("outcome", sa.String(length=12), nullable=False),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.Column("evidence_sha256", sa.String(length=64), nullable=False),
        sa.Column("performed_at", sa.String(length=32), nullable=False),
        sa.Column("recorded_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("check_id"),
    )
    with op.batch_alter_table("security_checks", schema=None) as batch_op:
        batch_op.create_index("checks_by_performance", ["performed_at", "check_id"], unique=False)
        batch_op.create_index("checks_by_kind", ["kind", "performed_at"], unique=False)

    op.create_table(
        "security_facts",
        sa.Column("idx", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("what", sa.String(length=20), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("accounts", sa.Integer(), nullable=True),
        sa.Column("kept", sa.Integer(), nullable=True),
        sa.Column("changed", sa.Integer(), nullable=True),
        sa.Column("removed", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("idx"),
    )
    with op.batch_alter_table("security_facts", schema=None) as batch_op:
        batch_op.create_index("security_by_what", ["what", "organisation", "idx"], unique=False)
    op.create_table(
        "disclosures",
        sa.Column("disclosure", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("began_at", sa.String(length=32), nullable=False),
        sa.Column("tenant_index", sa.String(length=64), nullable=True),
        sa.Column("basis", sa.String(length=40), nullable=True),
        sa.Column("rule", sa.String(length=60), nullable=True),
        sa.Column("secrecy", sa.String(length=20), nullable=True),
        sa.Column("hidden", sa.Boolean(), nullable=False),
        sa.Column("opened_by", sa.String(length=60), nullable=True),
        sa.Column("written_due", sa.String(length=32), nullable=True),
        sa.Column("written_at", sa.String(length=32), nullable=True),
        sa.Column("authenticated_at", sa.String(length=32), nullable=True),
        sa.Column("kept", sa.String(length=20), nullable=True),
        sa.Column("held_at", sa.String(length=32), nullable=True),
        sa.Column("held_until", sa.String(length=32), nullable=True),
        sa.Column("contact", sa.String(length=20), nullable=True),
        sa.Column("consulted_at", sa.String(length=32), nullable=True),
        sa.Column("consult_due", sa.String(length=32), nullable=True),
        sa.Column("consultation", sa.String(length=20), nullable=True),
        sa.Column("consultation_at", sa.String(length=32), nullable=True),
        sa.Column("review_at", sa.String(length=32), nullable=True),
        sa.Column("missed", sa.Boolean(), nullable=False),
        sa.Column("lifted_at", sa.String(length=32), nullable=True),
        sa.Column("scope_version", sa.Integer(), nullable=True),
        sa.Column("scope_digest", sa.String(length=64), nullable=True),
        sa.Column("asked", sa.Integer(), nullable=True),
        sa.Column("granted", sa.Integer(), nullable=True),
        sa.Column("people", sa.Integer(), nullable=True),
        sa.Column("approvals", sa.Integer(), nullable=False),
        sa.Column("decided_at", sa.String(length=32), nullable=True),
        sa.Column("rejected", sa.String(length=30), nullable=True),
        sa.Column("assembled_at", sa.String(length=32), nullable=True),
        sa.Column("sealed_sha256", sa.String(length=64), nullable=True),
        sa.Column("handed_over_at", sa.String(length=32), nullable=True),
        sa.Column("notified_at", sa.String(length=32), nullable=True),
        sa.Column("deferred_until", sa.String(length=32), nullable=True),
        sa.Column("closed_at", sa.String(length=32), nullable=True),
        sa.Column("erased_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("disclosure"),
    )
    with op.batch_alter_table("disclosures", schema=None) as batch_op:
        batch_op.create_index("disclosures_by_time", ["began_at"], unique=False)
        batch_op.create_index("disclosures_hidden", ["hidden", "review_at"], unique=False)
        batch_op.create_index("disclosures_of_tenant", ["tenant_index", "disclosure"], unique=False)

    op.create_table(
        "papers",
        sa.Column("case_id", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("case_id", "kind"),
    )
