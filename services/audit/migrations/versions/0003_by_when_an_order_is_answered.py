"""An order has a term of its own: by when it is answered, and by which rule that was counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("disclosures", sa.Column("answer_due", sa.String(length=32), nullable=True))
    op.add_column("disclosures", sa.Column("answer_rule", sa.String(length=60), nullable=True))
