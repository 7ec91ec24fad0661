"""Totals of incidents and disclosures are kept by day and month, from the rows there are; what waits has its index."""

# ruff: noqa: S608 - every word of these statements stands in this file
from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ENDS = ("reported", "not_reported", "no_breach")
INCIDENT = {
    "incidents": "1",
    "open": "case when i.closed_at is null then 1 else 0 end",
    **{one: f"case when i.closed_at is not null and i.outcome = '{one}' then 1 else 0 end" for one in ENDS},
    "people_told": "case when i.people_told in ('told', 'told_in_public') then 1 else 0 end",
}
LATE = "case when c.informed_at > c.due and c.organisation <> i.organisation then 1 else 0 end"
TOLD = "from incidents i join incident_controllers c on c.incident = i.incident where c.informed_at is not null"
INCIDENTS = {
    "incidents": f"select '' as organisation, i.known_at as day, {', '.join(INCIDENT.values())}, 0 from incidents i",
    "told": f"select c.organisation as organisation, i.known_at as day, {', '.join(INCIDENT.values())}, {LATE} {TOLD}",
    "late": f"select '' as organisation, i.known_at as day, 0, 0, 0, 0, 0, 0, {LATE} {TOLD}",
}
ENDED = ("agreed", "objected", "lapsed", "barred")
DISCLOSURE = {
    "disclosures": "1 = 1",
    "open": "closed_at is null and rejected is null",
    "handed_over": "handed_over_at is not null",
    "rejected": "rejected is not null",
    "narrowed": "coalesce(scope_version, 0) <> 0 and granted < asked",
    **{one: f"consultation = '{one}'" for one in ENDED},
    "hidden": "hidden",
    "written_late": "written_at > written_due",
    "recipients_to_tell": "changed_at is not null and erased_at is null",
}
WAITING = {
    "open": ("began_at", "rejected IS NULL AND closed_at IS NULL"),
    "unwritten": ("written_due", "written_due IS NOT NULL AND written_at IS NULL AND rejected IS NULL"),
    "unanswered": (
        "answer_due",
        "answer_due IS NOT NULL AND handed_over_at IS NULL AND rejected IS NULL AND closed_at IS NULL",
    ),
    "consulting": ("consult_due", "consulted_at IS NOT NULL AND consultation IS NULL AND rejected IS NULL"),
    "deferred": ("deferred_until", "deferred_until IS NOT NULL AND notified_at IS NULL"),
    "unnotified": ("began_at", "handed_over_at IS NOT NULL AND notified_at IS NULL AND erased_at IS NULL"),
    "changed": ("changed_at", "changed_at IS NOT NULL AND erased_at IS NULL"),
    "told": ("began_at", "notified_at IS NOT NULL"),
}


def upgrade() -> None:
    _table("incident_sums", [*INCIDENT, "informed_late"])
    _table("disclosure_sums", list(DISCLOSURE))
    numbers = [*INCIDENT, "informed_late"]
    each = " union all ".join(INCIDENTS.values())
    named = f"with one(organisation, day, {', '.join(numbers)}) as ({each})"
    for unit, length in (("day", 10), ("month", 7)):
        period = f"substr(day, 1, {length})"
        op.execute(
            f"insert into incident_sums (organisation, unit, period, {', '.join(numbers)})"
            f" {named} select organisation, '{unit}', {period}, {', '.join(f'sum({name})' for name in numbers)}"
            f" from one group by organisation, {period}"
        )
        began = f"substr(began_at, 1, {length})"
        counted = ", ".join(f"sum(case when {when} then 1 else 0 end)" for when in DISCLOSURE.values())
        op.execute(
            f"insert into disclosure_sums (organisation, unit, period, {', '.join(DISCLOSURE)})"
            f" select '', '{unit}', {began}, {counted} from disclosures group by {began}"
        )
    _indexes()


def _table(name: str, numbers: list[str]) -> None:
    op.create_table(
        name,
        sa.Column("organisation", sa.String(length=36), nullable=False),
        sa.Column("unit", sa.String(length=5), nullable=False),
        sa.Column("period", sa.String(length=10), nullable=False),
        *(sa.Column(number, sa.BigInteger(), nullable=False) for number in numbers),
        sa.PrimaryKeyConstraint("organisation", "unit", "period"),
    )
    op.create_index(f"{name}_by_period", name, ["unit", "period"])


def _indexes() -> None:
    for name, table in (
        ("ix_incidents_known_at", "incidents"),
        ("ix_incidents_closed_at", "incidents"),
        ("disclosures_of_tenant", "disclosures"),
        ("disclosures_by_time", "disclosures"),
    ):
        op.drop_index(name, table_name=table)
    for name, table, columns in (
        ("incidents_by_time", "incidents", ["known_at", "incident"]),
        ("incidents_open", "incidents", ["closed_at", "known_at", "incident"]),
        ("disclosures_of_tenant", "disclosures", ["tenant_index", "hidden", "disclosure"]),
        ("disclosures_of_tenant_by_time", "disclosures", ["tenant_index", "hidden", "began_at", "disclosure"]),
        ("disclosures_by_time", "disclosures", ["began_at", "disclosure"]),
    ):
        op.create_index(name, table, columns)
    for name, (column, words) in WAITING.items():
        op.create_index(
            f"disclosures_{name}",
            "disclosures",
            [column, "disclosure"],
            sqlite_where=sa.text(words),
            postgresql_where=sa.text(words),
        )
