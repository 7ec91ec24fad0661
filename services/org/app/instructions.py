"""What can be asked about a controller's instructions: register, park, carry out, take back, read (AVG 28, 29)."""

from __future__ import annotations

from abc import ABC
from dataclasses import replace
from typing import Any

from uuid_utils.compat import uuid7

from services.contracts.org import InstructionChannel, InstructionRegistered
from services.contracts.privacy import Category, LegalBasis, Purpose, Role
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store.departed import must_not_have_left
from services.org import schemas
from services.org.app.organisations import Organisations, most
from services.org.domain import instruction as rules
from services.org.views import instructions as view

PLAIN = ("organisation", "channel", "state", "given_at", "registered_at", "parked_at", "closed_at", "erased_at")


class Instructions(Organisations, ABC):
    """Each method is one transaction. `organisation` is None for who looks after all of them."""

    def give_instruction(self, context: Context, organisation: str, **said: Any) -> dict[str, Any]:
        """Of a Beheerder, in the Beheeromgeving; or taken down by compliance, as it came → `instruction`, `events`.

        Raises Refused: `not_found`, `moment_impossible`, `organisation_left`.
        """
        given, at = schemas.loaded(schemas.Instruction, said), self.now()
        if context.role == Role.BEHEERDER.value:
            # Who gives it is who is signed in, and when is now: what the body says of that is nobody's word.
            given |= {"channel": InstructionChannel.BEHEEROMGEVING, "given_at": at, "giver": None}
        if given["channel"] is None:
            raise Refused("invalid", errors={"channel": ["Missing."]})
        if organisation == self.configuration.maker:
            raise Refused("not_found")
        instruction = str(uuid7())
        told = InstructionRegistered(
            instruction=instruction,
            organisation=organisation,
            by=context.actor,
            at=at,
            **{**given, "given_at": given["given_at"] or at},
        )

        def work(unit: Unit) -> dict[str, Any]:
            self.found(unit.session, context, organisation)
            must_not_have_left(unit.session, organisation)
            unit.do(f"instruction/{instruction}", rules.decider, rules.Register(told=told))
            return {"instruction": instruction}

        return self.store.perform(_case(context, organisation, instruction), work, keys=_keys(instruction))

    def park_instruction(self, context: Context, instruction: str, **said: Any) -> dict[str, Any]:
        """It seems unlawful; the controller reads `reasons` in its register and is asked for another → `events`."""
        given = schemas.loaded(schemas.Parking, said)
        return self._do(context, None, instruction, rules.Park(by=context.actor, at=self.now(), **given))

    def carry_out_instruction(self, context: Context, instruction: str, **said: Any) -> dict[str, Any]:
        """`done`, what was → `events`. Raises Refused("instruction_closed")."""
        given = schemas.loaded(schemas.CarriedOut, said)
        return self._do(context, None, instruction, rules.CarryOut(by=context.actor, at=self.now(), **given))

    def withdraw_instruction(self, context: Context, instruction: str) -> dict[str, Any]:
        """The controller takes it back → `events`."""
        asked = rules.Withdraw(by=context.actor, at=self.now())
        return self._do(context, str(context.organisation), instruction, asked)

    # -- what is shown

    def instructions(self, _: Context, organisation: str | None, after: str | None, limit: int) -> dict[str, Any]:
        """A page of the register, the newest first, without words."""
        with self.store.reading() as session:
            rows = view.before(session, organisation, after or "", most(limit))
        items = [_shown(row) for row in rows]
        return {"items": items, "next": rows[-1].instruction if len(rows) == most(limit) else None}

    def instruction(self, _: Context, instruction: str, organisation: str | None) -> dict[str, Any]:
        """One instruction with its words, as long as they are kept. Raises Refused("not_found")."""
        with self.store.reading() as session:
            row = view.by_id(session, organisation, instruction)
        if row is None:
            raise Refused("not_found")
        opened = self.keyring.open_many([(getattr(row, name), name) for name in view.WORDS])
        return {**_shown(row), **dict(zip(view.WORDS, opened, strict=True))}

    # -- how

    def _do(
        self, context: Context, organisation: str | None, instruction: str, command: rules.Command
    ) -> dict[str, Any]:
        with self.store.reading() as session:
            row = view.by_id(session, organisation, instruction)
        if row is None:
            raise Refused("not_found")

        def work(unit: Unit) -> dict[str, Any]:
            must_not_have_left(unit.session, row.organisation)
            unit.do(f"instruction/{instruction}", rules.decider, command)
            return {}

        keys = [] if isinstance(command, rules.Withdraw) else _keys(instruction)
        return self.store.perform(_case(context, row.organisation, instruction), work, keys=keys)


def _case(context: Context, organisation: str, instruction: str) -> Context:
    """The maker acts on instructions alone and has to be able to show them: AVG art. 28(3)(a), 29."""
    return replace(
        context,
        organisation=organisation,
        purpose=Purpose.BEHEER_ACCESS.value,
        legal_basis=LegalBasis.LEGAL_OBLIGATION.value,
        terms=None,
        case=instruction,
    )


def _keys(instruction: str) -> list[tuple[str, str]]:
    return [(f"instruction/{instruction}", Category.CORRESPONDENCE.value)]


def _shown(row: Any) -> dict[str, Any]:
    return {"id": row.instruction, **{name: getattr(row, name) for name in PLAIN}}
