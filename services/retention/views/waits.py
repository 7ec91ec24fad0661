"""How many erasures wait in each organisation, for what, and how many of them are late, by category: numbers alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, select

from services.contracts.facts import ORGANISATION, PERSON
from services.kernel.codec import instant
from services.retention.domain.terms import OF, Trigger
from services.retention.views.erasures import erasures

WAITING = ("scheduled", "held")


def by_organisation(session: Connection, organisation: str | None, late: datetime) -> dict[str, dict[str, int]]:
    """`scheduled`, `held`, `braked` and `overdue` of people, and of organisations that leave.

    `late` is when something free has to be ordered by.
    """
    state, free_at = erasures.c.state, erasures.c.free_at
    kinds = {
        "scheduled": (state == "scheduled") & erasures.c.brake.is_(None),
        "held": state == "held",
        "braked": (state == "scheduled") & erasures.c.brake.is_not(None),
        "overdue": (state == "scheduled") & (free_at < instant(late)),
    }
    counted = [func.sum(case((chosen, 1), else_=0)).label(name) for name, chosen in kinds.items()]
    mine = _mine(organisation) & state.in_(WAITING) & erasures.c.scope.in_((PERSON, ORGANISATION))
    found = select(erasures.c.organisation, *counted).where(mine).group_by(erasures.c.organisation)
    return {row.organisation: {name: int(getattr(row, name)) for name in kinds} for row in session.execute(found)}


def overdue(session: Connection, organisation: str | None, late: datetime) -> dict[str, int]:
    """By category, how many people's or sessions' values are there though they should have been ordered erased."""
    people = OF[Trigger.ACCOUNT_CLOSED], erasures.c.scope == PERSON
    parts = OF[Trigger.SESSION_ENDED], erasures.c.scope != PERSON
    found: dict[str, int] = {}
    for categories, whose in (people, parts):
        mine: Any = _mine(organisation) & whose & (erasures.c.state == "scheduled")
        mine &= erasures.c.free_at < instant(late)
        number = session.execute(select(func.count()).select_from(erasures).where(mine)).scalar_one()
        found |= {category.value: number for category in categories}
    return found


def _mine(organisation: str | None) -> ColumnElement[bool]:
    if organisation is None:
        return erasures.c.organisation.is_not(None)
    return erasures.c.organisation == organisation
