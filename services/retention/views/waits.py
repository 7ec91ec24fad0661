"""How many erasures wait in each organisation, for what, and how many of them are late, by category: numbers alone."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ColumnElement, Connection, case, func, select

from services.contracts.facts import ORGANISATION, PERSON, SESSION
from services.kernel.codec import instant
from services.retention.domain.plan import categories_of
from services.retention.domain.terms import OF, Trigger
from services.retention.views.erasures import erasures

WAITING = ("scheduled", "held")


def by_organisation(session: Connection, organisation: str | None, late: datetime) -> dict[str, dict[str, int]]:
    """`scheduled`, `held` and `braked` of people, and of organisations that leave; `overdue` whatever it is of.

    `late` is when something free has to be ordered by.
    """
    state, free_at, whole = erasures.c.state, erasures.c.free_at, erasures.c.scope.in_((PERSON, ORGANISATION))
    kinds = {
        "scheduled": whole & (state == "scheduled") & erasures.c.brake.is_(None),
        "held": whole & (state == "held"),
        "braked": whole & (state == "scheduled") & erasures.c.brake.is_not(None),
        "overdue": (state == "scheduled") & (free_at < instant(late)),
    }
    counted = [func.sum(case((chosen, 1), else_=0)).label(name) for name, chosen in kinds.items()]
    mine = _mine(organisation) & state.in_(WAITING)
    found = select(erasures.c.organisation, *counted).where(mine).group_by(erasures.c.organisation)
    return {row.organisation: {name: int(getattr(row, name)) for name in kinds} for row in session.execute(found)}


def overdue(session: Connection, organisation: str | None, late: datetime) -> dict[str, int]:
    """By category, how many people's or sessions' values are there though they should have been ordered erased."""
    mine = _mine(organisation) & (erasures.c.state == "scheduled") & (erasures.c.free_at < instant(late))
    kind = case((erasures.c.scope.startswith(SESSION), SESSION), else_=erasures.c.scope).label("kind")
    found = {
        category.value: 0 for trigger in (Trigger.ACCOUNT_CLOSED, Trigger.SESSION_ENDED) for category in OF[trigger]
    }
    for row in session.execute(select(kind, func.count().label("late")).where(mine).group_by(kind)):
        for category in categories_of(row.kind):
            found[category.value] += row.late
    return found


def _mine(organisation: str | None) -> ColumnElement[bool]:
    if organisation is None:
        return erasures.c.organisation.is_not(None)
    return erasures.c.organisation == organisation
