"""Follows the log, orders what is due, certifies what every service has completed. One transaction a step."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from prometheus_client import Gauge
from sqlalchemy import Connection

from services.contracts import retention
from services.kernel.configuration import Configuration
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.feed import Entry
from services.kernel.participant import Calling, Participant, Vocabulary
from services.kernel.unit import Unit
from services.retention import schemas
from services.retention.domain import erasure as erasing
from services.retention.domain import retirement as retiring
from services.retention.domain import terms
from services.retention.reactions import FOLLOWS, react
from services.retention.views import erasures, retirements

log = logging.getLogger(__name__)

BATCH = 100
OVERDUE = Gauge("crisisconnect_retention_overdue", "Erasures due, and not ordered for longer than two sweeps.")
STALLED = Gauge("crisisconnect_retention_stalled", "Completions of services that say something was left.")


def default_terms() -> tuple[terms.Terms, ...]:
    """The terms that are in this version of the software, with the day each came into force."""
    return terms.parse(json.loads(Path(__file__).parents[1].joinpath("terms.json").read_text()))


class Retention(Participant):
    """Owns time. `now` is its clock; only due dates and the moments of its own decisions come from it."""

    name = "retention"
    views = (erasures, retirements)
    vocabulary = Vocabulary(
        order=retention.ErasureOrdered,
        completed=retention.ErasureCompleted,
        retired=retention.KeyEpochRetired,
        handed_over=retention.SigningKeyHandedOver,
    )
    follows = FOLLOWS

    def __init__(
        self,
        configuration: Configuration,
        caller: Calling,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(configuration, caller)
        self.now = now
        self.terms = default_terms()

    def timers(self) -> Sequence[tuple[float, Callable[[], None]]]:
        return [(self.configuration.retention_sweep_seconds, self.sweep)]

    # -- the log

    def handle(self, unit: Unit, entry: Entry) -> None:
        match react(entry.index, entry.record, self.terms, self.now()):
            case erasing.Schedule() as command:
                unit.do(_stream(command.erasure), erasing.decider, command)
            case erasing.Confirm() as command:
                unit.do(entry.record.stream, erasing.decider, command)
            case retiring.Note() as command:
                unit.do(f"retirement/{command.retirement}", retiring.decider, command)
            case None:
                return

    # -- the sweep

    def sweep(self) -> None:
        """Order what is due and say which copies have become unreadable, a bounded batch at a time."""
        self._each(lambda session: erasures.due_before(session, self.now(), BATCH), self._order)
        self._each(lambda session: erasures.unreadable(session, BATCH), self._prove)
        patience = timedelta(seconds=2 * self.configuration.retention_sweep_seconds)
        with self.store.reading() as session:
            OVERDUE.set(erasures.overdue(session, self.now() - patience))
            STALLED.set(erasures.stalled(session))

    def _each(self, find: Callable[[Connection], Sequence[Any]], decide: Callable[[Unit, Any], None]) -> None:
        """Look without a lock first, since most sweeps find nothing. Ends when a batch changed nothing."""

        def work(unit: Unit) -> dict[str, Any]:
            for row in find(unit.session):
                # Every step belongs to the chain of requests that asked for the erasure, not to the sweep.
                unit.context = replace(unit.context, correlation=row.correlation, causation=row.scheduled_by)
                try:
                    decide(unit, row)
                except Refused as refused:
                    log.error("erasure %s was refused its next step: %s", row.erasure, refused.code)
            return {}

        while not self._stopping.is_set():
            with self.store.reading() as session:
                found = len(find(session))
            if not found or not self.store.perform(self.own_context(), work)["events"] or found < BATCH:
                return

    def _order(self, unit: Unit, row: Any) -> None:
        unit.do(_stream(row.erasure), erasing.decider, erasing.Order(at=self.now()))

    def _prove(self, unit: Unit, row: Any) -> None:
        noted = retirements.latest(unit.session)
        unit.do(_stream(row.erasure), erasing.decider, erasing.ProveCopies(retirements=noted, at=self.now()))

    # -- its own part in forgetting

    def owners(self, _: Connection, account: str) -> set[str]:
        return {f"account/{account}"}

    def drop(self, session: Connection, account: str) -> int:
        return erasures.drop(session, account)

    def left(self, session: Connection, account: str) -> int:
        return erasures.holds(session, account)

    # -- questions

    def erasures(self, _: Context, organisation: str | None, after: str | None, limit: int) -> dict[str, Any]:
        """A page of erasures, the newest first; `after` is the `next` of the page before.

        Raises Refused("cursor_invalid").
        """
        limit = max(1, min(limit, 100))
        with self.store.reading() as session:
            rows = erasures.newest(session, organisation, _index(after), limit)
            parts = erasures.parts_of(session, [row.erasure for row in rows])
        items = [schemas.erasure(row, parts[row.erasure], erasing.SERVICES) for row in rows]
        return {"items": items, "next": str(rows[-1].asked_in) if len(rows) == limit else None}

    def erasure(self, _: Context, erasure: str, organisation: str | None) -> dict[str, Any]:
        """Raises Refused("not_found"), also while the event that asks is on its way to the log."""
        row, parts = self._find(erasure, organisation)
        return schemas.erasure(row, parts, erasing.SERVICES)

    def certificate(self, _: Context, erasure: str, organisation: str | None) -> dict[str, Any]:
        """The proof. Raises Refused("not_found"), or Refused("not_yet") before it is certified."""
        row, parts = self._find(erasure, organisation)
        if row.certified_at is None:
            raise Refused("not_yet")
        return schemas.certificate(row, parts)

    def _find(self, erasure: str, organisation: str | None) -> tuple[Any, Sequence[Any]]:
        with self.store.reading() as session:
            row = erasures.by_id(session, organisation, erasure)
            if row is None:
                raise Refused("not_found")
            return row, erasures.parts_of(session, [erasure])[erasure]


def _stream(erasure: str) -> str:
    return f"erasure/{erasure}"


def _index(cursor: str | None) -> int | None:
    if not cursor:
        return None
    try:
        return int(cursor)
    except ValueError as error:
        raise Refused("cursor_invalid") from error
