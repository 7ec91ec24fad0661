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
        "certificates",
        sa.Column("erasure", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("stage", sa.SmallInteger(), nullable=False),
        sa.Column("owed", sa.Boolean(), nullable=False),
        sa.Column("erased_in", sa.String(length=36), nullable=True),
        sa.Column("unreadable_in", sa.String(length=36), nullable=True),
        sa.PrimaryKeyConstraint("erasure"),
    )
    with op.batch_alter_table("certificates", schema=None) as batch_op:
        batch_op.create_index(
            "certificates_owed",
            ["erasure"],
            unique=False,
            sqlite_where=sa.text("owed IS 1"),
            postgresql_where=sa.text("owed IS true"),
        )

    op.create_table(
        "apart",
        sa.Column("account", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("account"),
    )
    with op.batch_alter_table("apart", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_apart_organisation"), ["organisation"], unique=False)

    op.create_table(
        "controllers",
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.PrimaryKeyConstraint("organisation"),
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
        "erasure_parts",
        sa.Column("erasure", sa.String(length=36), nullable=False),
        sa.Column("service", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("retired_in", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("erasure", "service"),
    )
    with op.batch_alter_table("erasure_parts", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_erasure_parts_state"), ["state"], unique=False)

    op.create_table(
        "erasures",
        sa.Column("erasure", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("account", sa.String(length=36), nullable=True),
        sa.Column("scope", sa.String(length=60), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("rule", sa.String(length=80), nullable=False),
        sa.Column("due", sa.String(length=32), nullable=False),
        sa.Column("free_at", sa.String(length=32), nullable=True),
        sa.Column("brake", sa.String(length=30), nullable=True),
        sa.Column("brake_until", sa.String(length=32), nullable=True),
        sa.Column("released_at", sa.String(length=32), nullable=True),
        sa.Column("suspended_at", sa.String(length=32), nullable=True),
        sa.Column("cancelled_at", sa.String(length=32), nullable=True),
        sa.Column("asked_in", sa.BigInteger(), nullable=False),
        sa.Column("asked_event", sa.String(length=36), nullable=False),
        sa.Column("asked_source", sa.String(length=20), nullable=False),
        sa.Column("asked_at", sa.String(length=32), nullable=False),
        sa.Column("ordered_at", sa.String(length=32), nullable=True),
        sa.Column("certified_at", sa.String(length=32), nullable=True),
        sa.Column("unreadable_at", sa.String(length=32), nullable=True),
        sa.Column("correlation", sa.String(length=36), nullable=False),
        sa.Column("scheduled_by", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("erasure"),
    )
    with op.batch_alter_table("erasures", schema=None) as batch_op:
        batch_op.create_index("erasures_by_copies", ["state", "unreadable_at", "asked_in"], unique=False)
        batch_op.create_index("erasures_by_due", ["state", "free_at"], unique=False)
        batch_op.create_index("erasures_by_order", ["organisation", "scope", "ordered_at"], unique=False)
        batch_op.create_index("erasures_by_organisation", ["organisation", "scope", "asked_in"], unique=False)
        for name, columns in (
            ("erasures_listed", ["asked_in", "erasure"]),
            ("erasures_listed_of", ["organisation", "asked_in", "erasure"]),
        ):
            batch_op.create_index(
                name,
                columns,
                unique=False,
                sqlite_where=sa.text("scope < 'session/'"),
                postgresql_where=sa.text("scope < 'session/'"),
            )
        batch_op.create_index("erasures_by_scope", ["scope", "asked_in"], unique=False)
        batch_op.create_index("erasures_by_suspension", ["state", "suspended_at", "free_at"], unique=False)
        batch_op.create_index(batch_op.f("ix_erasures_account"), ["account"], unique=False)
        batch_op.create_index(batch_op.f("ix_erasures_asked_in"), ["asked_in"], unique=False)

    op.create_table(
        "holds",
        sa.Column("hold", sa.String(length=36), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("scope", sa.String(length=20), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("account", sa.String(length=36), nullable=True),
        sa.Column("categories", sa.Text(), nullable=False),
        sa.Column("sessions", sa.Boolean(), nullable=False),
        sa.Column("ground", sa.String(length=30), nullable=False),
        sa.Column("placed_at", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.String(length=32), nullable=False),
        sa.Column("review_at", sa.String(length=32), nullable=True),
        sa.Column("reviewed_at", sa.String(length=32), nullable=True),
        sa.Column("released_at", sa.String(length=32), nullable=True),
        sa.Column("correlation", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("hold"),
    )
    with op.batch_alter_table("holds", schema=None) as batch_op:
        batch_op.create_index("holds_by_expiry", ["state", "expires_at"], unique=False)
        batch_op.create_index("holds_by_organisation", ["organisation", "scope", "state"], unique=False)
        batch_op.create_index(batch_op.f("ix_holds_account"), ["account"], unique=False)

    op.create_table(
        "proposals",
        sa.Column("agreement", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=36), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("triggers", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.String(length=10), nullable=False),
        sa.Column("signatures", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("agreement", "version"),
    )
    op.create_table(
        "recordings",
        sa.Column("account", sa.String(length=36), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.String(length=36), nullable=False),
        sa.Column("correlation", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("account", "category"),
    )
    with op.batch_alter_table("recordings", schema=None) as batch_op:
        batch_op.create_index("recordings_by_organisation", ["organisation", "category", "at"], unique=False)

    op.create_table(
        "requests",
        sa.Column("request", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("account", sa.String(length=36), nullable=True),
        sa.Column("right", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("received_at", sa.String(length=32), nullable=False),
        sa.Column("rule", sa.String(length=80), nullable=False),
        sa.Column("due_on", sa.String(length=10), nullable=False),
        sa.Column("due", sa.String(length=32), nullable=False),
        sa.Column("remind_at", sa.String(length=32), nullable=False),
        sa.Column("first_due_on", sa.String(length=10), nullable=False),
        sa.Column("extended", sa.Boolean(), nullable=False),
        sa.Column("extension_ground", sa.String(length=20), nullable=True),
        sa.Column("duplicate_of", sa.String(length=36), nullable=True),
        sa.Column("verified_at", sa.String(length=32), nullable=True),
        sa.Column("how", sa.String(length=20), nullable=True),
        sa.Column("due_on_from_identity", sa.String(length=10), nullable=True),
        sa.Column("closed_at", sa.String(length=32), nullable=True),
        sa.Column("erasure", sa.String(length=36), nullable=True),
        sa.Column("ground", sa.String(length=40), nullable=True),
        sa.Column("remedies", sa.Text(), nullable=True),
        sa.Column("law", sa.String(length=10), nullable=True),
        sa.Column("said", sa.Text(), nullable=True),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("refusal", sa.Text(), nullable=True),
        sa.Column("statement", sa.Text(), nullable=True),
        sa.Column("effect", sa.String(length=36), nullable=True),
        sa.Column("restriction", sa.String(length=20), nullable=True),
        sa.Column("lifts_at", sa.String(length=32), nullable=True),
        sa.Column("lifted_at", sa.String(length=32), nullable=True),
        sa.Column("lift_reasons", sa.Text(), nullable=True),
        sa.Column("reminded_at", sa.String(length=32), nullable=True),
        sa.Column("reminded_late_at", sa.String(length=32), nullable=True),
        sa.Column("recipients", sa.Text(), nullable=True),
        sa.Column("to_tell", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("request"),
    )
    with op.batch_alter_table("requests", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_requests_account"), ["account"], unique=False)
        batch_op.create_index("requests_by_organisation", ["organisation", "request"], unique=False)

    op.create_table(
        "retirements",
        sa.Column("service", sa.String(length=20), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("after", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("service"),
    )
    op.create_table(
        "rules",
        sa.Column("rule", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.Column("triggers", sa.Text(), nullable=False),
        sa.Column("starts_on", sa.String(length=10), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("rule"),
    )
    with op.batch_alter_table("rules", schema=None) as batch_op:
        batch_op.create_index("rules_by_organisation", ["organisation", "version"], unique=False)

    op.create_table(
        "session_ends",
        sa.Column("session", sa.String(length=36), nullable=False),
        sa.Column("account", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("ends_at", sa.String(length=32), nullable=False),
        sa.Column("entry", sa.BigInteger(), nullable=False),
        sa.Column("event", sa.String(length=36), nullable=False),
        sa.Column("correlation", sa.String(length=36), nullable=False),
        sa.PrimaryKeyConstraint("session"),
    )
    with op.batch_alter_table("session_ends", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_session_ends_account"), ["account"], unique=False)
        batch_op.create_index(batch_op.f("ix_session_ends_ends_at"), ["ends_at"], unique=False)
        batch_op.create_index("session_ends_by_organisation", ["organisation", "ends_at"], unique=False)

    op.create_table(
        "standing",
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("organisation"),
    )
    op.create_table(
        "objections",
        sa.Column("request", sa.String(length=36), nullable=False),
        sa.Column("purpose", sa.String(length=30), nullable=False),
        sa.Column("account", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("decision", sa.String(length=12), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("request", "purpose"),
    )
    with op.batch_alter_table("objections", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_objections_account"), ["account"], unique=False)
    op.create_table(
        "recipients",
        sa.Column("event", sa.String(length=36), nullable=False),
        sa.Column("request", sa.String(length=36), nullable=False),
        sa.Column("account", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("reference", sa.String(length=60), nullable=True),
        sa.Column("told_at", sa.String(length=32), nullable=True),
        sa.Column("why_not", sa.String(length=20), nullable=True),
        sa.Column("recipient", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("event"),
    )
    with op.batch_alter_table("recipients", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_recipients_account"), ["account"], unique=False)
        batch_op.create_index(batch_op.f("ix_recipients_request"), ["request"], unique=False)

    op.create_table(
        "handed_over",
        sa.Column("reference", sa.String(length=60), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("reference"),
    )
    with op.batch_alter_table("handed_over", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_handed_over_organisation"), ["organisation"], unique=False)

    op.create_table(
        "deliveries",
        sa.Column("delivery", sa.String(length=36), nullable=False),
        sa.Column("request", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("account", sa.String(length=36), nullable=True),
        sa.Column("right", sa.String(length=20), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("why", sa.String(length=20), nullable=True),
        sa.Column("token_digest", sa.String(length=64), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("rule", sa.String(length=80), nullable=False),
        sa.Column("prepared_at", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.String(length=32), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("wait_until", sa.String(length=32), nullable=True),
        sa.Column("ended_at", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("delivery"),
        sa.UniqueConstraint("token_digest"),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_deliveries_account"), ["account"], unique=False)
        batch_op.create_index(batch_op.f("ix_deliveries_organisation"), ["organisation"], unique=False)
        batch_op.create_index(batch_op.f("ix_deliveries_request"), ["request"], unique=False)

    op.create_table(
        "parcels",
        sa.Column("delivery", sa.String(length=36), nullable=False),
        sa.Column("account", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("token", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("delivery"),
    )
    with op.batch_alter_table("parcels", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_parcels_account"), ["account"], unique=False)
        batch_op.create_index(batch_op.f("ix_parcels_organisation"), ["organisation"], unique=False)

    op.create_table(
        "parcel_parts",
        sa.Column("delivery", sa.String(length=36), nullable=False),
        sa.Column("part", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("delivery", "part"),
    )
