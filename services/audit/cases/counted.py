"""Incidents in numbers: what is open, who was told in time, and who must be told now (P19)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from services.audit.cases.clocks import clocks
from services.audit.domain.notices import Notices, clock
from services.audit.views import incidents as view
from services.kernel.codec import instant, moment
from services.kernel.store import sums

PAGE = 100
"""Rows that are answered at once: each takes in every controller that it touched."""


@dataclass(frozen=True)
class Report:
    """A page of rows; `next` says where the one behind it begins."""

    rows: list[dict[str, Any]]
    next: str | None


TOTALS = (
    "incidents",
    "open",
    "reported",
    "not_reported",
    "no_breach",
    "people_told",
    "informed_late",
    "uninformed",
    "alarm",
    "overdue",
)
"""`uninformed` counts controllers who do not know, `alarm` those past half of the term, `overdue` those past it."""


def page(
    session: Connection,
    organisation: str | None,
    since: str | None,
    until: str | None,
    notices: Sequence[Notices],
    after: str | None,
) -> Report:
    """One row for each incident that became known in the period; an organisation's holds its own numbers alone."""
    found, following = view.known_in(session, organisation, since, until, after, PAGE)
    parts = view.parts(session, organisation, [row.incident for row in found])
    rows = []
    for row in found:
        mine = [one for one in parts[row.incident] if one.organisation != row.organisation]
        known_at = moment(row.known_at)
        terms = clocks(session, notices, known_at, [one.organisation for one in mine])
        term = min(terms.values(), key=lambda one: one.controller_due, default=clock(notices, known_at))
        rows.append(
            {
                "incident": row.incident,
                "known_at": row.known_at,
                "state": "closed" if row.closed_at else "open",
                "outcome": row.outcome,
                "people_told": row.people_told,
                "controller_due": instant(term.controller_due),
                "supervisor_due": instant(term.supervisor_due),
                "controllers": len(mine),
                "informed": sum(one.informed_at is not None for one in mine),
                "informed_late": sum(view.late(one) for one in mine),
                "people": sum(one.people for one in mine),
                "records": sum(one.records for one in mine),
            }
        )
    return Report(rows, following)


def totals(
    session: Connection,
    organisation: str | None,
    since: str | None,
    until: str | None,
    now: datetime,
    notices: Sequence[Notices],
) -> dict[str, int]:
    """What is over is kept by day; who is still to be told is counted among the incidents that are open.

    An organisation sees an incident once it was told, so there is nobody in its own whom it is to be told to.
    """
    found = dict.fromkeys(TOTALS, 0) | sums.total(session, view.kept, organisation, since, until)
    moment_now = instant(now)
    for row, untold in view.untold(session, since, until) if organisation is None else ():
        for term in clocks(session, notices, moment(row.known_at), untold).values():
            found["uninformed"] += 1
            found["alarm"] += moment_now >= instant(term.alarm_at)
            found["overdue"] += moment_now >= instant(term.controller_due)
    return found
