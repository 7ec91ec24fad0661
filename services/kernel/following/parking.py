"""Where a feed sets aside what it could not take in, so that the rest can go on and a person can decide."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from prometheus_client import Gauge
from sqlalchemy import Connection, delete, func, insert, select, update

from services.kernel.store.eventstore import parked

WAITS = "waits"
"""The error of an entry that nothing is wrong with, but an earlier one of its stream."""
PARKED = Gauge("crisisconnect_feed_parked", "Entries set aside, those that wait behind them included.", ("feed",))


@dataclass(frozen=True)
class Parked:
    """One entry set aside: index, stream, type, why (`waits`, or a class and code), tried how often, since when."""

    index: int
    stream: str
    type: str
    error: str
    tries: int
    at: str


class Parking:
    """The parked entries of one feed. Each method works in the transaction it is given."""

    def __init__(self, feed: str) -> None:
        self.feed = feed

    def all(self, session: Connection) -> list[Parked]:
        """What was set aside, oldest first."""
        rows = session.execute(select(parked).where(parked.c.feed == self.feed).order_by(parked.c.idx)).all()
        return [Parked(row.idx, row.stream, row.type, row.error, row.tries, row.at) for row in rows]

    def holds(self, session: Connection, stream: str) -> bool:
        """Whether something of `stream` is parked, so that the next one has to wait."""
        found = select(parked.c.idx).where(parked.c.feed == self.feed, parked.c.stream == stream).limit(1)
        return session.execute(found).first() is not None

    def add(self, session: Connection, index: int, stream: str, kind: str, error: str, tries: int) -> None:
        row = {"idx": index, "stream": stream, "type": kind, "error": error, "tries": tries, "at": _now()}
        session.execute(insert(parked).values(feed=self.feed, **row))
        self._count(session)

    def failed_again(self, session: Connection, index: int, error: str, tries: int) -> None:
        more = {"error": error, "tries": parked.c.tries + tries, "at": _now()}
        session.execute(update(parked).where(self._at(index)).values(more))
        # The try took it out, and was undone: it is counted again.
        self._count(session)

    def drop(self, session: Connection, index: int) -> bool:
        """Whether it was there."""
        there = session.execute(delete(parked).where(self._at(index))).rowcount == 1
        self._count(session)
        return there

    def _count(self, session: Connection) -> None:
        mine = select(func.count()).select_from(parked).where(parked.c.feed == self.feed)
        PARKED.labels(self.feed).set(session.execute(mine).scalar_one())

    def _at(self, index: int) -> Any:
        return (parked.c.feed == self.feed) & (parked.c.idx == index)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
