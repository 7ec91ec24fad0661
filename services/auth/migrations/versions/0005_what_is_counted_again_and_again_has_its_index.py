"""Open sessions by their end, and values by their field: what is asked every few seconds reads no more than it says."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_index("sessions_open", "sessions", ["expires_at"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index(
        "sessions_open_of", "sessions", ["organisation", "expires_at"], sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_index("custom_values_by_field", "custom_values", ["field", "account"])
