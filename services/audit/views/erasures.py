"""How far each erasure is, step by step, each step with the event that proves it (P06)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    MetaData,
    Row,
    String,
    Table,
    bindparam,
    func,
    insert,
    select,
)

from services.contracts import audit, auth, org, retention
from services.kernel.codec import instant
from services.kernel.entry import Entry
from services.kernel.event import Event

tables = MetaData()
steps = Table(
    "erasure_steps",
    tables,
    Column("erasure", String(36), primary_key=True),
    Column("step", String(40), primary_key=True),
    Column("organisation", String(36), nullable=False),
    Column("event", String(36), nullable=False),
    Column("idx", BigInteger, nullable=False),
    Column("at", String(32), nullable=False),
    Column("due", String(32)),
    Index("erasure_steps_by_organisation", "organisation", "step", "at"),
    Index("erasure_steps_by_time", "step", "at"),
)
_THERE = select(steps.c.idx).where(steps.c.erasure == bindparam("of"), steps.c.step == bindparam("named"))
_STEP = insert(steps)

ASKED = "requested"
STEPS: dict[type[Event], str] = {
    auth.AccountClosed: ASKED,
    auth.InvitationWithdrawn: ASKED,
    auth.InvitationExpired: ASKED,
    org.LeavingChosen: ASKED,
    retention.ErasureScheduled: "scheduled",
    retention.ErasureCancelled: "cancelled",
    retention.ErasureHeld: "held",
    retention.ErasureBraked: "braked",
    retention.ErasureReleased: "released",
    retention.ErasureOrdered: "ordered",
    auth.ErasureCompleted: "completed by auth",
    org.ErasureCompleted: "completed by org",
    audit.ErasureCompleted: "completed by audit",
    retention.ErasureCompleted: "completed by retention",
    retention.ErasureCertified: "certified",
    retention.CopiesUnreadable: "unreadable in copies",
}
FOLLOWED: tuple[type[Event], ...] = tuple(STEPS)
LONGEST = 10_000
"""Rows of one report; a longer period is asked for in parts."""


@dataclass(frozen=True)
class Report:
    rows: list[dict[str, Any]]
    totals: dict[str, Any]


def follow(session: Connection, entry: Entry) -> None:
    """Note one step of one erasure. The same step again (a second try) changes nothing."""
    event: Any = entry.record.event
    step = STEPS.get(type(event))
    if step is None:
        return
    if session.execute(_THERE, {"of": event.erasure, "named": step}).first():
        return
    due = getattr(event, "due", None) or getattr(event, "until", None)
    row = {
        "erasure": event.erasure,
        "step": step,
        "organisation": event.organisation,
        "event": entry.record.envelope.id,
        "idx": entry.index,
        "at": instant(event.at),
        "due": instant(due) if due else None,
    }
    session.execute(_STEP, row)


def report(session: Connection, organisation: str | None, since: str | None, until: str | None, now: str) -> Report:
    """Erasures asked for in the period, oldest first, and how many of them are overdue now: 0 is the promise."""
    wanted = select(steps.c.erasure).where(steps.c.step == ASKED, *_within(organisation, since, until))
    wanted = wanted.order_by(steps.c.at, steps.c.erasure).limit(LONGEST)
    order = list(session.execute(wanted).scalars())
    found: dict[str, dict[str, Row[Any]]] = {erasure: {} for erasure in order}
    for start in range(0, len(order), 500):
        part = steps.c.erasure.in_(order[start : start + 500])
        for row in session.execute(select(steps).where(part)):
            found[row.erasure][row.step] = row
    rows = [_row(erasure, found[erasure], now) for erasure in order]
    return Report(rows, _totals(rows))


def total(session: Connection, step: str) -> int:
    return session.execute(select(func.count()).select_from(steps).where(steps.c.step == step)).scalar_one()


def _within(organisation: str | None, since: str | None, until: str | None) -> Sequence[Any]:
    where = []
    if organisation is not None:
        where.append(steps.c.organisation == organisation)
    if since is not None:
        where.append(steps.c.at >= since)
    if until is not None:
        where.append(steps.c.at < until)
    return where


def _row(erasure: str, done: dict[str, Row[Any]], now: str) -> dict[str, Any]:
    def at(step: str) -> str | None:
        return done[step].at if step in done else None

    due = done["scheduled"].due if "scheduled" in done else None
    completed = {s.removeprefix("completed by "): row.at for s, row in done.items() if s.startswith("completed by ")}
    waits = done.get("braked") if "released" not in done else None
    free = max(due, waits.due or "~") if waits and due else due
    return {
        "erasure": erasure,
        "organisation": next(iter(done.values())).organisation,
        "requested_at": at(ASKED),
        "due": due,
        "ordered_at": at("ordered"),
        "completed_at": completed,
        "certified_at": at("certified"),
        "unreadable_in_copies_at": at("unreadable in copies"),
        "cancelled_at": at("cancelled"),
        "held_at": at("held"),
        "braked_at": at("braked"),
        "released_at": at("released"),
        # What is cancelled is not to come, what is held is suspended, what is braked not free yet ("~" sorts last).
        "overdue": free is not None and free < now and not {"ordered", "held", "cancelled"} & set(done),
        "events": {step: row.event for step, row in sorted(done.items(), key=lambda item: item[1].idx)},
    }


def _totals(rows: list[dict[str, Any]]) -> dict[str, int]:
    def counted(name: str) -> int:
        return sum(1 for row in rows if row[name])

    waiting = [row for row in rows if not row["ordered_at"] and not row["cancelled_at"]]
    return {
        "requested": counted("requested_at"),
        "cancelled": counted("cancelled_at"),
        "ordered": counted("ordered_at"),
        "certified": counted("certified_at"),
        "unreadable_in_copies": counted("unreadable_in_copies_at"),
        "held": sum(1 for row in waiting if row["held_at"]),
        "braked": sum(1 for row in waiting if row["braked_at"] and not row["released_at"]),
        "overdue": counted("overdue"),
    }
