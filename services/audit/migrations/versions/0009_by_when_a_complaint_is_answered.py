"""By when a complaint is to be answered, and by which rule that was counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("complaints", sa.Column("due", sa.String(length=32), nullable=True))
    op.add_column("complaints", sa.Column("rule", sa.String(length=60), nullable=True))
