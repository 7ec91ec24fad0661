"""The register of data requests: its lines a page at a time, and how many there are of what (P15)."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, Connection, Row, func, select

from services.kernel.store import paging, sums
from services.retention.views.request_numbers import OPEN
from services.retention.views.requests import RESTRICTS, TELLS, kept, requests

r = requests.c
PLACE = (r.received_at, r.request)


def page(
    session: Connection, organisation: str | None, since: str | None, until: str | None, after: str | None, limit: int
) -> tuple[Sequence[Row], str | None]:  # type: ignore[type-arg]
    """Those received in the period, the oldest first, from behind `after` on; and where the next page begins."""
    found = select(requests).where(*_within(organisation, since, until))
    if after is not None:
        found = found.where(paging.behind(after, PLACE))
    rows = session.execute(found.order_by(*PLACE).limit(limit)).all()
    return rows, paging.place(rows[-1], PLACE) if len(rows) == limit else None


def totals(
    session: Connection, organisation: str | None, since: str | None, until: str | None, now: str
) -> dict[str, int]:
    """What is over is kept by day; what the clock moves is counted among those that are open."""
    mine = _within(organisation, since, until)
    waits = (*mine, r.state.in_(OPEN))
    # Whose account is gone is restricted no more.
    restricted = _many(session, *mine, RESTRICTS, r.account.is_not(None))  # type: ignore[arg-type]
    return sums.total(session, kept, organisation, since, until) | {
        "restricted": restricted,
        "to_remind": _many(session, *waits, r.remind_at <= now, r.due > now),
        "overdue": _many(session, *waits, r.due <= now),
    }


def _many(session: Connection, *chosen: ColumnElement[bool]) -> int:
    return session.execute(select(func.count()).select_from(requests).where(*chosen)).scalar_one()


def _within(organisation: str | None, since: str | None, until: str | None) -> list[ColumnElement[bool]]:
    where = []
    if organisation is not None:
        where.append(r.organisation == organisation)
    if since is not None:
        where.append(r.received_at >= since)
    if until is not None:
        where.append(r.received_at < until)
    return where


def telling_in(session: Connection, organisation: str | None) -> Sequence[Row]:  # type: ignore[type-arg]
    """Answered ones of which somebody waits to be told who received the data before; of whom it can still be."""
    found = select(requests).where(TELLS)
    if organisation is not None:
        found = found.where(r.organisation == organisation)
    return session.execute(found.order_by(r.closed_at, r.request)).all()


def open_in(session: Connection, organisation: str | None, state: str) -> Sequence[Row]:  # type: ignore[type-arg]
    """Those that are still in this state, of one organisation or of all (None), what is due first before the rest."""
    mine = r.state == state
    if organisation is not None:
        mine &= r.organisation == organisation
    return session.execute(select(requests).where(mine).order_by(r.due, r.request)).all()
