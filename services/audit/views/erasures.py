"""How far each erasure is, step by step, each step with the event that proves it (P06)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
    case,
    delete,
    exists,
    func,
    insert,
    select,
)

from services.contracts import audit, auth, org, retention
from services.kernel.codec import instant
from services.kernel.event import Event
from services.kernel.signing.entry import Entry
from services.kernel.store import paging, sums

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
    Index("erasure_steps_in_order_of", "organisation", "step", "at", "erasure"),
    Index("erasure_steps_in_order", "step", "at", "erasure"),
)
waiting = Table(
    "erasures_waiting",
    tables,
    Column("erasure", String(36), primary_key=True),
    Column("organisation", String(36), nullable=False),
    Column("at", String(32), nullable=False),
    Column("held", String(32)),
    Column("braked", String(32)),
    Column("released", String(32)),
    Column("due", String(32)),
    Column("until", String(32)),
    Index("erasures_waiting_by_time", "at"),
    Index("erasures_waiting_by_organisation", "organisation", "at"),
)
"""Those that were asked for `at` that moment, and neither ordered nor cancelled; `until` is the end of their brake."""
_KNOWN = select(steps).where(steps.c.erasure == bindparam("of"))
_STEP, _OVER, _WAITS = insert(steps), delete(waiting).where(waiting.c.erasure == bindparam("of")), insert(waiting)

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
totals_kept = sums.sums("erasure_sums", tables, *COUNTED)
"""By the day on which they were asked for."""
DERIVED = (waiting, totals_kept)
DUE = {"due": "scheduled", "until": "braked"}
"""Of which step it is the date."""
ENDED = frozenset({"ordered", "cancelled"})
MOVING = frozenset({ASKED, "scheduled", "held", "braked", "released"}) | ENDED
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
    known: dict[str, Mapping[str, Any]] = {
        row["step"]: dict(row) for row in session.execute(_KNOWN, {"of": event.erasure}).mappings()
    }
    if step in known:
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
    _count(session, {**known, step: row}, step)


def _count(session: Connection, known: Mapping[str, Mapping[str, Any]], step: str) -> None:
    """An erasure of one session or category was asked for by nobody: it is on no page, and in no number."""
    asked = known.get(ASKED)
    if asked is None:
        return
    new = known if step == ASKED else (step,)
    more = {name: int(of in new) for name, of in COUNTED.items()}
    sums.add(session, totals_kept, asked["organisation"], asked["at"], more)
    if step in MOVING:
        session.execute(_OVER, {"of": asked["erasure"]})
        if not known.keys() & ENDED:
            said = {name: known[name]["at"] if name in known else None for name in ("held", "braked", "released")}
            said |= {name: known[of]["due"] if of in known else None for name, of in DUE.items()}
            session.execute(_WAITS, {name: asked[name] for name in ("erasure", "organisation", "at")} | said)


def derive(session: Connection) -> None:
    """What is kept of the steps, from all that there are."""
    asked = select(steps).where(steps.c.step == ASKED).subquery()
    counted = [case((steps.c.step == of, 1), else_=0).label(name) for name, of in COUNTED.items()]
    each = select(asked.c.organisation, asked.c.at.label("day"), *counted)
    sums.derive(session, totals_kept, each.join(steps, steps.c.erasure == asked.c.erasure).subquery())
    over = steps.alias()
    ended = exists().where(over.c.erasure == asked.c.erasure, over.c.step.in_(sorted(ENDED)))
    said = [func.max(case((steps.c.step == name, steps.c.at))) for name in ("held", "braked", "released")]
    said += [func.max(case((steps.c.step == of, steps.c.due))) for of in DUE.values()]
    place = [asked.c.erasure, asked.c.organisation, asked.c.at]
    left = select(*place, *said).join(steps, steps.c.erasure == asked.c.erasure).where(~ended).group_by(*place)
    session.execute(insert(waiting).from_select([column.name for column in waiting.columns], left))


def page(
    session: Connection, organisation: str | None, since: str | None, until: str | None, now: str, after: str | None
) -> Report:
    """Erasures asked for in the period, oldest first, from behind `after` on; `next` is None with the last of them."""
    order = (steps.c.at, steps.c.erasure)
    wanted = select(*order).where(steps.c.step == ASKED, *_within(steps, organisation, since, until))
    if after is not None:
        wanted = wanted.where(paging.behind(after, order))
    asked = session.execute(wanted.order_by(*order).limit(PAGE)).all()
    found: dict[str, dict[str, Row[Any]]] = {row.erasure: {} for row in asked}
    for start in range(0, len(asked), 500):
        part = steps.c.erasure.in_([row.erasure for row in asked[start : start + 500]])
        for row in session.execute(select(steps).where(part)):
            found[row.erasure][row.step] = row
    rows = [_row(row.erasure, found[row.erasure], now) for row in asked]
    return Report(rows, paging.place(asked[-1], order) if len(asked) == PAGE else None)


def totals(
    session: Connection, organisation: str | None, since: str | None, until: str | None, now: str
) -> dict[str, int]:
    """Of all of the period, however many pages they fill. `overdue` is 0: that is the promise."""
    w = waiting.c
    braked = w.braked.is_not(None) & w.released.is_(None)
    late = (w.due < now) & w.held.is_(None) & (~braked | (w.until < now))
    told = {"held": w.held.is_not(None), "braked": braked, "overdue": late}
    counted = [func.sum(case((what, 1), else_=0)).label(name) for name, what in told.items()]
    one = session.execute(select(*counted).where(*_within(waiting, organisation, since, until))).one()
    found = sums.total(session, totals_kept, organisation, since, until)
    return found | {name: int(one._mapping[name] or 0) for name in told}


def _within(table: Table, organisation: str | None, since: str | None, until: str | None) -> Sequence[Any]:
    where = []
    if organisation is not None:
        where.append(table.c.organisation == organisation)
    if since is not None:
        where.append(table.c.at >= since)
    if until is not None:
        where.append(table.c.at < until)
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
