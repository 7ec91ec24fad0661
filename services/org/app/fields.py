"""What can be asked about custom fields: set up, list, retire, and which values one of them takes (P05)."""

from __future__ import annotations

from abc import ABC
from typing import Any

from sqlalchemy import Connection
from uuid_utils.compat import uuid7

from services.contracts.privacy import Category, Role
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store.departed import must_not_have_left
from services.org import schemas
from services.org.app.organisations import following, most
from services.org.app.statements import Statements
from services.org.domain import field as rules
from services.org.domain.field import State
from services.org.views import fields, statements

MOST_FIELDS = 25
"""Proposed or active, of one organisation."""


class Fields(Statements, ABC):
    """Each method is one transaction. The values are kept by auth, with the people whose they are."""

    def propose_field(self, context: Context, organisation: str, **said: Any) -> dict[str, Any]:
        """`label`, `description`, `kind`, `choices`, `serves` → `field`, `state`, `events`."""
        given = schemas.loaded(schemas.FieldProposal, said)
        ground = self._allow(context, organisation, set())
        command = rules.Propose(
            field=str(uuid7()),
            organisation=organisation,
            label=dict(given["label"]),
            description=dict(given["description"]),
            kind=given["kind"],
            choices=tuple(given["choices"]),
            serves=given["serves"],
            at=self.now(),
        )

        def work(unit: Unit) -> dict[str, Any]:
            self.found(unit.session, context, organisation)
            must_not_have_left(unit.session, organisation)
            if fields.counted(unit.session, organisation) >= MOST_FIELDS:
                raise Refused("limit_reached")
            unit.do(f"field/{command.field}", rules.decider, command)
            return {"field": command.field, "state": State.PROPOSED.value}

        return self.store.perform(ground, work)

    def fields(self, context: Context, organisation: str, after: str | None, limit: int) -> dict[str, Any]:
        """`items`: to members those that take values, to all others every one there ever was."""
        states = (State.ACTIVE,) if context.role == Role.MEMBER else (State.PROPOSED, State.ACTIVE, State.RETIRED)
        with self.store.reading() as session:
            self.found(session, context, organisation)
            items = fields.after(session, organisation, after, most(limit), states)
        return {"items": items, "next": following(items, "field", limit)}

    def retire_field(self, context: Context, organisation: str, field: str) -> dict[str, Any]:
        """It takes no value any more, and auth erases those that there are → `events`."""

        def work(unit: Unit) -> dict[str, Any]:
            self.found(unit.session, context, organisation)
            must_not_have_left(unit.session, organisation)
            if fields.by_id(unit.session, organisation, field) is None:
                raise Refused("not_found")
            unit.do(f"field/{field}", rules.decider, rules.Retire(at=self.now()))
            return {}

        return self.store.perform(context, work)

    def value_rules(self, _: Context, organisation: str, field: str) -> dict[str, Any]:
        """For auth, of a field that takes values: its `kind` and `choices`.

        Raises Refused: `not_found`, `field_inactive`, or `category_not_stated` while no statement in force lists what
        organisations add themselves.
        """
        with self.store.reading() as session:
            found = fields.by_id(session, organisation, field)
            if found is None:
                raise Refused("not_found")
            self.must_be_stated(session, Category.CUSTOM_FIELD)
        if found["state"] != State.ACTIVE:
            raise Refused("field_inactive")
        return {"kind": found["kind"], "choices": found["choices"]}

    def must_be_stated(self, session: Connection, category: Category) -> None:
        """At run time what a rule asks of every field of ours. Raises Refused("category_not_stated") (P04)."""
        here = self.stated(session, statements.in_force(session, self.today()))
        if here is None or category.value not in {item.code for item in here.statement.lists["categories"]}:
            raise Refused("category_not_stated")
