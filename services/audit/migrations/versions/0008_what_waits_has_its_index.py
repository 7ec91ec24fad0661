"""Complaints are counted as they come; what waits, and what each witness signed last, is found by an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

WAITS = sa.text("answered_at IS NULL AND erased_at IS NULL")
CHANGED = sa.text("changed_at IS NOT NULL AND erased_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "complaint_sums",
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("unit", sa.String(length=5), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        sa.Column("registered", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("organisation", "unit", "period"),
    )
    op.create_index("complaint_sums_by_period", "complaint_sums", ["unit", "period"])
    for whose, group in (("''", ""), ("organisation", "organisation, ")):
        for unit, length in (("day", 10), ("month", 7)):
            period = f"substr(received_at, 1, {length})"
            op.execute(
                f"insert into complaint_sums (organisation, unit, period, registered)"  # noqa: S608
                f" select {whose}, '{unit}', {period}, count(*) from complaints group by {group}{period}"
            )
    waits = {"sqlite_where": WAITS, "postgresql_where": WAITS}
    op.create_index("complaints_unanswered", "complaints", ["received_at", "complaint"], **waits)  # type: ignore[arg-type]
    op.create_index("complaints_unanswered_of", "complaints", ["organisation"], **waits)  # type: ignore[arg-type]
    op.drop_index("disclosures_changed", table_name="disclosures")
    op.create_index(
        "disclosures_changed",
        "disclosures",
        ["began_at", "disclosure"],
        sqlite_where=CHANGED,
        postgresql_where=CHANGED,
    )
    op.create_index("papers_of_kind", "papers", ["kind", "case_id"])
    op.create_index("log_cosignatures_of_witness", "log_cosignatures", ["witness", "size"])
    op.create_index("log_quarantine_by_reason", "log_quarantine", ["reason", "source", "at"])
