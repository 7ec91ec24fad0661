"""Signed agreements with a last day have their index: after it somebody has to choose what becomes of the data."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None
ENDING = sa.text("signatures = 2 AND ends_on IS NOT NULL")


def upgrade() -> None:
    op.create_index("agreements_ending", "agreements", ["organisation"], sqlite_where=ENDING, postgresql_where=ENDING)
