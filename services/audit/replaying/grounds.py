"""Why somebody looked has its own term; then its key is destroyed, and the entry stays sealed for good (P06)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

from services.audit.domain import replay as domain
from services.audit.domain.terms import Due, Terms, Trigger, due
from services.audit.views import grounds as view
from services.kernel import eventstore
from services.kernel.codec import moment
from services.kernel.context import Context
from services.kernel.database import scrub
from services.kernel.durations import after
from services.kernel.unit import Store, Unit

BATCH = 100


class Grounds:
    """`context` makes the one in which audit speaks for itself."""

    def __init__(
        self,
        store: Store,
        context: Callable[[], Context],
        terms: Sequence[Terms],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store, self._context, self._terms, self._now = store, context, terms, now
        self._shortest = [one.by_trigger[Trigger.REPLAY_STARTED] for one in terms]
        self._unscrubbed = False

    def turn(self) -> int:
        """Erase every ground whose term is over, key first; returns how many. A crash between begins again."""
        count = 0
        for replay, found in list(self._over()):
            self._erase(replay, found)
            count += 1
        self._unscrubbed |= count > 0
        if self._unscrubbed and scrub(self._store.engine):
            self._unscrubbed = False
        return count

    def _over(self) -> Iterator[tuple[str, Due]]:
        seen, now = ("", ""), self._now()
        while True:
            with self._store.reading() as session:
                rows = view.left(session, seen, BATCH)
            for row in rows:
                started = moment(row.started_at)
                if all(after(started, term) > now for term in self._shortest):
                    return  # nor is anything that was begun later
                found = due(self._terms, Trigger.REPLAY_STARTED, started)
                if found.at <= now:
                    yield row.replay, found
            if len(rows) < BATCH:
                return
            seen = rows[-1].started_at, rows[-1].replay

    def _erase(self, replay: str, found: Due) -> None:
        owner = f"replay/{replay}"
        keys = self._store.keyring.erase([owner])

        def work(unit: Unit) -> dict[str, Any]:
            eventstore.bury(unit.session, [owner])
            command = domain.EraseGround(rule=found.rule, due=found.at, keys=keys, at=self._now())
            unit.do(owner, domain.decider, command)
            return {}

        self._store.perform(self._context(), work)
