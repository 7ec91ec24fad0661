"""What the report would say is looked at by the clock, and told in the log when it turns: nobody has to have asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from prometheus_client import Gauge
from sqlalchemy import Connection

from services.audit.conformance.promises import PROMISES
from services.audit.domain import promise
from services.contracts.audit import PromiseState
from services.kernel.commands.unit import Store, Unit
from services.kernel.context import Context

UNKEPT = Gauge("crisisconnect_promises_unkept", "Promises that are at risk or broken.", ("state",))
TOLD = (PromiseState.AT_RISK, PromiseState.BROKEN)

Rows = Sequence[Mapping[str, Any]]


class Watching:
    """`look` makes the rows of all organisations together; `context` the one in which audit speaks for itself."""

    def __init__(
        self,
        store: Store,
        look: Callable[[], Rows],
        context: Callable[[], Context],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store, self._look, self._context, self._now = store, look, context, now
        self._before: dict[str, PromiseState] = {}

    def turn(self) -> int:
        """How many promises are told to have turned: those found so twice in a row, since a restart is no breach."""
        rows = self._look()
        found = {row["promise"]: PromiseState(row["state"]) for row in rows}
        for state in TOLD:
            UNKEPT.labels(state.value).set(sum(one is state for one in found.values()))
        sure = [row for row in rows if self._before.get(row["promise"]) is found[row["promise"]]]
        self._before = found
        with self._store.reading() as session:
            said = states(self._store, session)
        looks = [
            promise.Look(promise=row["promise"], state=found[row["promise"]], why=tuple(row["why"]), at=self._now())
            for row in sure
        ]
        looks = [one for one in looks if promise.decide(said[one.promise], one)]
        for one in looks:
            self._say(one)
        return len(looks)

    def _say(self, look: promise.Look) -> None:
        def work(unit: Unit) -> dict[str, Any]:
            unit.do(stream(look.promise), promise.decider, look)
            return {}

        self._store.perform(self._context(), work)


def states(store: Store, session: Connection) -> dict[str, promise.Promise]:
    """What the log was last told of each promise."""
    return {one.id: store.known.state(session, stream(one.id), promise.decider, keep=False)[1] for one in PROMISES}


def stream(name: str) -> str:
    return f"promise/{name}"
