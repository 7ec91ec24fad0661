"""What waits with org, and what was changed last, is found by an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

UNSIGNED = sa.text("signatures < 2")


def upgrade() -> None:
    op.create_index(
        "agreements_unsigned", "agreements", ["organisation"], sqlite_where=UNSIGNED, postgresql_where=UNSIGNED
    )
    op.create_index("instructions_by_state", "instructions", ["state", "instruction"])
    op.create_index("engagements_by_settling", "engagements", ["settled_at"])
    op.create_index("contents_by_change", "contents", ["changed_at", "content"])
    op.create_index("contents_by_change_of", "contents", ["organisation", "changed_at", "content"])
