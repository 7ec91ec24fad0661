"""Whose data an incident touched is counted from the log itself, a stretch at a time, and then told (P19)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import Connection, select

from services.audit.domain import incident as rules
from services.audit.domain.breach import Holder, Part, Search, touched
from services.audit.ledger import pruned, reading
from services.audit.ledger.tables import entries
from services.audit.views import incidents as view
from services.contracts.audit import BreachScoped, IncidentRegistered, ScopeComputed
from services.contracts.auth import SessionEnded, SessionStarted
from services.contracts.privacy import Category, LegalBasis
from services.kernel.commands.unit import Store, Unit
from services.kernel.context import Context
from services.kernel.store import eventstore

STRETCH = 1000
"""Entries that one look goes through, however few of them fit."""
PATIENCE = 0.5
"""Seconds that one turn looks for; the next one goes on where it stopped."""


@dataclass
class Progress:
    """One search on its way to the entry `last`: first for whose session it is, then for what was done."""

    search: Search
    registered: IncidentRegistered
    phase: int
    first: int
    last: int
    at: int
    finding_holder: bool
    entries: int = 0
    parts: dict[str, Part] = field(default_factory=dict)


class Scoping:
    """`context` makes the one in which audit speaks for itself. A crash begins the search again."""

    def __init__(
        self,
        store: Store,
        context: Callable[[], Context],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        patience: float = PATIENCE,
    ) -> None:
        self._store, self._context, self._now, self._patience = store, context, now, patience
        self._doing: Progress | None = None

    def turn(self) -> int:
        """Search for a while; returns how many incidents got their scope."""
        until, done = time.monotonic() + self._patience, 0
        while (doing := self._next()) is not None:
            while doing.finding_holder or doing.at < doing.last:
                if time.monotonic() >= until:
                    return done
                self._look(doing)
                time.sleep(0)  # others are waiting for this process too
            self._tell(doing)
            self._doing = None
            done += 1
        return done

    def _next(self) -> Progress | None:
        """The search that is on its way, or the next one; none before the log itself says what to look for."""
        with self._store.reading() as session:
            for row in view.unscoped(session):
                doing = self._doing
                if doing and (doing.registered.incident, doing.phase) == (row.incident, row.window_phase):
                    return doing
                if (found := _begun(session, row)) is not None:
                    self._doing = found
                    return found
        return None

    def _look(self, doing: Progress) -> None:
        upto = min(doing.last, doing.at + STRETCH)
        with self._store.reading() as session:
            begin = max(doing.at, pruned.minimum(session) - 1)
            found = select(entries.c.note).where(entries.c.idx > begin, entries.c.idx <= upto)
            if doing.finding_holder:
                found = found.where(entries.c.subject == f"session/{doing.search.session}")
            else:
                found = found.where(entries.c.time >= doing.search.since)
                if doing.search.until is not None:
                    found = found.where(entries.c.time < doing.search.until)
            notes = [bytes(row.note) for row in session.execute(found.order_by(entries.c.idx))]
        take = _find_holder if doing.finding_holder else _count
        for note in notes:
            take(doing, orjson.loads(note.split(b"\n", 1)[0]))
        doing.at = upto
        if doing.finding_holder and doing.at >= doing.last:
            doing.finding_holder, doing.at = False, doing.first - 1

    def _tell(self, doing: Progress) -> None:
        incident, at = doing.registered.incident, self._now()
        parts = tuple(
            BreachScoped(
                incident=incident,
                organisation=organisation,
                phase=doing.phase,
                people=part.people,
                records=part.all_records,
                people_by_category=dict(sorted(part.people_by_category().items())),
                records_by_category=dict(sorted(part.records.items())),
                exact=part.exact,
                at=at,
            )
            for organisation, part in sorted(doing.parts.items())
        )
        computed = ScopeComputed(
            incident=incident,
            organisation=doing.registered.organisation,
            phase=doing.phase,
            first=doing.first,
            last=doing.last,
            entries=doing.entries,
            organisations=len(parts),
            at=at,
        )

        def work(unit: Unit) -> dict[str, Any]:
            unit.do(f"incident/{incident}", rules.decider, rules.Scope(parts=parts, computed=computed))
            return {}

        context = replace(self._context(), legal_basis=LegalBasis.LEGAL_OBLIGATION.value, case=incident)
        self._store.perform(context, work)


def _begun(session: Connection, row: Any) -> Progress | None:
    history = eventstore.read(session, f"incident/{row.incident}")
    asked = next(record for record in history if getattr(record.event, "phase", 1) == row.window_phase)
    registered = history[0].event
    if not isinstance(registered, IncidentRegistered) or reading.by_event(session, asked.envelope.id) is None:
        return None
    first, last = pruned.minimum(session), reading.size(session) - 1
    search = Search(
        incident=row.incident,
        since=row.since,
        until=row.until,
        suspect=registered.suspect,
        session=registered.session,
        categories=frozenset(Category(one) for one in orjson.loads(row.categories)),
    )
    return Progress(search, registered, row.window_phase, first, last, first - 1, search.session is not None)


def _find_holder(doing: Progress, said: Mapping[str, Any]) -> None:
    if said["type"] == SessionStarted.type:
        doing.search = replace(doing.search, holder=Holder(actor=said["datasubject"], since=said["time"]))
    elif said["type"] == SessionEnded.type and doing.search.holder is not None:
        ended = replace(doing.search.holder, until=said["time"])
        doing.search = replace(doing.search, holder=ended)


def _count(doing: Progress, said: Mapping[str, Any]) -> None:
    if not doing.search.takes(said):
        return
    touch = touched(said, doing.search.categories)
    if touch is None:
        return
    doing.entries += 1
    doing.parts.setdefault(touch.organisation, Part()).add(touch)
