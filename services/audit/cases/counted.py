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
from services.contracts.audit import PeopleTold
from services.kernel.codec import instant, moment


@dataclass(frozen=True)
class Report:
    rows: list[dict[str, Any]]
    totals: dict[str, int]


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

TOLD = frozenset({PeopleTold.TOLD.value, PeopleTold.TOLD_IN_PUBLIC.value})
"""By themselves, or in public where that took disproportionate effort."""


def report(
    session: Connection,
    organisation: str | None,
    since: str | None,
    until: str | None,
    now: datetime,
    notices: Sequence[Notices],
) -> Report:
    """One row for each incident that became known in the period; an organisation's holds its own numbers alone."""
    found = view.known_in(session, organisation, since, until)
    parts = view.parts(session, organisation, [row.incident for row in found])
    rows, totals, moment_now = [], dict.fromkeys(TOTALS, 0), instant(now)
    for row in found:
        mine = [one for one in parts[row.incident] if one.organisation != row.organisation]
        known_at = moment(row.known_at)
        terms = clocks(session, notices, known_at, [one.organisation for one in mine])
        term = min(terms.values(), key=lambda one: one.controller_due, default=clock(notices, known_at))
        due = instant(term.controller_due)
        untold = [] if row.closed_at else [terms[one.organisation] for one in mine if one.informed_at is None]
        told = [(one.informed_at, terms[one.organisation]) for one in mine if one.informed_at is not None]
        late = sum(at > instant(held.controller_due) for at, held in told)
        rows.append(
            {
                "incident": row.incident,
                "known_at": row.known_at,
                "state": "closed" if row.closed_at else "open",
                "outcome": row.outcome,
                "people_told": row.people_told,
                "controller_due": due,
                "supervisor_due": instant(term.supervisor_due),
                "controllers": len(mine),
                "informed": sum(one.informed_at is not None for one in mine),
                "informed_late": late,
                "people": sum(one.people for one in mine),
                "records": sum(one.records for one in mine),
            }
        )
        totals["incidents"] += 1
        totals[row.outcome if row.closed_at else "open"] += 1
        totals["people_told"] += row.people_told in TOLD
        totals["informed_late"] += late
        totals["uninformed"] += len(untold)
        totals["alarm"] += sum(moment_now >= instant(held.alarm_at) for held in untold)
        totals["overdue"] += sum(moment_now >= instant(held.controller_due) for held in untold)
    return Report(rows, totals)
