"""What goes with an organisation, and what nobody collected in time, is found by an index."""

from __future__ import annotations

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("deliveries_by_end", "deliveries", ["state", "expires_at"])
    for table in ("objections", "recipients", "erasure_exceptions"):
        op.create_index(f"ix_{table}_organisation", table, ["organisation"])
