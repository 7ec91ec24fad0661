"""Which replays still say why they were begun: their ground, sealed, until its term is over (P06)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, MetaData, String, Table, Text, insert, select, tuple_, update

from services.contracts.audit import ReplayGroundErased, ReplayStarted
from services.kernel.codec import instant
from services.kernel.envelope import Recorded

tables = MetaData()
grounds = Table(
    "replay_grounds",
    tables,
    Column("replay", String(36), primary_key=True),
    Column("ground", Text),
    Column("started_at", String(32), nullable=False, index=True),
    Column("erased_at", String(32)),
)


def project(session: Connection, record: Recorded) -> None:
    match record.event:
        case ReplayStarted() as event:
            row = {"replay": event.replay, "ground": record.sealed.get("ground"), "started_at": instant(event.at)}
            session.execute(insert(grounds).values(**row))
        case ReplayGroundErased() as event:
            gone = {"ground": None, "erased_at": instant(event.at)}
            session.execute(update(grounds).where(grounds.c.replay == event.replay).values(**gone))


def left(session: Connection, after: tuple[str, str] = ("", ""), limit: int = 100) -> Sequence[Any]:
    """Replays whose ground was not erased, the longest begun first; `after` is the last (started_at, replay)."""
    place = tuple_(grounds.c.started_at, grounds.c.replay)
    mine = select(grounds).where(grounds.c.erased_at.is_(None), place > tuple_(*after))
    return session.execute(mine.order_by(grounds.c.started_at, grounds.c.replay).limit(limit)).all()


def ground(session: Connection, replay: str) -> str | None:
    """The sealed ground of one replay; None once it was erased."""
    return session.execute(select(grounds.c.ground).where(grounds.c.replay == replay)).scalar()
