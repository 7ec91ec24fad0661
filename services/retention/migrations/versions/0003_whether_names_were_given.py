"""Whether somebody learns the names of who looked at their data, and why (C-579/21)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("requests", schema=None) as batch_op:
        batch_op.add_column(sa.Column("names_disclosed", sa.Boolean(), nullable=True))
        batch_op.add_column(sa.Column("weighing", sa.Text(), nullable=True))
