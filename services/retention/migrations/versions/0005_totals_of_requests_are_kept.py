"""Totals of data requests are kept by the day and month on which they came, from the rows there are."""

# ruff: noqa: S608 - every word of these statements stands in this file
from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

CLOSED = "state not in ('received', 'verified')"
ONES = {
    "received": "1 = 1",
    "open": f"not ({CLOSED})",
    "fulfilled": "state = 'fulfilled'",
    "fulfilled_in_part": "coalesce(excepted, '[]') <> '[]'",
    "refused": "state = 'refused'",
    "extended": "extended",
    "duplicates": "duplicate_of is not null",
    "answered_late": f"{CLOSED} and closed_at >= due",
}
NUMBERS = {name: f"case when {when} then 1 else 0 end" for name, when in ONES.items()} | {
    "reminded": "case when reminded_at is null then 0 else 1 end"
    " + case when reminded_late_at is null then 0 else 1 end",
    "recipients_to_tell": "coalesce(to_tell, 0)",
}
RESTRICTS = sa.text("restriction IS NOT NULL AND lifted_at IS NULL")
TELLS = sa.text("to_tell > 0 AND account IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "request_sums",
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("unit", sa.String(length=5), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in NUMBERS),
        sa.PrimaryKeyConstraint("organisation", "unit", "period"),
    )
    op.create_index("request_sums_by_period", "request_sums", ["unit", "period"])
    numbers = ", ".join(f"sum({number})" for number in NUMBERS.values())
    for whose in ("''", "organisation"):
        for unit, length in (("day", 10), ("month", 7)):
            period = f"substr(received_at, 1, {length})"
            op.execute(
                f"insert into request_sums (organisation, unit, period, {', '.join(NUMBERS)})"
                f" select {whose}, '{unit}', {period}, {numbers} from requests"
                f" group by {period if whose == chr(39) * 2 else f'{whose}, {period}'}"
            )
    for name, columns in (
        ("requests_in_order", ["received_at", "request"]),
        ("requests_in_order_of", ["organisation", "received_at", "request"]),
        ("requests_by_due", ["state", "due", "request"]),
        ("requests_by_due_of", ["organisation", "state", "due", "request"]),
    ):
        op.create_index(name, "requests", columns)
    op.create_index(
        "requests_restricting",
        "requests",
        ["organisation", "received_at"],
        sqlite_where=RESTRICTS,
        postgresql_where=RESTRICTS,
    )
    op.create_index(
        "requests_telling", "requests", ["closed_at", "request"], sqlite_where=TELLS, postgresql_where=TELLS
    )
