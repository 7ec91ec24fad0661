"""What is kept apart when somebody is erased, per category (AVG 17(3))."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "erasure_exceptions",
        sa.Column("request", sa.String(length=36), nullable=False),
        sa.Column("category", sa.String(length=20), nullable=False),
        sa.Column("account", sa.String(length=36), nullable=True),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("erasure", sa.String(length=36), nullable=False),
        sa.Column("ground", sa.String(length=30), nullable=False),
        sa.Column("hold", sa.String(length=36), nullable=False),
        sa.Column("until", sa.String(length=32), nullable=False),
        sa.Column("review_at", sa.String(length=32), nullable=False),
        sa.Column("law", sa.String(length=10), nullable=False),
        sa.Column("reasons", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("request", "category"),
    )
    with op.batch_alter_table("erasure_exceptions", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_erasure_exceptions_account"), ["account"], unique=False)
        batch_op.create_index(batch_op.f("ix_erasure_exceptions_erasure"), ["erasure"], unique=False)
    with op.batch_alter_table("requests", schema=None) as batch_op:
        batch_op.add_column(sa.Column("excepted", sa.Text(), nullable=True))
