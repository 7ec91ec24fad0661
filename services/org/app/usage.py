"""Facts of usage are taken where the agreement has that purpose, counted once, and then forgotten (P02)."""

from __future__ import annotations

import json
from abc import ABC
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Connection

from services.contracts.org import ProcessingRefused, UsageKind
from services.contracts.privacy import LegalBasis, Purpose
from services.kernel.codec import instant
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store import eventstore
from services.kernel.store.departed import must_not_be_erased, must_not_have_left
from services.kernel.store.locks import lock_owner
from services.org import schemas
from services.org.app.consents import Consents
from services.org.app.grounds import under
from services.org.domain import usage as rules
from services.org.domain.terms import day_of
from services.org.views import usage

HOUR = 3600.0
MOST_A_DAY = 5_000
"""Facts of one person on one day: more is no use of the app."""
DAYS_A_TURN = 500


def own_terms() -> tuple[rules.Terms, ...]:
    """The versions of `terms.json`, the oldest first. Raises ValueError for one that makes no sense."""
    return rules.parse(json.loads(Path(__file__).parents[1].joinpath("terms.json").read_text()))


class Usage(Consents, ABC):
    """Each method is one transaction; counting is one for each organisation and day."""

    def timers(self) -> Sequence[tuple[float, Callable[[], object]]]:
        return (*super().timers(), (HOUR, self.count_usage))

    def record_usage(self, context: Context, **said: Any) -> dict[str, Any]:
        """`facts`, each a `kind` and a moment → how many were `taken`, and how many came `too_late` to be counted.

        What is known already is not taken twice. Raises Refused: `moment_impossible`, `throttled`, and whatever says
        that there is no ground.
        """
        given = schemas.loaded(schemas.UsageBatch, said)["facts"]
        account, organisation = context.actor.removeprefix("account/"), str(context.organisation)
        if any(one["at"] > self.now() + rules.AHEAD for one in given):
            raise Refused("moment_impossible")
        ground = self._insight(context, organisation, account)

        def work(unit: Unit) -> dict[str, Any]:
            session = unit.session
            must_not_have_left(session, organisation)
            must_not_be_erased(session, account)
            lock_owner(session, _counting(organisation), exclusive=False)
            open_from = (self.today() - rules.LATE).isoformat()
            facts = [(one["kind"].value, instant(one["at"]), day_of(one["at"]).isoformat()) for one in given]
            wanted = [one for one in facts if one[2] >= open_from]
            taken = usage.take(session, organisation, account, wanted)
            if any(usage.on(session, account, day) > MOST_A_DAY for day in {day for _, _, day in wanted}):
                raise Refused("throttled")
            return {"taken": taken, "too_late": len(facts) - len(wanted)}

        return self.store.perform(ground, work)

    def my_usage(self, context: Context) -> dict[str, Any]:
        """`items` of what is still kept of whoever asks."""
        with self.store.reading() as session:
            rows = usage.of_person(session, context.actor.removeprefix("account/"))
        return {"items": [{"kind": row.kind, "at": row.at} for row in rows]}

    def count_usage(self) -> None:
        """Tell of every day that takes no facts any more, and forget what it was counted from."""
        with self.store.reading() as session:
            waiting = usage.before(session, (self.today() - rules.LATE).isoformat(), DAYS_A_TURN)
        for row in waiting:
            self._count(row.organisation, row.day)
        past = instant(rules.kept_from(own_terms(), self.now()))
        self.store.perform(self.own_context(), lambda unit: {"rows": usage.forget_before(unit.session, past)})

    def _count(self, organisation: str, day: str) -> None:
        """Where the purpose is agreed no more, it is forgotten without being counted."""
        try:
            ground = self._agreed_insight(self.own_context(), organisation)
        except Refused:
            ground = None

        def work(unit: Unit) -> dict[str, Any]:
            lock_owner(unit.session, _counting(organisation), exclusive=True)
            if ground is not None:
                self._leave_out(unit.session, ground, organisation, day)
                cells = {
                    UsageKind(row.kind): rules.Cell(row.people, row.facts)
                    for row in usage.cells(unit.session, organisation, day)
                }
                command = rules.Count(
                    usage=f"{organisation}/{day}",
                    organisation=organisation,
                    day=datetime.fromisoformat(day).date(),
                    cells=cells,
                    at=self.now(),
                )
                unit.do(f"usage/{command.usage}", rules.decider, command)
            return {"rows": usage.forget(unit.session, organisation, day)}

        self.store.perform(ground or self.own_context(organisation=organisation), work)

    # -- on which ground

    def _agreed_insight(self, context: Context, organisation: str) -> Context:
        return under(self._terms(organisation), context, organisation, set(), Purpose.USAGE_INSIGHT)

    def _leave_out(self, session: Connection, ground: Context, organisation: str, day: str) -> None:
        """Where it rests on consent, nobody is counted who has taken theirs back since."""
        if ground.legal_basis == LegalBasis.CONSENT.value:
            for account in usage.people(session, organisation, day):
                if not self._stands(session, organisation, account, Purpose.USAGE_INSIGHT):
                    usage.drop_facts(session, account)

    def _insight(self, context: Context, organisation: str, account: str) -> Context:
        """The context with its legal basis. An app asks often, so a refusal is told once a day and organisation."""
        try:
            ground = self._ground(context, organisation, set(), Purpose.USAGE_INSIGHT)
            asked = {"organisation": organisation, "person": account}
            told = self.caller.call("retention", "objections", asked, self.own_context())
            if Purpose.USAGE_INSIGHT.value in told["purposes"]:
                raise Refused("objection_upheld")
            return ground
        except Refused as no:
            self._told_once(context, organisation, no.code)
            raise

    def _told_once(self, context: Context, organisation: str, code: str) -> None:
        refusal = str(uuid5(NAMESPACE_URL, f"{organisation}/{self.today()}/usage/{code}"))
        event = ProcessingRefused(
            refusal=refusal, organisation=organisation, purpose=Purpose.USAGE_INSIGHT, code=code, at=self.now()
        )

        def work(unit: Unit) -> dict[str, Any]:
            stream = f"refusal/{refusal}"
            if not eventstore.read(unit.session, stream):
                unit.append(stream, 0, [event])
            return {}

        self.store.perform(replace(context, organisation=organisation, idempotency=None), work)


def _counting(organisation: str) -> str:
    """Whoever records and whoever counts wait for each other by this name."""
    return f"usage/{organisation}"
