"""A row for each disclosure, what waits in it and by which date, and what is kept of all of them in numbers (P08)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Boolean, Column, Index, Integer, MetaData, String, Table, text

from services.kernel.store import sums

tables = MetaData()


def _moment(name: str) -> Column[Any]:
    return Column(name, String(32))


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
    "changed": ("began_at", "changed_at IS NOT NULL AND erased_at IS NULL"),
    "told": ("began_at", "notified_at IS NOT NULL"),
}
"""What waits, by which date, and when it does: the indexes are found by these very words."""
disclosures = Table(
    "disclosures",
    tables,
    Column("disclosure", String(36), primary_key=True),
    Column("organisation", String(36), nullable=False),
    Column("began_at", String(32), nullable=False),
    Column("tenant_index", String(64)),
    Column("basis", String(40)),
    Column("rule", String(60)),
    Column("secrecy", String(20)),
    Column("hidden", Boolean, nullable=False),
    Column("opened_by", String(60)),
    _moment("written_due"),
    _moment("written_at"),
    _moment("answer_due"),
    Column("answer_rule", String(60)),
    _moment("authenticated_at"),
    Column("kept", String(20)),
    _moment("held_at"),
    _moment("held_until"),
    Column("contact", String(20)),
    _moment("consulted_at"),
    _moment("consult_due"),
    Column("consultation", String(20)),
    _moment("consultation_at"),
    _moment("review_at"),
    Column("missed", Boolean, nullable=False),
    _moment("lifted_at"),
    Column("scope_version", Integer),
    Column("scope_digest", String(64)),
    Column("asked", Integer),
    Column("granted", Integer),
    Column("people", Integer),
    Column("approvals", Integer, nullable=False),
    _moment("decided_at"),
    Column("rejected", String(30)),
    _moment("assembled_at"),
    Column("sealed_sha256", String(64)),
    _moment("handed_over_at"),
    _moment("notified_at"),
    _moment("deferred_until"),
    _moment("changed_at"),
    _moment("closed_at"),
    _moment("erased_at"),
    Index("disclosures_of_tenant", "tenant_index", "hidden", "disclosure"),
    Index("disclosures_of_tenant_by_time", "tenant_index", "hidden", "began_at", "disclosure"),
    Index("disclosures_by_time", "began_at", "disclosure"),
    Index("disclosures_hidden", "hidden", "review_at"),
    *(
        Index(f"disclosures_{name}", column, "disclosure", sqlite_where=text(words), postgresql_where=text(words))
        for name, (column, words) in WAITING.items()
    ),
)
"""`organisation` is the maker; whose people it is about is only in the index, which goes with the case's key."""
kept = sums.sums(
    "disclosure_sums",
    tables,
    "disclosures",
    "open",
    "handed_over",
    "rejected",
    "narrowed",
    "agreed",
    "objected",
    "lapsed",
    "barred",
    "hidden",
    "written_late",
    "recipients_to_tell",
)
"""By the day on which they began, and of all files alone: a number for each tenant would be a trace of a hidden one."""


def numbers(row: Any) -> dict[str, int]:
    """What of a file no clock changes."""
    found = {
        "disclosures": 1,
        "open": row.closed_at is None and row.rejected is None,
        "handed_over": row.handed_over_at is not None,
        "rejected": row.rejected is not None,
        "narrowed": bool(row.scope_version and row.granted < row.asked),
        "hidden": bool(row.hidden),
        "written_late": bool(row.written_due and row.written_at and row.written_at > row.written_due),
        "recipients_to_tell": bool(row.changed_at and row.erased_at is None),
    }
    return found | {one: row.consultation == one for one in ("agreed", "objected", "lapsed", "barred")}
