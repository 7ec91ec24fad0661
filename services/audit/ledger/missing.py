"""How long the log waits for a number, by a clock that nobody sets: a day that jumps raises and hides nothing (I3)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, func, select

from services.audit.ledger.reading import Waiting
from services.audit.ledger.tables import pending
from services.kernel.clock import beating
from services.kernel.codec import moment

NEVER = datetime.min.replace(tzinfo=UTC)


class Missing:
    """What one process has seen of the gaps. `clock` only goes forward, in seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._seen: Mapping[tuple[str, int], float] | None = None
        """Source and number → since when, by `clock`; None before the first look."""

    def ages(self, session: Connection, gaps: Sequence[Waiting]) -> dict[str, timedelta]:
        """By source, for how long its number has been missed.

        What was before this process is told by the log's writer alone: from when the first later number came to the
        last time that it put down. So a restart forgets nothing, and what the wall clock says now counts for nothing.
        """
        now, before = self._clock(), self._seen
        if before is None:
            last = written_last(session)
            before = {_key(one): now - _seconds(last - moment(one.since)) for one in gaps}
        seen = self._seen = {_key(one): before.get(_key(one), now) for one in gaps}
        return {source: timedelta(seconds=now - since) for (source, _), since in seen.items()}


def written_last(session: Connection) -> datetime:
    """The last time that the log's writer put down: of what came early, or of its beat."""
    came = session.execute(select(func.max(pending.c.at))).scalar()
    return max(NEVER if came is None else moment(came), beating.last(session, beating.INGEST) or NEVER)


def _key(one: Waiting) -> tuple[str, int]:
    return one.source, one.high_water


def _seconds(span: timedelta) -> float:
    return max(span.total_seconds(), 0.0)
