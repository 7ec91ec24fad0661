"""Members are listed by invitation: their blind indexes change with every rotation, and a page must not."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("accounts", schema=None) as batch_op:
        batch_op.drop_index("accounts_by_organisation")
        batch_op.create_index("accounts_by_organisation", ["organisation", "status", "invitation"], unique=False)
