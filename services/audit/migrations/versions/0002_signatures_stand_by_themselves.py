"""What one entry said of an agreement is a row that never changes: signatures stand beside what was proposed.

They are read from the log, as far as audit has followed it; it has let go of nothing of them yet.
"""

from __future__ import annotations

import json

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FOLLOWED = sa.text(
    "SELECT idx, note FROM log_entries WHERE type = 'nl.crisisconnect.org.AgreementSigned.v1'"
    " AND idx <= (SELECT after FROM cursors WHERE name = 'audit-feed') ORDER BY idx"
)


def upgrade() -> None:
    signed = op.create_table(
        "agreed_signatures",
        sa.Column("agreement", sa.String(length=36), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("side", sa.String(length=12), nullable=False),
        sa.Column("at", sa.String(length=32), nullable=False),
        sa.Column("idx", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("agreement", "version", "side"),
    )
    rows = [_row(idx, bytes(note)) for idx, note in op.get_bind().execute(FOLLOWED)]
    if rows:
        op.bulk_insert(signed, rows)
    with op.batch_alter_table("agreed_notice", schema=None) as batch_op:
        batch_op.drop_column("signatures")
        batch_op.drop_column("agreed_at")


def _row(idx: int, note: bytes) -> dict[str, object]:
    said = json.loads(note.partition(b"\n")[0])["data"]
    named = {"agreement": said["agreement"], "version": said["agreement_version"], "side": said["side"]}
    return {**named, "at": said["at"], "idx": idx}
