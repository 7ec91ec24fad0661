"""Time passes: holds end, what is due and free is ordered, and what no copy can show any more is said so (P06)."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from prometheus_client import Gauge
from sqlalchemy import Connection

from services.contracts.facts import ORGANISATION, PERSON
from services.contracts.retention import ErasureBraked, ErasureHeld, ErasureOrdered
from services.kernel.calls.rpc import Unavailable
from services.kernel.commands.unit import Unit
from services.kernel.decider import Refused
from services.retention.app.departing import TooManyHeld
from services.retention.app.locking import lock_organisations, stream
from services.retention.domain import erasure as erasing, hold as holding
from services.retention.domain.terms import allowance
from services.retention.views import dues, holds, persons, retirements, standing, waits

if TYPE_CHECKING:
    from services.retention.app import Retention

log = logging.getLogger(__name__)

BATCH = 100
A_DAY = timedelta(hours=24)
OVERDUE = Gauge("crisisconnect_retention_overdue", "Erasures due, free, and not ordered for longer than two sweeps.")
LATE = Gauge(
    "crisisconnect_retention_overdue_by_category", "The same, by category of what is there too long.", ["category"]
)
REVIEWS = Gauge("crisisconnect_retention_holds_to_review", "Holds that should have been looked at again by now.")
STALLED = Gauge("crisisconnect_retention_stalled", "Completions of services that say something was left.")
BRAKED = Gauge("crisisconnect_retention_braked", "Erasures that wait for an officer.")

Find = Callable[[Connection], Sequence[Any]]


class Sweeping:
    """A bounded batch at a time, each in one transaction."""

    def __init__(self, retention: Retention) -> None:
        self._retention = retention
        self._known: dict[str, bool] = {}
        self._held: Mapping[str, tuple[str, ...]] = {}
        self._room: dict[tuple[str, str], int] = {}
        """How many more of an organisation's people may be ordered erased today, whole or in one category: by scope."""

    def sweep(self) -> None:
        """End what has expired, order what is due, and say which copies have become unreadable."""
        now = self._retention.now
        self._each(lambda session: holds.expired_by(session, now(), BATCH), self._expire)
        ruling = self._retention.ruling
        ruling.begin()
        self._each(lambda session: ruling.over(session, BATCH), ruling.schedule)
        self._each(lambda session: ruling.recorded_over(session, BATCH), ruling.schedule_recorded)
        self._each(lambda session: dues.suspended_before(session, now(), BATCH), self._order, first=self._survey)
        due: Find = lambda session: dues.due_before(session, now(), BATCH)  # noqa: E731
        self._each(due, self._order, ahead=self._ask_sources, first=self._survey)
        self._each(lambda session: dues.unreadable(session, BATCH), self._prove)
        certifying = self._retention.certifying
        self._each(lambda session: certifying.owed(session, BATCH), certifying.issue)
        with self._retention.store.reading() as session:
            OVERDUE.set(dues.overdue(session, now() - self._retention.patience))
            for category, late in waits.overdue(session, None, now() - self._retention.patience).items():
                LATE.labels(category).set(late)
            REVIEWS.set(sum(holds.to_review(session, None, now()).values()))
            STALLED.set(dues.stalled(session))
            BRAKED.set(dues.braked(session))

    def _each(
        self,
        find: Find,
        decide: Callable[[Unit, Any], None],
        *,
        ahead: Callable[[Sequence[Any]], None] = lambda _: None,
        first: Callable[[Unit, Sequence[Any]], None] = lambda *_: None,
    ) -> None:
        """Look without a lock first, since most sweeps find nothing. Ends when a batch changed nothing.

        `ahead` may wait, `first` looks under the locks at what all steps of the batch need.
        """
        store, stopping = self._retention.store, self._retention.stopping

        def work(unit: Unit) -> dict[str, Any]:
            lock_organisations(unit.session, (row.organisation for row in found))
            locked = {row.organisation for row in found}
            # Read again: what was placed, released or ordered while we waited for the locks counts.
            rows = [row for row in find(unit.session) if row.organisation in locked]
            first(unit, rows)
            for row in rows:
                # Every step belongs to the chain of requests that asked for the erasure, not to the sweep.
                unit.context = replace(unit.context, correlation=row.correlation, causation=_cause(row))
                try:
                    decide(unit, row)
                except Refused as refused:
                    log.error("the sweep was refused a step: %s", refused.code)
                except TooManyHeld:
                    log.error("an organisation waits: more of its people are held than an order can name")
            return {}

        while not stopping():
            with store.reading() as session:
                found = find(session)
            if not found:
                return
            ahead(found)
            if not store.perform(self._retention.own_context(), work)["events"] or len(found) < BATCH:
                return

    # -- one step each

    def _expire(self, unit: Unit, row: Any) -> None:
        asked = holding.Release(by="system/retention", expired=True, at=self._retention.now())
        unit.do(f"hold/{row.hold}", holding.decider, asked)

    def _survey(self, unit: Unit, rows: Sequence[Any]) -> None:
        """In a few questions instead of some for each."""
        unit.together = True
        unit.look_ahead([stream(row.erasure) for row in rows])
        self._held = holds.on_each(unit.session, [row.erasure for row in rows])
        organisations = {row.organisation for row in rows}
        people = standing.people_of(unit.session, organisations)
        gone = persons.gone_since(unit.session, organisations, self._retention.now() - A_DAY)
        self._room = {
            (name, scope): allowance(people.get(name, 0)) - gone.get((name, scope), 0)
            for name in organisations
            for scope in persons.OF_PEOPLE
        }

    def _order(self, unit: Unit, row: Any) -> None:
        held = self._held.get(row.erasure, ())
        known = self._known.get(row.asked_event)
        if known is None and not held:
            return  # its source could not be asked, so it waits for the next sweep
        at = self._retention.now()
        whose = row.organisation, row.scope
        crowded = self._room.get(whose, 1) <= 0
        excepted: tuple[str, ...] = ()
        if row.scope == ORGANISATION:
            crowded = (standing.people(unit.session, row.organisation) or 0) > self._room[row.organisation, PERSON]
            excepted = self._retention.departing.excepted(unit.session, row.organisation)
        asked = erasing.Order(holds=held, known=bool(known), crowded=crowded, excepted=excepted, at=at)
        for event in unit.do(stream(row.erasure), erasing.decider, asked):
            if isinstance(event, ErasureHeld) and row.scope == PERSON:
                self._retention.ruling.held(unit, row, held)
            if isinstance(event, ErasureBraked):
                log.error("erasure %s waits for an officer: %s", row.erasure, event.why.value)
            if isinstance(event, ErasureOrdered) and whose in self._room and row.released_at is None:
                self._room[whose] -= 1

    def _prove(self, unit: Unit, row: Any) -> None:
        noted: Mapping[str, erasing.Retired] = retirements.latest(unit.session)
        asked = erasing.ProveCopies(retirements=noted, at=self._retention.now())
        unit.do(stream(row.erasure), erasing.decider, asked)

    def _ask_sources(self, rows: Sequence[Any]) -> None:
        """A signature shows who signed; whether the event really stands where it comes from, only its source knows."""
        self._known = {}
        by_source = defaultdict[str, list[str]](list)
        for row in rows:
            by_source[row.asked_source].append(row.asked_event)
        for source, asked in by_source.items():
            try:
                said = self._retention.caller.call(
                    source, "committed", {"events": asked}, self._retention.own_context()
                )
            except Unavailable:
                log.warning("%s cannot be asked whether it asked for erasures; they wait", source)
                continue
            self._known |= {event: event in said for event in asked}


def _cause(row: Any) -> str | None:
    """The event that scheduled it, or that ended a session; a hold ends of itself."""
    found: str | None = getattr(row, "scheduled_by", None) or getattr(row, "event", None)
    return found
