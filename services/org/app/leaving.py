"""What an organisation that leaves can ask: say what becomes of everything, and take it along (P06, AVG 28(3)(g))."""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

from services.contracts.org import LeavingChoice
from services.contracts.retention import ErasureOrdered
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.signing.entry import Entry
from services.org import schemas
from services.org.app.agreements import Agreements
from services.org.app.contents import Contents
from services.org.app.grounds import before_terms
from services.org.app.instructions import Instructions
from services.org.app.supplements import Supplements
from services.org.domain import leaving as rules
from services.org.views import agreements, leaving

PAGE = 100


class Leaving(Agreements, Instructions, Supplements, Contents, ABC):
    """Each method is one transaction. A Beheerder may do this without terms in force: it is how they end."""

    def leaving(self, context: Context, organisation: str) -> dict[str, Any]:
        """`state` (`staying`, `chosen`, `ordered`), and once something is chosen what, when, what was taken along."""
        with self.store.reading() as session:
            self.found(session, context, organisation)
            row = leaving.of(session, organisation)
        if row is None:
            return {"state": "staying", "choice": None, "chosen_at": None, "export": None, "erasure": None}
        export = {
            "delivered_at": row.exported_at,
            "manifest_sha256": row.manifest_sha256,
            "files": row.files,
            "people": row.people,
        }
        return {
            "state": row.state,
            "choice": row.choice,
            "chosen_at": row.chosen_at,
            "export": export if row.exported_at else None,
            "erasure": row.erasure,
        }

    def choose_leaving(self, context: Context, organisation: str, **said: Any) -> dict[str, Any]:
        """`choice`, `return` or `delete` → `erasure: {id}`, `events`. The same again is nothing, another begins anew.

        Raises Refused("agreement_not_ended"), or Refused("too_late") once the erasure is ordered.
        """
        given = schemas.loaded(schemas.Leaving, said)
        erasure, at, today = str(uuid4()), self.now(), self.today()

        def work(unit: Unit) -> dict[str, Any]:
            self.found(unit.session, context, organisation)
            command = rules.Choose(
                organisation=organisation,
                choice=LeavingChoice(given["choice"]),
                by=context.actor,
                erasure=erasure,
                ended=agreements.ended(unit.session, organisation, today),
                at=at,
            )
            unit.do(f"leaving/{organisation}", rules.decider, command)
            row = leaving.of(unit.session, organisation)
            return {"erasure": {"id": row.erasure if row else erasure}}

        return self.store.perform(before_terms(context, organisation), work)

    def leaving_stands(self, _: Context, organisation: str) -> dict[str, Any] | None:
        """What stands chosen and is not ordered, for auth and retention: `erasure`, `choice`; None for nothing."""
        with self.store.reading() as session:
            row = leaving.of(session, organisation)
        return {"erasure": row.erasure, "choice": row.choice} if row and row.state == "chosen" else None

    # -- taking everything along

    def export_content(self, context: Context, organisation: str) -> dict[str, Any]:
        """What org has of an organisation, open: `organisation`, every version of its `agreements`, an `export` id.

        Raises Refused("leaving_not_chosen").
        """
        self._must_stand(organisation)
        agreed = _all(lambda after: self.agreements(context, organisation, after, PAGE))
        instructed = _all(lambda after: self.instructions(context, organisation, after, PAGE))
        return {
            "export": str(uuid4()),
            "organisation": self._own(context, organisation),
            "agreements": [
                version
                for one in agreed
                for version in self.agreement(context, organisation, one["agreement"])["versions"]
            ],
            "instructions": [self.instruction(context, one["id"], organisation) for one in instructed],
            "fields": _all(lambda after: self.fields(context, organisation, after, PAGE)),
            "content": self.all_content(context, organisation),
            "supplements": _all(lambda after: self.supplements(context, organisation, after, PAGE)),
        }

    def _own(self, context: Context, organisation: str) -> dict[str, Any]:
        """Without what is the maker's: whoever takes everything along takes their own."""
        found = self.organisation(context, organisation)
        return found if found["contact_of"] == "organisation" else {**found, "contact": None}

    def export_delivered(self, context: Context, organisation: str, **said: Any) -> dict[str, Any]:
        """`export`, `manifest_sha256`, `files`, `people`: the last byte has gone → `events`."""
        given = schemas.loaded(schemas.Delivered, said)
        command = rules.Deliver(to=context.actor, at=self.now(), **given)

        def work(unit: Unit) -> dict[str, Any]:
            self.found(unit.session, context, organisation)
            unit.do(f"leaving/{organisation}", rules.decider, command)
            return {}

        return self.store.perform(before_terms(context, organisation), work)

    def _must_stand(self, organisation: str) -> None:
        with self.store.reading() as session:
            if leaving.of(session, organisation) is None:
                raise Refused("leaving_not_chosen")

    # -- what follows from the log

    def ordered(self, unit: Unit, entry: Entry, order: ErasureOrdered) -> None:
        """From here on the choice is no choice any more."""
        note = rules.NoteOrder(organisation=order.organisation, erasure=order.erasure, entry=entry.index, at=self.now())
        unit.do(f"leaving/{order.organisation}", rules.decider, note)


def _all(page: Callable[[str | None], Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Every item of a list, page by page."""
    items: list[dict[str, Any]] = []
    after: str | None = None
    while True:
        found = page(after)
        items += found["items"]
        after = found["next"]
        if after is None:
            return items
