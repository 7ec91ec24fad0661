"""What should never be seen is looked for, and said in the log itself: a number that stays away, a message kept out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from prometheus_client import Gauge
from sqlalchemy import Connection, insert, select, update

from services.audit.domain import gap, quarantine, store
from services.audit.ledger import reading
from services.audit.ledger.missing import Missing
from services.kernel.codec import moment
from services.kernel.commands.unit import Store, Unit
from services.kernel.context import Context
from services.kernel.store.eventstore import cursors

GAPS = Gauge("crisisconnect_log_gaps", "Sources that the log has waited for longer than it may.")
CURSOR = "audit-quarantine"
BATCH = 100


class Alarms:
    """Raises each alarm once, however many replicas look; `context` makes the one in which audit speaks for itself."""

    def __init__(
        self,
        store: Store,
        context: Callable[[], Context],
        patience: float,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        missing: Missing | None = None,
    ) -> None:
        """`patience`: how many seconds a number may be missing; `now` is told, and decides nothing."""
        self._store = store
        self._context = context
        self._patience = timedelta(seconds=patience)
        self._now = now
        self._missing = missing or Missing()
        self._said: dict[str, int] | None = None
        """Source → the number that is said to be missing; None before the first look."""

    def look(self) -> None:
        """Compare what the log waits for and what it kept out with what was said of it, and say the rest."""
        self._look_for_gaps()
        while self._raise_quarantined():
            pass

    def restored(self, source: str, given: int) -> None:
        """A source's relay says that the log has more of it than the `given` numbers of its store."""
        with self._store.reading() as session:
            known = reading.high_water(session, source)
        command = store.Report(source=source, given=given, known=known, at=self._now())

        def work(unit: Unit) -> dict[str, Any]:
            unit.do(f"store{source}", store.decider, command)
            return {}

        self._store.perform(self._context(), work)

    def came_back(self, source: str, given: int, known: int) -> None:
        """A source took back from the log what its store, which gave `given` numbers, lacked of the `known` ones."""
        command = store.ComeBack(source=source, given=given, known=known, at=self._now())

        def work(unit: Unit) -> dict[str, Any]:
            unit.do(f"store{source}", store.decider, command)
            return {}

        self._store.perform(self._context(), work)

    def older_copies(self, session: Connection) -> dict[str, store.Store]:
        """The sources whose store is, as far as is known, an older copy still: nothing of them has come since."""
        found = {}
        for source, high_water in reading.marks(session).items():
            _, state = self._store.known.state(session, f"store{source}", store.decider, keep=False)
            if state.known and state.known >= high_water:
                found[source] = state
        return found

    def gaps(self, session: Connection) -> Mapping[str, timedelta]:
        """By source for how long a number of its has been missed."""
        return self._missing.ages(session, reading.gaps(session))

    def _look_for_gaps(self) -> None:
        with self._store.reading() as session:
            found = {waiting.source: waiting for waiting in reading.gaps(session)}
            ages = self._missing.ages(session, list(found.values()))
            said = self._what_was_said(session)
        now = self._now()
        late = {source: one for source, one in found.items() if ages[source] >= self._patience}
        GAPS.set(len(late))
        for source, one in late.items():
            if said.get(source) != one.high_water + 1:
                self._do(source, self._missed(one, now))
                said[source] = one.high_water + 1
        for source in [name for name, missing in said.items() if _healed(found.get(name), missing)]:
            self._do(source, gap.Heal(source=source, at=now))
            del said[source]

    def _what_was_said(self, session: Connection) -> dict[str, int]:
        if self._said is None:
            self._said = {}
            for source in reading.marks(session):
                _, state = self._store.known.state(session, _stream(source), gap.decider, keep=False)
                if state.missing is not None:
                    self._said[source] = state.missing
        return self._said

    def _missed(self, one: reading.Waiting, now: datetime) -> gap.Miss:
        return gap.Miss(
            source=one.source,
            missing_from=one.high_water + 1,
            waiting=one.waiting,
            since=moment(one.since),
            at=now,
        )

    def _do(self, source: str, command: gap.Miss | gap.Heal) -> None:
        def work(unit: Unit) -> dict[str, Any]:
            unit.do(_stream(source), gap.decider, command)
            return {}

        self._store.perform(self._context(), work)

    def _raise_quarantined(self) -> bool:
        """One batch; whether there was any."""
        with self._store.reading() as session:
            after = _cursor(session)
            refusals = reading.refusals(session, after or 0, BATCH)
        if not refusals:
            return False
        now = self._now()

        def work(unit: Unit) -> dict[str, Any]:
            for one in refusals:
                command = quarantine.Raise(
                    quarantine=one.id, source=one.source, reason=one.reason, digest=one.digest, at=now
                )
                unit.do(f"quarantine/{one.id}", quarantine.decider, command)
            _move(unit.session, refusals[-1].id)
            return {}

        self._store.perform(self._context(), work)
        return True


def _healed(waiting: reading.Waiting | None, missing: int) -> bool:
    return waiting is None or waiting.high_water + 1 > missing


def _stream(source: str) -> str:
    return f"gap{source}"


def _cursor(session: Connection) -> int | None:
    return session.execute(select(cursors.c.after).where(cursors.c.name == CURSOR)).scalar()


def _move(session: Connection, to: int) -> None:
    # Another replica may have been here: its cursor never goes back.
    after = _cursor(session)
    if after is None:
        session.execute(insert(cursors).values(name=CURSOR, after=to))
    elif after < to:
        session.execute(update(cursors).where(cursors.c.name == CURSOR).values(after=to))
