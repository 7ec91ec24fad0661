"""What other services let go by their own terms, so that a hold can say for what it came too late."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "cleared",
        sa.Column("owner", sa.String(80), nullable=False),
        sa.Column("account", sa.String(36), nullable=False),
        sa.Column("organisation", sa.String(36), nullable=False),
        sa.Column("category", sa.String(40), nullable=False),
        sa.Column("cleared_at", sa.String(32), nullable=False),
        sa.PrimaryKeyConstraint("owner", "account"),
    )
    op.create_index("ix_cleared_account", "cleared", ["account"])
    op.create_index("ix_cleared_organisation", "cleared", ["organisation"])
