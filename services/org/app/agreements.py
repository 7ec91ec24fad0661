"""What can be asked about agreements: propose, sign, end, read, and which terms are in force today (P01)."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from services.contracts.org import Side
from services.contracts.privacy import Category, Role
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.departed import must_not_have_left
from services.kernel.unit import Unit
from services.org import schemas
from services.org.app.grounds import before_terms
from services.org.app.organisations import Organisations, following, most
from services.org.domain import agreement as rules, leaving
from services.org.views import agreements

SIDES = {Role.OPERATOR.value: Side.PROCESSOR, Role.BEHEERDER.value: Side.CONTROLLER}
SHOWN = (
    "agreement",
    "version",
    "proposed_by",
    "purposes",
    "categories",
    "retention",
    "triggers",
    "sub_processors",
    "starts_on",
    "ends_on",
    "terminated",
)


class Agreements(Organisations, ABC):
    """Each method is one transaction."""

    def propose_agreement(self, context: Context, organisation: str, **said: Any) -> dict[str, Any]:
        """The terms as in the API → `agreement`, `version`, `events`; none with the maker itself."""
        side = _side(context)
        if organisation == self.configuration.maker:
            raise Refused("forbidden")
        given = schemas.load(schemas.Proposal, said)
        agreement, at = str(uuid4()), self.now()

        def work(unit: Unit) -> dict[str, Any]:
            self.found(unit.session, context, organisation)
            version = agreements.next_version(unit.session, organisation)
            command = rules.Propose(
                agreement=agreement, organisation=organisation, version=version, side=side, at=at, **given
            )
            unit.do(f"agreement/{agreement}", rules.decider, command)
            return {"agreement": agreement, "version": version}

        return self.store.perform(before_terms(context, organisation), work)

    def agreements(self, context: Context, organisation: str, after: str | None, limit: int) -> dict[str, Any]:
        """`items` as `agreement` answers them, without the signatories."""
        with self.store.reading() as session:
            self.found(session, context, organisation)
            rows = agreements.after(session, organisation, after, most(limit))
            current = agreements.in_force(session, [organisation], self.today()).get(organisation)
        items = [_shown(row, current) for row in rows]
        return {"items": items, "next": following(items, "agreement", limit)}

    def agreement(self, context: Context, organisation: str, agreement: str) -> dict[str, Any]:
        """One agreement: its terms, `in_force` today, and `signatures` with the signatories' names, open."""
        with self.store.reading() as session:
            self.found(session, context, organisation)
            row = self._agreed(session, organisation, agreement)
            signed = agreements.signed(session, organisation, agreement)
            current = agreements.in_force(session, [organisation], self.today()).get(organisation)
        signatures = [
            {
                "side": one["side"],
                "signatory": self._signatory(one),
                "document_sha256": one["document_sha256"],
                "signed_on": one["signed_on"],
            }
            for one in signed
        ]
        return {**_shown(row, current), "signatures": signatures}

    def sign_agreement(self, context: Context, organisation: str, agreement: str, **said: Any) -> dict[str, Any]:
        """`signatory`, `document_sha256`, `signed_on` → `in_force` today, `events`; each side signs once."""
        side = _side(context)
        given = schemas.load(schemas.Signing, said)
        with self.store.reading() as session:
            self.found(session, context, organisation)
            self._agreed(session, organisation, agreement)
            signed = agreements.signed(session, organisation, agreement)
        # The rules never see an earlier name, so it is told here whether this is the same signatory again.
        again = [one for one in signed if one["side"] == side and self._signatory(one) == given["signatory"]]
        signatory = again[0]["signatory"] if again else str(uuid4())
        at, today = self.now(), self.today()
        command = rules.Sign(
            side=side,
            signatory=signatory,
            name=given["signatory"]["name"],
            function=given["signatory"]["function"],
            document_sha256=given["document_sha256"],
            signed_on=given["signed_on"],
            today=today,
            at=at,
        )

        def work(unit: Unit) -> dict[str, Any]:
            must_not_have_left(unit.session, organisation)
            unit.do(f"agreement/{agreement}", rules.decider, command)
            if agreements.binds(unit.session, organisation, agreement, today):
                # Both have agreed anew, so nobody leaves.
                unit.do(f"leaving/{organisation}", leaving.decider, leaving.Stay(at=at))
            current = agreements.in_force(unit.session, [organisation], today).get(organisation)
            return {"in_force": current is not None and current["agreement"] == agreement}

        return self.store.perform(
            before_terms(context, organisation), work, keys=[(f"signatory/{signatory}", Category.NAME.value)]
        )

    def terminate_agreement(self, context: Context, organisation: str, agreement: str, **said: Any) -> dict[str, Any]:
        """`ends_on`, the last day → `events`."""
        given = schemas.load(schemas.Ending, said)
        command = rules.Terminate(side=_side(context), ends_on=given["ends_on"], at=self.now())

        def work(unit: Unit) -> dict[str, Any]:
            self.found(unit.session, context, organisation)
            self._agreed(unit.session, organisation, agreement)
            unit.do(f"agreement/{agreement}", rules.decider, command)
            return {}

        return self.store.perform(before_terms(context, organisation), work)

    def _agreed(self, session: Connection, organisation: str, agreement: str) -> dict[str, Any]:
        row = agreements.by_id(session, organisation, agreement)
        if row is None:
            raise Refused("not_found")
        return row

    def _signatory(self, row: Mapping[str, Any]) -> dict[str, str | None]:
        fields = ("signatory_name", "signatory_function")
        name, function = self.keyring.open_many([(row[field], field) for field in fields])
        return {"name": name, "function": function}


def _side(context: Context) -> Side:
    """For whom the caller speaks: an operator for the processor, a Beheerder for the controller."""
    side = SIDES.get(context.role or "")
    if side is None:
        raise Refused("forbidden")
    return side


def _shown(row: Mapping[str, Any], current: Mapping[str, Any] | None) -> dict[str, Any]:
    shown = {name: row[name] for name in SHOWN}
    return {**shown, "in_force": current is not None and current["agreement"] == row["agreement"]}
