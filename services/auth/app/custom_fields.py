"""What a person fills in of their organisation's own fields, and how it goes when a field is retired (P05, P06)."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import Connection

from services.auth.domain import custom_field
from services.auth.views import custom_values
from services.contracts.auth import CustomFieldErased
from services.contracts.org import FieldKind
from services.contracts.privacy import Category
from services.contracts.retention import ErasureCleared
from services.kernel.codec import instant
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store import eventstore
from services.kernel.store.locks import lock_owner

if TYPE_CHECKING:
    from services.auth.app import Auth

A_BATCH = 500
"""As many names as fit into one event."""
SOME_FIELDS = 20
LOOKING = 60.0
"""Seconds after a retirement, a start, or the last value that was left: by then what came with it is committed."""


def retirement(field: str) -> str:
    """The owner under which a retired field's tombstone stands: nothing is filled in after it."""
    return f"field/{field}"


class CustomFields:
    def __init__(self, auth: Auth) -> None:
        self._auth = auth
        self._look_until = 0.0
        self.retired()

    def set_mine(self, context: Context, *, field: str, value: str | None) -> dict[str, Any]:
        """Fill in one of the organisation's fields, or empty it with None. The same again writes nothing.

        Raises Refused: `not_found`, `field_inactive`, `category_not_stated`, `category_not_agreed`, `invalid`.
        """
        person, organisation = context.actor.removeprefix("account/"), str(context.organisation)
        command, present = self.asked(organisation, person, field, value)
        context = self._auth.allow_person(context, frozenset({Category.CUSTOM_FIELD}))
        with self._auth.store.reading() as session:
            self._auth.people.open_session(session, context)
        if present == value and value is not None:
            return {"events": []}

        def work(unit: Unit) -> dict[str, Any]:
            self._auth.people.open_session(unit.session, context)
            self.fill(unit, command)
            return {}

        return self._auth.store.perform(context, work, keys=self.keys_of(command))

    def asked(
        self, organisation: str, person: str, field: str, value: str | None, **more: str
    ) -> tuple[custom_field.Set, str | None]:
        """The command that fills in somebody's field, as org allows it now, and what stands there at present."""
        asked = {"organisation": organisation, "field": field}
        rules = self._auth.caller.call("org", "value_rules", asked, self._auth.own_context(organisation=organisation))
        with self._auth.store.reading() as session:
            present = custom_values.by_field(session, person, field)
        command = custom_field.Set(
            custom_value=present.custom_value if present else str(uuid4()),
            field=field,
            account=person,
            organisation=organisation,
            kind=FieldKind(rules["kind"]),
            choices=rules["choices"],
            value=value,
            at=datetime.now(UTC),
            **more,
        )
        return command, self._auth.keyring.open(present.value, "value") if present else None

    def fill(self, unit: Unit, command: custom_field.Set) -> None:
        """In the transaction of whoever asks for it."""
        # Until this ends nobody buries the field; once it is buried nothing is filled in.
        lock_owner(unit.session, retirement(command.field), exclusive=False)
        if eventstore.buried(unit.session, retirement(command.field)):
            raise Refused("field_inactive")
        row = custom_values.by_field(unit.session, command.account, command.field)
        if row is not None and row.custom_value != command.custom_value:
            raise Refused("conflict")
        unit.do(f"custom_value/{command.custom_value}", custom_field.decider, command)

    @staticmethod
    def keys_of(command: custom_field.Set) -> list[tuple[str, str]]:
        return [(f"custom_value/{command.custom_value}", Category.CUSTOM_FIELD)]

    # -- a field that was retired

    def retired(self) -> None:
        """From now on it is looked for values that have to go; nobody looks through all of them all day."""
        self._look_until = time.monotonic() + LOOKING

    def forget_retired(self) -> None:
        """Erase what is left of fields whose retirement the log has, but for whom a hold or a restriction keeps."""
        if time.monotonic() > self._look_until:
            return
        with self._auth.store.reading() as session:
            waiting = custom_values.retired(session, SOME_FIELDS)
        if waiting:
            self.retired()
        for row in waiting:
            context = self._auth.own_context(organisation=row.organisation)
            asked = {"organisation": row.organisation, "category": Category.CUSTOM_FIELD.value}
            held = self._auth.caller.call("retention", "held_in", asked, context)
            if not held["everybody"]:
                self._ask(context, row.field, asked, held["people"])

    def _ask(self, context: Context, field: str, asked: Mapping[str, Any], but: Sequence[str]) -> None:
        """Have retention let go of them, a batch at a time, whoever is not held now; what it says stands in the log."""
        after, rule = "", {"rule": "field_retired:P0D", "due": instant(datetime.now(UTC))}
        while True:
            with self._auth.store.reading() as session:
                rows = custom_values.of_field(session, field, but, after, A_BATCH)
            people = [row.account for row in rows]
            if people:
                wish = {**asked, **rule, "owner": retirement(field), "people": people}
                self._auth.caller.call("retention", "clear_erasure", wish, context)
            if len(rows) < A_BATCH:
                return
            after = people[-1]

    # -- what retention let go

    def ahead(self, event: ErasureCleared) -> None:
        """Keys first, before the transaction; repeating it is harmless."""
        with self._auth.store.reading() as session:
            owners = self._owners(session, event)
        self._auth.keyring.erase(owners)

    def follow(self, unit: Unit, event: ErasureCleared) -> None:
        """Then rows, and that it was done, by what let it go (I7)."""
        owners = self._owners(unit.session, event)
        if not owners:
            return
        eventstore.bury(unit.session, sorted(owners))
        done = CustomFieldErased(
            field=event.clearance, organisation=event.organisation, people=event.people, at=datetime.now(UTC)
        )
        unit.append(event.owner, len(eventstore.read(unit.session, event.owner)), [done])

    @staticmethod
    def _owners(session: Connection, event: ErasureCleared) -> set[str]:
        if event.service != "auth" or event.owner != retirement(event.clearance):
            return set()
        return custom_values.owners_of(session, event.clearance, event.people)
