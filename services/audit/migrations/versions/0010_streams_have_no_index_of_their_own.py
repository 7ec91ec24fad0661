"""An index of streams costs every entry a quarter of its way into the log, for a question that few ever ask."""

from __future__ import annotations

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("log_entries_of_subject", table_name="log_entries")
