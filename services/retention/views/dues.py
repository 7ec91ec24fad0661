"""Which erasures can be ordered, which wait for a hold or an officer, and which no copy can show any more (P06)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, exists, func, or_, select

from services.kernel.codec import instant
from services.retention.views.erasures import erasures, parts
from services.retention.views.retirements import retirements

FOR_AN_OFFICER = (erasures.c.state == "scheduled") & erasures.c.free_at.is_(None)
"""Braked without an end."""


def due_before(session: Connection, moment: datetime, limit: int) -> Sequence[Row[Any]]:
    """Free to be ordered by `moment`, and not ordered, the longest free first."""
    mine = (erasures.c.state == "scheduled") & (erasures.c.free_at <= instant(moment))
    return session.execute(select(erasures).where(mine).order_by(erasures.c.free_at).limit(limit)).all()


def suspended_before(session: Connection, moment: datetime, limit: int) -> Sequence[Row[Any]]:
    """Would be free by `moment`, but a hold is on them, and that has not been said yet."""
    mine = (erasures.c.state == "held") & erasures.c.suspended_at.is_(None) & (erasures.c.free_at <= instant(moment))
    return session.execute(select(erasures).where(mine).order_by(erasures.c.free_at).limit(limit)).all()


def overdue(session: Connection, moment: datetime) -> int:
    """How many were free to be ordered before `moment` and are not ordered."""
    mine = (erasures.c.state == "scheduled") & (erasures.c.free_at < instant(moment))
    return session.execute(select(func.count()).select_from(erasures).where(mine)).scalar_one()


def braked(session: Connection) -> int:
    """How many wait for an officer."""
    return session.execute(select(func.count()).select_from(erasures).where(FOR_AN_OFFICER)).scalar_one()


def braked_for_officer(session: Connection, organisation: str | None) -> Sequence[Row[Any]]:
    """They wait until an officer lets them go on, the first due first."""
    mine = FOR_AN_OFFICER
    if organisation is not None:
        mine &= erasures.c.organisation == organisation
    return session.execute(select(erasures).where(mine).order_by(erasures.c.due, erasures.c.erasure)).all()


def stalled(session: Connection) -> int:
    """How many services said that they had not erased everything."""
    mine = select(func.count()).select_from(parts).where(parts.c.state == "stalled")
    return session.execute(mine).scalar_one()


def unreadable(session: Connection, limit: int) -> Sequence[Row[Any]]:
    """Certified, and each service has retired a key epoch after it completed; not yet said so."""
    later = retirements.c.after >= parts.c.number
    readable = exists(
        select(parts.c.erasure)
        .outerjoin(retirements, retirements.c.service == parts.c.service)
        .where(parts.c.erasure == erasures.c.erasure, or_(retirements.c.entry.is_(None), ~later))
    )
    mine = (erasures.c.state == "certified") & erasures.c.unreadable_at.is_(None) & ~readable
    return session.execute(select(erasures).where(mine).order_by(erasures.c.asked_in).limit(limit)).all()
