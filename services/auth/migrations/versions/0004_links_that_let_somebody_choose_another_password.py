"""Links that let somebody choose another password, by the hash of their token."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "resets",
        sa.Column("reset", sa.String(length=36), nullable=False),
        sa.Column("account", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("token_digest", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.String(length=32), nullable=False),
        sa.Column("expires_at", sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint("reset"),
        sa.UniqueConstraint("token_digest"),
    )
    with op.batch_alter_table("resets", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_resets_account"), ["account"], unique=False)
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.create_index("accounts_by_address", ["email_index"], unique=False)
