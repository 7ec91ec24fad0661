"""Whether those whose data it was were told of a breach (AVG 34)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("incidents", sa.Column("people_told", sa.String(length=20), nullable=True))
