"""When an organisation leaves, its people can be taken along by it, and then they are erased, batch by batch (P06)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import Connection

from services.auth.app.people import People
from services.auth.app.terms import before_terms
from services.auth.domain import account
from services.auth.views import accounts, custom_values, looks, resets, restrictions, sessions, work
from services.contracts.auth import ErasureCompleted, PeopleErased
from services.contracts.retention import ErasureOrdered
from services.kernel.calls.rpc import Unavailable
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.event import Event
from services.kernel.forgetting.erasing import Holding, NotYetErased
from services.kernel.signing.entry import Entry
from services.kernel.store import eventstore
from services.kernel.store.departed import tombstone

if TYPE_CHECKING:
    from services.auth.app import Auth

PEOPLE_A_PAGE = 100
PEOPLE_A_BATCH = 500
"""As many names as fit into one event."""
OWNERS_A_BATCH = 3000
"""Each is a lock of the transaction's; PostgreSQL has room for some ten thousand of all transactions together."""
VIEWS = (accounts, sessions, looks, restrictions, resets, custom_values, work)
EXPORTED = ("public_id", "username", "email", "first_name", "infix", "last_name")


class Departing:
    def __init__(self, auth: Auth) -> None:
        self._auth = auth

    # -- taken along

    def page(self, context: Context, *, organisation: str, after: str, limit: int) -> dict[str, Any]:
        """At most 100 of an organisation's people, open, for the export; the look is an event before anybody sees them.

        `items` of `account`, `status`, `role`, `username`, `email`, names, `invited_at`, `registered_at`, `fields`.

        Raises Refused("leaving_not_chosen") while nothing stands chosen.
        """
        asked = {"organisation": organisation}
        stands = self._auth.caller.call("org", "leaving_stands", asked, self._auth.own_context(**asked))
        if stands is None:
            raise Refused("leaving_not_chosen")
        limit = max(1, min(limit, PEOPLE_A_PAGE))
        with self._auth.store.reading() as session:
            rows = accounts.people_in(session, organisation, after, limit)
            withheld = restrictions.among(session, [row.account for row in rows])
            filled = custom_values.of_people(session, [row.account for row in rows if row.account not in withheld])
        seen = [row.account for row in rows if row.account not in withheld]
        # Returning everything to its controller ends the agreement; it needs none in force (AVG art. 28(3)(g)).
        self._auth.people.looked(before_terms(context, organisation), organisation, seen)
        items = self._shown(rows, withheld, filled)
        return {"items": items, "next": rows[-1].invitation if len(rows) == limit else None}

    def _shown(self, rows: Sequence[Any], withheld: frozenset[str], filled: Sequence[Any]) -> list[dict[str, Any]]:
        """Who is restricted stays: a line without values goes along, and what is kept of them is held here (AVG 18)."""
        given = zip(filled, self._auth.keyring.open_many([(one.value, "value") for one in filled]), strict=True)
        own: dict[str, dict[str, str]] = {}
        for one, value in given:
            if value is not None:
                own.setdefault(one.account, {})[one.field] = value
        fields = [pair for row in rows for pair in People.shown_of(row, EXPORTED, withheld)]
        opened = iter(self._auth.keyring.open_many(fields))
        items = []
        for row in rows:
            values = dict(zip(EXPORTED, (next(opened) for _ in EXPORTED), strict=True))
            status = "restricted" if row.account in withheld else row.status
            said = {"account": values.pop("public_id"), "status": status, "role": row.role}
            items.append({**said, **values, "invited_at": row.invited_at, "registered_at": row.registered_at})
            items[-1]["fields"] = own.get(row.account, {})
        return items

    # -- erased

    def holding(self) -> Holding:
        return Holding(
            owners=lambda _, order: {tombstone(order.organisation)},
            drop=lambda _, __: 0,
            left=lambda session, order: accounts.counted(session, order.organisation),
            ahead=self._ahead,
            earlier=_earlier,
        )

    def _ahead(self, entry: Entry) -> None:
        """Shut the door, part from who is held, erase everybody else; after a crash anywhere it goes on from there."""
        order = entry.record.event
        if not isinstance(order, ErasureOrdered) or self._done(order):
            return
        context = self._auth.own_context(
            organisation=order.organisation,
            correlation=entry.record.envelope.correlationid,
            causation=entry.record.envelope.id,
        )
        self._auth.store.perform(context, lambda unit: self._part(unit, order))
        while not self._auth.stopping():
            with self._auth.store.reading() as session:
                people = accounts.present_in(session, order.organisation, PEOPLE_A_BATCH)
                owners = _owners(session, people)
                while len(owners) > OWNERS_A_BATCH and len(people) > 1:
                    people = people[: len(people) // 2]
                    owners = _owners(session, people)
            if not people:
                return
            self._batch(context, order, people, owners)
        raise Unavailable("auth", "the process ends; the next one goes on")

    def _done(self, order: ErasureOrdered) -> bool:
        with self._auth.store.reading() as session:
            history = eventstore.read(session, f"erasure/{order.erasure}")
        return any(isinstance(record.event, ErasureCompleted) for record in history)

    def _part(self, unit: Unit, order: ErasureOrdered) -> dict[str, Any]:
        """From here on nobody comes in, signs in or is invited; who is held gets an erasure of their own."""
        eventstore.bury(unit.session, [tombstone(order.organisation)])
        for person in order.excepted or ():
            row = accounts.by_pseudonym(unit.session, order.organisation, person)
            if row is not None and row.status == account.Status.OPEN:
                asked = account.Close(by=tombstone(order.organisation), erasure=str(uuid4()), at=datetime.now(UTC))
                unit.do(f"account/{person}", account.decider, asked)
        return {}

    def _batch(self, context: Context, order: ErasureOrdered, people: Sequence[str], owners: set[str]) -> None:
        keyring, stream = self._auth.keyring, f"erasure/{order.erasure}"
        destroyed = keyring.erase(owners)
        living = keyring.living

        def erase(unit: Unit) -> dict[str, Any]:
            eventstore.bury(unit.session, sorted(owners), whose=[f"account/{person}" for person in people])
            if living(_owners(unit.session, people)):
                raise NotYetErased(order.erasure)
            rows = sum(view.drop_all(unit.session, people) for view in VIEWS)
            rows += eventstore.forget_answers(unit.session, *(f"account/{person}" for person in people))
            event = PeopleErased(
                erasure=order.erasure,
                organisation=order.organisation,
                people=tuple(people),
                keys=destroyed,
                rows=rows,
                at=datetime.now(UTC),
            )
            unit.append(stream, len(eventstore.read(unit.session, stream)), [event])
            return {}

        self._auth.store.perform(replace(context, idempotency=None), erase)


def _owners(session: Connection, people: Sequence[str]) -> set[str]:
    opened = {f"session/{one}" for one in sessions.of_all(session, people)}
    return {f"account/{one}" for one in people} | opened | custom_values.owners(session, people)


def _earlier(history: Sequence[Event]) -> tuple[int, int]:
    done = [event for event in history if isinstance(event, PeopleErased)]
    return sum(event.keys for event in done), sum(event.rows for event in done)
