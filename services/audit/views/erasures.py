"""How far each erasure is, step by step, each step with the event that proves it (P06)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Index,
    MetaData,
    Row,
    String,
    Table,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal,
    select,
    tuple_,
)

from services.contracts import audit, auth, org, retention
from services.kernel.codec import instant
from services.kernel.event import Event
from services.kernel.signing.entry import Entry

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
COUNTED = {
    "requested": ASKED,
    "cancelled": "cancelled",
    "ordered": "ordered",
    "certified": "certified",
    "unreadable_in_copies": "unreadable in copies",
}
PAGE = 1_000
"""Rows that are answered at once; whoever wants them all asks on from the last one."""


@dataclass(frozen=True)
class Report:
    """A page of rows; `next` says where the one behind it begins."""

    rows: list[dict[str, Any]]
    next: str | None = None


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


def page(
    session: Connection, organisation: str | None, since: str | None, until: str | None, now: str, after: str | None
) -> Report:
    """Erasures asked for in the period, oldest first, from behind `after` on; `next` is None with the last of them."""
    wanted = select(steps.c.erasure, steps.c.at).where(steps.c.step == ASKED, *_within(organisation, since, until))
    if after is not None:
        wanted = wanted.where(tuple_(steps.c.at, steps.c.erasure) > tuple_(*map(literal, after.split("/", 1))))
    order = session.execute(wanted.order_by(steps.c.at, steps.c.erasure).limit(PAGE)).all()
    found: dict[str, dict[str, Row[Any]]] = {row.erasure: {} for row in order}
    for start in range(0, len(order), 500):
        part = steps.c.erasure.in_([row.erasure for row in order[start : start + 500]])
        for row in session.execute(select(steps).where(part)):
            found[row.erasure][row.step] = row
    rows = [_row(row.erasure, found[row.erasure], now) for row in order]
    return Report(rows, f"{order[-1].at}/{order[-1].erasure}" if len(order) == PAGE else None)


def totals(
    session: Connection, organisation: str | None, since: str | None, until: str | None, now: str
) -> dict[str, int]:
    """Of all of the period, however many pages they fill. `overdue` is 0: that is the promise."""
    asked = select(steps.c.erasure).where(steps.c.step == ASKED, *_within(organisation, since, until))
    # An erasure of one session or category was asked for by nobody, and is on no page.
    by_step = (
        select(steps.c.step, func.count().label("number")).where(steps.c.erasure.in_(asked)).group_by(steps.c.step)
    )
    counted = {row.step: int(row.number) for row in session.execute(by_step)}
    done = steps.alias()
    over = exists().where(done.c.erasure == steps.c.erasure, done.c.step.in_(("ordered", "cancelled")))
    left = asked.where(~over).subquery()
    waiting = (
        select(
            _when("held").label("held"),
            _when("braked").label("braked"),
            _when("released").label("released"),
            _when("scheduled", steps.c.due).label("due"),
            _when("braked", steps.c.due).label("until"),
        )
        .join(left, steps.c.erasure == left.c.erasure)
        .group_by(steps.c.erasure)
        .subquery()
    )
    w = waiting.c
    braked = w.braked.is_not(None) & w.released.is_(None)
    late = (w.due < now) & w.held.is_(None) & (~braked | (w.until < now))
    sums = {"held": w.held.is_not(None), "braked": braked, "overdue": late}
    one = session.execute(
        select(*(func.sum(case((what, 1), else_=0)).label(name) for name, what in sums.items()))
    ).one()
    return {name: counted.get(step, 0) for name, step in COUNTED.items()} | {
        name: int(one._mapping[name] or 0) for name in sums
    }


def _when(step: str, what: ColumnElement[Any] | None = None) -> ColumnElement[Any]:
    """When a step was taken, or `what` it says; None where it was not."""
    return func.max(case((steps.c.step == step, steps.c.at if what is None else what)))


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
