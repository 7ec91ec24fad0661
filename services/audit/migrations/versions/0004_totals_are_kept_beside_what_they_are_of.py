"""Totals of erasures, access, usage and roles are kept by day and month, from the rows there are; so is what waits.

Lists are found by an index in their own order, and entries of the log by their type and by their stream.
"""

# ruff: noqa: S608 - every word of these statements stands in this file
from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def _ones(column: str, named: dict[str, str], of: dict[str, str]) -> str:
    return ", ".join(
        f"case when {column} = '{is_}' then {of.get(as_, 1)} else 0 end as {as_}" for as_, is_ in named.items()
    )


SUMS = {
    "access_sums": ("lines", "signed_in", "sign_in_failed", "data_viewed", "people_seen", "processing_refused"),
    "usage_sums": ("lines", "facts"),
    "erasure_sums": ("requested", "cancelled", "ordered", "certified", "unreadable_in_copies"),
    "security_sums": ("roles_changed",),
}
KINDS = {"signed_in": "number", "sign_in_failed": "number", "data_viewed": "events", "processing_refused": "number"}
STEPS = {name: name.replace("_", " ") for name in SUMS["erasure_sums"]}
EACH = {
    "access_sums": f"select organisation, day, 1 as lines, {_ones('kind', {kind: kind for kind in KINDS}, KINDS)},"
    " case when kind = 'data_viewed' then number else 0 end as people_seen from access_days",
    "usage_sums": "select organisation, day, 1 as lines, facts from usage_days",
    "erasure_sums": f"select a.organisation, a.at as day, {_ones('s.step', STEPS, {})} from erasure_steps a"
    " join erasure_steps s on s.erasure = a.erasure where a.step = 'requested'",
    "security_sums": "select organisation, at as day, 1 as roles_changed from security_facts"
    " where what = 'role_changed'",
}
"""By table a row for each thing that is counted, with its numbers."""
WAITING = """
insert into erasures_waiting (erasure, organisation, at, held, braked, released, due, until)
select a.erasure, a.organisation, a.at,
  max(case when s.step = 'held' then s.at end), max(case when s.step = 'braked' then s.at end),
  max(case when s.step = 'released' then s.at end), max(case when s.step = 'scheduled' then s.due end),
  max(case when s.step = 'braked' then s.due end)
from erasure_steps a join erasure_steps s on s.erasure = a.erasure
where a.step = 'requested' and not exists (
  select 1 from erasure_steps o where o.erasure = a.erasure and o.step in ('ordered', 'cancelled'))
group by a.erasure, a.organisation, a.at
"""


def upgrade() -> None:
    _tables()
    _indexes()
    place = "day, organisation, kind, coalesce(role, ''), coalesce(purpose, ''), coalesce(code, '')"
    op.execute(
        f"insert into access_days (day, organisation, kind, role, purpose, code, events, number)"
        f" select {place}, count(*), sum(count) from access_facts group by {place}"
    )
    op.execute(WAITING)
    for table, numbers in SUMS.items():
        for whose in ("''", "organisation"):
            for unit, length in (("day", 10), ("month", 7)):
                period, groups = f"substr(day, 1, {length})", "" if whose == "''" else "organisation, "
                op.execute(
                    f"insert into {table} (organisation, unit, period, {', '.join(numbers)})"
                    f" select {whose}, '{unit}', {period}, {', '.join(f'sum({name})' for name in numbers)}"
                    f" from ({EACH[table]}) as each_one group by {groups}{period}"
                )


def _tables() -> None:
    for table, numbers in SUMS.items():
        op.create_table(
            table,
            sa.Column("organisation", sa.String(length=36), nullable=False),
            sa.Column("unit", sa.String(length=5), nullable=False),
            sa.Column("period", sa.String(length=10), nullable=False),
            *(sa.Column(name, sa.BigInteger(), nullable=False) for name in numbers),
            sa.PrimaryKeyConstraint("organisation", "unit", "period"),
        )
        op.create_index(f"{table}_by_period", table, ["unit", "period"])
    op.create_table(
        "access_days",
        sa.Column("day", sa.String(length=10), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("purpose", sa.String(length=30), nullable=False),
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "organisation", "kind", "role", "purpose", "code"),
    )
    op.create_table(
        "erasures_waiting",
        sa.Column("erasure", sa.String(length=36), nullable=False),
        sa.Column("organisation", sa.String(length=36), nullable=False),
        *(sa.Column(name, sa.String(length=32), nullable=name != "at") for name in ("at", "held", "braked")),
        *(sa.Column(name, sa.String(length=32), nullable=True) for name in ("released", "due", "until")),
        sa.PrimaryKeyConstraint("erasure"),
    )


def _indexes() -> None:
    for name, table in (
        ("access_by_organisation", "access_facts"),
        ("access_by_time", "access_facts"),
        ("erasure_steps_by_organisation", "erasure_steps"),
        ("erasure_steps_by_time", "erasure_steps"),
        ("usage_days_by_day", "usage_days"),
        ("checks_by_kind", "security_checks"),
    ):
        op.drop_index(name, table_name=table)
    for name, table, columns in (
        ("access_days_by_organisation", "access_days", ["organisation", "day", "kind", "role", "purpose", "code"]),
        ("erasures_waiting_by_time", "erasures_waiting", ["at"]),
        ("erasures_waiting_by_organisation", "erasures_waiting", ["organisation", "at"]),
        ("erasure_steps_in_order", "erasure_steps", ["step", "at", "erasure"]),
        ("erasure_steps_in_order_of", "erasure_steps", ["organisation", "step", "at", "erasure"]),
        ("usage_by_day", "usage_days", ["day", "organisation", "kind"]),
        ("checks_by_kind", "security_checks", ["kind", "performed_at", "check_id"]),
        ("log_entries_of_type", "log_entries", ["type", "idx"]),
        ("log_entries_of_subject", "log_entries", ["subject"]),
    ):
        op.create_index(name, table, columns)
