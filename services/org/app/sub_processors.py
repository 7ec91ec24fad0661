"""What can be asked about sub-processors: register, announce, object, accept, withdraw, and who they are (P07)."""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

import orjson

from services.contracts.org import SubProcessorRegistered
from services.contracts.privacy import Category, LegalBasis, Purpose
from services.kernel.calls.calling import Calling
from services.kernel.codec import instant
from services.kernel.commands.unit import Unit
from services.kernel.configuration import Configuration
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store.departed import must_not_have_left
from services.org import schemas
from services.org.app import periods
from services.org.app.organisations import Organisations, most
from services.org.domain import engagement, sub_processor as rules
from services.org.domain.periods import Trigger, due
from services.org.views import agreements, organisations, sub_processors as view

AT_ONCE = 100
MINUTE = 60.0
PLAIN = ("name", "task", "country", "transfer", "registered_at")
STANDING = ("state", "announced_at", "objections_until", "objected_at", "ground", "active_since", "withdrawn_at")


class SubProcessors(Organisations, ABC):
    """Each method is one transaction. `organisation` is None for who looks after all of them."""

    def __init__(
        self,
        configuration: Configuration,
        caller: Calling,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(configuration, caller, now)
        self.periods = periods.written()

    def timers(self) -> Sequence[tuple[float, Callable[[], object]]]:
        return (*super().timers(), (MINUTE, self.engage))

    # -- what the maker does

    def register_sub_processor(self, context: Context, **said: Any) -> dict[str, Any]:
        """Enter one, and tell the organisations that it concerns, or all that have an agreement in force.

        Answers `sub_processor`, `events`. Whose agreement names it by this name has agreed already.
        """
        given = schemas.loaded(schemas.SubProcessor, said)
        chosen: Sequence[str] | None = given.pop("organisations")
        sub_processor, at, today = str(uuid4()), self.now(), self.today()
        told = SubProcessorRegistered(
            sub_processor=sub_processor, everywhere=chosen is None, by=context.actor, at=at, **given
        )

        def work(unit: Unit) -> dict[str, Any]:
            concerned = organisations.ids(unit.session) if chosen is None else list(dict.fromkeys(chosen))
            current = agreements.in_force(unit.session, concerned, today)
            if chosen is not None and set(concerned) - set(current):
                raise Refused("agreement_missing")
            unit.do(f"sub_processor/{sub_processor}", rules.decider, rules.Register(told=told))
            for organisation in sorted(current):
                self._tell(unit, sub_processor, organisation, told.name in current[organisation]["sub_processors"])
            return {"sub_processor": sub_processor}

        return self.store.perform(_own(context, self.configuration.maker), work)

    def withdraw_sub_processor(
        self, context: Context, sub_processor: str, organisation: str | None = None
    ) -> dict[str, Any]:
        """It receives nothing any more, of one organisation or of all → `events`."""
        asked = engagement.Withdraw(by=context.actor, at=self.now())

        def work(unit: Unit) -> dict[str, Any]:
            rows = view.of_sub_processor(unit.session, sub_processor, organisation)
            if view.by_id(unit.session, sub_processor) is None or (organisation is not None and not rows):
                raise Refused("not_found")
            for row in rows:
                unit.do(f"engagement/{row.engagement}", engagement.decider, asked)
            return {}

        return self.store.perform(_own(context, self.configuration.maker), work)

    def engage(self) -> None:
        """What nobody objected to in time is in force, at most a hundred at a time."""
        at = self.now()
        with self.store.reading() as session:
            over = view.lapsed(session, instant(at), AT_ONCE)
        for one in over:

            def work(unit: Unit, one: str = one) -> dict[str, Any]:
                unit.do(f"engagement/{one}", engagement.decider, engagement.Lapse(at=at))
                return {}

            self.store.perform(_own(self.own_context(), None), work)

    def bound(self, unit: Unit, organisation: str, terms: Mapping[str, Any]) -> None:
        """Who is named in the agreement is agreed; of the others the organisation is told."""
        super().bound(unit, organisation, terms)
        known = {row.sub_processor: True for row in view.named(unit.session, terms["sub_processors"])}
        for row in view.everywhere(unit.session):
            known.setdefault(row.sub_processor, False)
        for sub_processor, is_named in known.items():
            self._tell(unit, sub_processor, organisation, is_named)

    # -- what a Beheerder does

    def object_to(self, context: Context, sub_processor: str, **said: Any) -> dict[str, Any]:
        """`reasons` → `events`. Raises Refused: `not_found`, `term_over`, `sub_processor_withdrawn`."""
        given = schemas.loaded(schemas.Objection, said)
        return self._answer(context, sub_processor, engagement.Object(by=context.actor, at=self.now(), **given))

    def accept(self, context: Context, sub_processor: str) -> dict[str, Any]:
        """Without waiting, or in spite of an earlier objection → `events`."""
        return self._answer(context, sub_processor, engagement.Accept(at=self.now()))

    # -- what is shown

    def sub_processors(self, _: Context, organisation: str | None, after: str | None, limit: int) -> dict[str, Any]:
        """`items` of the register, the oldest first; with how it stands with the organisation, or how many of them."""
        place = tuple(after.split("/", 1)) if after else None
        if place is not None and len(place) != 2:
            raise Refused("cursor_invalid")
        with self.store.reading() as session:
            rows = view.after(session, organisation, (place[0], place[1]) if place else None, most(limit))
            ids = [row.sub_processor for row in rows]
            mine = view.of(session, organisation, ids) if organisation is not None else {}
            counts = view.counts(session, ids) if organisation is None else {}
        items = [self._listed(row, mine.get(row.sub_processor), counts.get(row.sub_processor)) for row in rows]
        following = f"{rows[-1].registered_at}/{rows[-1].sub_processor}" if len(rows) == most(limit) else None
        return {"items": items, "next": following}

    # -- how

    def _tell(self, unit: Unit, sub_processor: str, organisation: str, is_named: bool) -> None:
        one, at = str(uuid5(NAMESPACE_URL, f"{sub_processor}/{organisation}")), self.now()
        whose = {"engagement": one, "sub_processor": sub_processor, "organisation": organisation}
        window = due(self.periods, Trigger.SUB_PROCESSOR_ANNOUNCED, at)
        command: engagement.Command = engagement.Announce(**whose, rule=window.rule, until=window.at, at=at)
        if is_named:
            command = engagement.Agree(**whose, at=at)
        unit.do(f"engagement/{one}", engagement.decider, command)

    def _answer(self, context: Context, sub_processor: str, command: engagement.Command) -> dict[str, Any]:
        organisation = str(context.organisation)
        with self.store.reading() as session:
            rows = view.of_sub_processor(session, sub_processor, organisation)
        if not rows:
            raise Refused("not_found")
        owner = f"engagement/{rows[0].engagement}"

        def work(unit: Unit) -> dict[str, Any]:
            must_not_have_left(unit.session, organisation)
            unit.do(owner, engagement.decider, command)
            return {}

        ground = replace(_own(context, organisation), case=rows[0].engagement)
        keys = [(owner, Category.CORRESPONDENCE.value)] if isinstance(command, engagement.Object) else []
        return self.store.perform(ground, work, keys=keys)

    def _listed(self, row: Any, mine: Any | None, counts: Mapping[str, int] | None) -> dict[str, Any]:
        standing = None
        if mine is not None:
            reasons = self.keyring.open(mine.reasons, "reasons")
            standing = {**{name: getattr(mine, name) for name in STANDING}, "reasons": reasons}
        return {
            "id": row.sub_processor,
            **{name: getattr(row, name) for name in PLAIN},
            "purposes": orjson.loads(row.purposes),
            "categories": orjson.loads(row.categories),
            "standing": standing,
            "organisations": dict(counts) if counts is not None else None,
        }


def _own(context: Context, organisation: str | None) -> Context:
    """The maker has to tell of whom it engages, and the controller may object: AVG art. 28(2)."""
    return replace(
        context,
        organisation=organisation,
        purpose=Purpose.BEHEER_ACCESS.value,
        legal_basis=LegalBasis.LEGAL_OBLIGATION.value,
        terms=None,
    )
