"""What a compliance officer does about incidents, and what each controller sees of its own part (P19, I9)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import orjson
from sqlalchemy import Connection

from services.audit.cases import notification, shapes
from services.audit.cases.clocks import clocks
from services.audit.domain import incident as rules
from services.audit.domain.notices import Clock, Notices, clock
from services.audit.ledger import reading
from services.audit.views import incidents as view
from services.contracts.audit import IncidentClosed, IncidentRegistered
from services.contracts.privacy import Category, LegalBasis
from services.kernel.codec import instant, moment
from services.kernel.commands.unit import Store, Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.envelope import Recorded
from services.kernel.store import eventstore

MOST = 100
People = Callable[[str, str | None], str]
"""Who is behind an account id that people know. Raises Refused account_unknown."""


class Incidents:
    """`organisation` is None wherever somebody asks who looks after all of them, else the one that asks."""

    def __init__(
        self,
        store: Store,
        people: People,
        maker: str,
        notices: Sequence[Notices],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store, self._people, self._maker, self._notices, self._now = store, people, maker, notices, now

    # -- what is done

    def register(self, context: Context, **said: Any) -> dict[str, Any]:
        """Answers `incident`, and the clock. Raises Refused: `not_yet`, `period_invalid`, `account_unknown`."""
        given = shapes.loaded(shapes.Incident, said)
        account = given.pop("account", None)
        suspect = self._people(account, None) if account else None
        categories = tuple(sorted(set(given.pop("categories"))))
        incident = str(uuid4())
        told = IncidentRegistered(
            incident=incident,
            organisation=self._maker,
            suspect=suspect,
            categories=categories,
            by=context.actor,
            at=self._now(),
            **given,
        )
        answer = self._do(context, incident, rules.Register(told=told))
        return answer | _clock(self._clock(told.known_at))

    def supplement(self, context: Context, incident: str, **said: Any) -> dict[str, Any]:
        """Add what became known or was done since; a new window has the scope computed anew."""
        given = shapes.loaded(shapes.Supplement, said)
        if not given:
            raise Refused("invalid", errors={"body": ["This says nothing."]})
        return self._do(context, incident, rules.Supplement(by=context.actor, at=self._now(), **given))

    def inform(self, context: Context, incident: str, **said: Any) -> dict[str, Any]:
        """Enter that a controller was told, by the notification as it is now; from then on it sees its part."""
        given = shapes.loaded(shapes.Informing, said)
        organisation, at = given["organisation"], self._now()
        with self._store.reading() as session:
            known = reading.of_organisation(session, organisation, limit=1)
        if not known or organisation == self._maker:
            raise Refused("not_found")
        document = self._document(incident, organisation)
        with self._store.reading() as session:
            term = clocks(session, self._notices, moment(document["known_at"]), [organisation])[organisation]
        command = rules.Inform(
            organisation=organisation,
            channel=given["channel"],
            informed_at=given.get("informed_at") or at,
            rule=term.rule,
            due=term.controller_due,
            document_sha256=notification.digest(document),
            by=context.actor,
            at=at,
        )
        return self._do(context, incident, command, document_sha256=command.document_sha256)

    def close(self, context: Context, incident: str, **said: Any) -> dict[str, Any]:
        """Raises Refused: `not_yet` while the scope is being computed, `controllers_uninformed`, `incident_closed`."""
        given = shapes.loaded(shapes.Closing, said)
        return self._do(context, incident, rules.Close(by=context.actor, at=self._now(), **given))

    # -- what is shown

    def all(self, organisation: str | None, after: str | None, limit: int) -> dict[str, Any]:
        """A page of the register, without words."""
        limit = max(1, min(limit, MOST))
        with self._store.reading() as session:
            rows = view.after(session, organisation, after or "", limit)
            parts = view.parts(session, organisation, [row.incident for row in rows])
            items = [self._row(session, row, parts[row.incident]) for row in rows]
        return {"items": items, "next": rows[-1].incident if len(rows) == limit else None}

    def show(self, incident: str, organisation: str | None) -> dict[str, Any]:
        """One incident with what was written of it; why it was closed so is for the maker's side alone."""
        with self._store.reading() as session:
            row = self._found(session, organisation, incident)
            parts = view.parts(session, organisation, [incident])[incident]
            history = eventstore.read(session, f"incident/{incident}")
            shown = self._row(session, row, parts)
        opened = self._opened(history)
        texts = {name: notification.written(history, opened, name) for name in notification.TEXTS}
        contact = opened.get((history[0].envelope.id, "contact"))
        closed = [record for record in history if isinstance(record.event, IncidentClosed)]
        why = opened.get((closed[0].envelope.id, "why")) if closed and organisation is None else None
        return {**shown, **texts, "contact": contact, "why": why}

    def notification_to(self, of: str, incident: str, organisation: str | None) -> dict[str, Any]:
        """The notification to the controller `of`, with its digest and the entries of the log that it rests on."""
        if organisation not in (None, of):
            raise Refused("not_found")
        with self._store.reading() as session:
            self._found(session, organisation, incident)
            if organisation is None and view.part(session, incident, of) is None:
                raise Refused("not_found")
        document = self._document(incident, of)
        with self._store.reading() as session:
            found = {event: reading.by_event(session, event) for event in document["events"]}
            note = reading.checkpoint(session)
        return {
            **document,
            "document_sha256": notification.digest(document),
            "entries": {event: entry.index if entry else None for event, entry in found.items()},
            "checkpoint": note.decode() if note else None,
        }

    # -- how

    def _do(self, context: Context, incident: str, command: rules.Command, **answer: str) -> dict[str, Any]:
        owner = f"incident/{incident}"
        basis = LegalBasis.LEGAL_OBLIGATION.value
        context = replace(context, organisation=self._maker, legal_basis=basis, case=incident)
        if not isinstance(command, rules.Register):
            with self._store.reading() as session:
                self._found(session, None, incident)

        def work(unit: Unit) -> dict[str, Any]:
            unit.do(owner, rules.decider, command)
            return {"incident": incident, **answer}

        return self._store.perform(context, work, keys=[(owner, Category.CORRESPONDENCE.value)])

    def _found(self, session: Connection, organisation: str | None, incident: str) -> Any:
        row = view.by_id(session, organisation, incident)
        if row is None:
            raise Refused("not_found")
        return row

    def _document(self, incident: str, organisation: str) -> dict[str, Any]:
        with self._store.reading() as session:
            history = eventstore.read(session, f"incident/{incident}")
            if not history or not isinstance(registered := history[0].event, IncidentRegistered):
                raise Refused("not_found")
            term = clocks(session, self._notices, registered.known_at, [organisation])[organisation]
        return notification.document(history, self._opened(history), organisation, term)

    def _opened(self, history: Sequence[Recorded]) -> notification.Opened:
        places = [(record.envelope.id, name, sealed) for record in history for name, sealed in record.sealed.items()]
        values = self._store.keyring.open_many([(sealed, name) for _, name, sealed in places])
        return {(event, name): value for (event, name, _), value in zip(places, values, strict=True)}

    def _clock(self, known_at: datetime) -> Clock:
        return clock(self._notices, known_at)

    def _row(self, session: Connection, row: Any, parts: Sequence[Any]) -> dict[str, Any]:
        known_at = moment(row.known_at)
        terms = clocks(session, self._notices, known_at, [one.organisation for one in parts])
        # The first that is due is when somebody has to be told.
        term = min(terms.values(), key=lambda one: one.controller_due, default=self._clock(known_at))
        return {
            "id": row.incident,
            "state": "closed" if row.closed_at else "open",
            "scope": "computed" if row.scoped_phase >= row.window_phase else "being_computed",
            "known_at": row.known_at,
            "registered_at": row.registered_at,
            "closed_at": row.closed_at,
            "outcome": row.outcome,
            "people_told": row.people_told,
            "phase": row.phase,
            "since": row.since,
            "until": row.until,
            "categories": orjson.loads(row.categories),
            **_clock(term),
            "controllers": [_part(one, terms[one.organisation]) for one in parts],
        }


def _clock(term: Clock) -> dict[str, str]:
    return {
        "controller_due": instant(term.controller_due),
        "alarm_at": instant(term.alarm_at),
        "supervisor_due": instant(term.supervisor_due),
    }


def _part(row: Any, term: Clock) -> dict[str, Any]:
    return {
        "organisation": row.organisation,
        "people": row.people,
        "records": row.records,
        "by_category": orjson.loads(row.by_category),
        "exact": bool(row.exact),
        "informed_at": row.informed_at,
        "informed_phase": row.informed_phase,
        "channel": row.channel,
        "due": row.due or instant(term.controller_due),
    }
