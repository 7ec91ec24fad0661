"""Whose words still have to go by a term of ours: of replays, rollbacks and every kind of case (P06)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, MetaData, String, Table, Text, insert, select, tuple_, update

from services.contracts.audit import (
    ComplaintAnswered,
    ComplaintTextErased,
    DisclosureClosed,
    DisclosureTextErased,
    IncidentClosed,
    IncidentTextErased,
    LogRolledBack,
    ReplayGroundErased,
    ReplayStarted,
    RollbackGroundErased,
)
from services.kernel.codec import instant
from services.kernel.envelope import Recorded

tables = MetaData()
grounds = Table(
    "grounds",
    tables,
    Column("owner", String(80), primary_key=True),
    Column("ground", Text),
    Column("given_at", String(32), nullable=False, index=True),
    Column("erased_at", String(32)),
)
"""`owner` is that of its key: `replay/<id>`, `incident/<id>` …; the words of cases stay with their events."""


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case ReplayStarted(replay=identity, at=at):
            _given(session, f"replay/{identity}", record, instant(at))
        case LogRolledBack(rollback=identity, at=at):
            _given(session, f"rollback/{identity}", record, instant(at))
        case ReplayGroundErased(replay=identity, at=at):
            _erased(session, f"replay/{identity}", instant(at))
        case RollbackGroundErased(rollback=identity, at=at):
            _erased(session, f"rollback/{identity}", instant(at))
        case IncidentClosed(incident=identity, at=at):
            _given(session, f"incident/{identity}", record, instant(at))
        case IncidentTextErased(incident=identity, at=at):
            _erased(session, f"incident/{identity}", instant(at))
        case ComplaintAnswered(complaint=identity, at=at):
            _given(session, f"complaint/{identity}", record, instant(at))
        case DisclosureClosed(disclosure=identity, at=at):
            _given(session, f"disclosure/{identity}", record, instant(at))
        case DisclosureTextErased(disclosure=identity, at=at):
            _erased(session, f"disclosure/{identity}", instant(at))
        case ComplaintTextErased(complaint=identity, at=at):
            _erased(session, f"complaint/{identity}", instant(at))


def left(session: Connection, after: tuple[str, str] = ("", ""), limit: int = 100) -> Sequence[Any]:
    """The grounds that were not erased, the oldest first; `after` is the last (given_at, owner)."""
    place = tuple_(grounds.c.given_at, grounds.c.owner)
    mine = select(grounds).where(grounds.c.erased_at.is_(None), place > tuple_(*after))
    return session.execute(mine.order_by(grounds.c.given_at, grounds.c.owner).limit(limit)).all()


def _given(session: Connection, owner: str, record: Recorded, at: str) -> None:
    session.execute(insert(grounds).values(owner=owner, ground=record.sealed.get("ground"), given_at=at))


def _erased(session: Connection, owner: str, at: str) -> None:
    session.execute(update(grounds).where(grounds.c.owner == owner).values(ground=None, erased_at=at))
