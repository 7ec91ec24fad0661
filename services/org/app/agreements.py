"""What can be asked about agreements: propose, amend, sign, end and read them (P01)."""

from __future__ import annotations

from abc import ABC
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from services.contracts.org import Side
from services.contracts.privacy import Category, Role
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store import eventstore
from services.kernel.store.departed import must_not_have_left
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
    "incident_hours",
    "starts_on",
    "ends_on",
    "terminated",
)
AMENDABLE = (
    "purposes",
    "categories",
    "retention",
    "triggers",
    "sub_processors",
    "incident_hours",
    "starts_on",
    "ends_on",
)


class Agreements(Organisations, ABC):
    """Each method is one transaction."""

    def propose_agreement(self, context: Context, organisation: str, **said: Any) -> dict[str, Any]:
        """The terms as in the API → `agreement`, `version`, `events`; none with the maker itself."""
        side = _side(context)
        if organisation == self.configuration.maker:
            raise Refused("forbidden")
        given = schemas.loaded(schemas.Proposal, said)
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

    def amend_agreement(
        self, context: Context, organisation: str, agreement: str, if_match: int | None = None, **said: Any
    ) -> dict[str, Any]:
        """The terms that are to be others, from `starts_on` or at once → `agreement`, `version`, `events`.

        Until both sides have signed them the old ones hold. `if_match` is the `etag` that was read. Raises Refused:
        `precondition_failed`, `agreement_not_signed`, `agreement_not_open`, `period_invalid`.
        """
        side, at, today = _side(context), self.now(), self.today()
        if not said:
            raise Refused("invalid", errors={"body": ["This says nothing."]})

        def work(unit: Unit) -> dict[str, Any]:
            self.found(unit.session, context, organisation)
            must_not_have_left(unit.session, organisation)
            rows = self._versions(unit.session, organisation, agreement)
            before = rows[_binding(rows)]
            begun = max(today.isoformat(), rows[0]["starts_on"])
            command = rules.Amend(
                agreement=agreement,
                organisation=organisation,
                version=agreements.next_version(unit.session, organisation),
                side=side,
                today=today,
                if_match=if_match,
                at=at,
                **schemas.loaded(schemas.Proposal, _merged({**before, "starts_on": begun}, said)),
            )
            if not unit.do(f"agreement/{agreement}", rules.decider, command):
                return {"agreement": agreement, "version": rows[-1]["version"]}
            return {"agreement": agreement, "version": command.version}

        return self.store.perform(before_terms(context, organisation), work)

    def agreements(self, context: Context, organisation: str, after: str | None, limit: int) -> dict[str, Any]:
        """`items` as `agreement` answers them, without the signatories and the versions."""
        with self.store.reading() as session:
            self.found(session, context, organisation)
            found = agreements.after(session, organisation, after, most(limit))
            current = agreements.in_force(session, [organisation], self.today()).get(organisation)
        items = [_shown(rows[_binding(rows, current)], current) for rows in found]
        return {"items": items, "next": following(items, "agreement", limit)}

    def agreement(self, context: Context, organisation: str, agreement: str) -> dict[str, Any]:
        """One agreement: its terms, `in_force` today, and `signatures` with the signatories' names, open.

        The terms are those that bind, or those proposed first; `versions` has all of them, the oldest first, and
        `awaits` is the version that waits for a signature; `etag` counts what either side did to it.
        """
        with self.store.reading() as session:
            self.found(session, context, organisation)
            rows = self._versions(session, organisation, agreement)
            signed = agreements.signed(session, organisation, agreement)
            current = agreements.in_force(session, [organisation], self.today()).get(organisation)
            changes = eventstore.count(session, f"agreement/{agreement}")
        versions = [{**_shown(row, current), "signatures": self._signatures(row, signed)} for row in rows]
        awaits = rows[-1]["version"] if rows[-1]["signatures"] < agreements.BOTH else None
        return {**versions[_binding(rows, current)], "awaits": awaits, "versions": versions, "etag": changes}

    def sign_agreement(
        self, context: Context, organisation: str, agreement: str, if_match: int | None = None, **said: Any
    ) -> dict[str, Any]:
        """`signatory`, `document_sha256`, `signed_on` → `in_force` today, `events`; each side signs a version once.

        What is signed is the newest version: the proposal, or the amendment that waits; with `if_match`, only as it was
        when its `etag` was read.
        """
        side = _side(context)
        given = schemas.loaded(schemas.Signing, said)
        with self.store.reading() as session:
            self.found(session, context, organisation)
            self._versions(session, organisation, agreement)
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
            if_match=if_match,
            at=at,
        )

        def work(unit: Unit) -> dict[str, Any]:
            must_not_have_left(unit.session, organisation)
            unit.do(f"agreement/{agreement}", rules.decider, command)
            if agreements.binds(unit.session, organisation, agreement, today):
                # Both have agreed anew, so nobody leaves.
                unit.do(f"leaving/{organisation}", leaving.decider, leaving.Stay(at=at))
                self.bound(unit, organisation, agreements.versions(unit.session, organisation, agreement)[-1])
            current = agreements.in_force(unit.session, [organisation], today).get(organisation)
            rows = agreements.versions(unit.session, organisation, agreement)
            return {"in_force": _in_force(rows[-1], current)}

        return self.store.perform(
            before_terms(context, organisation), work, keys=[(f"signatory/{signatory}", Category.NAME.value)]
        )

    def terminate_agreement(
        self, context: Context, organisation: str, agreement: str, if_match: int | None = None, **said: Any
    ) -> dict[str, Any]:
        """`ends_on`, the last day → `events`, under `if_match` where that is given."""
        given = schemas.loaded(schemas.Ending, said)
        command = rules.Terminate(side=_side(context), ends_on=given["ends_on"], if_match=if_match, at=self.now())

        def work(unit: Unit) -> dict[str, Any]:
            self.found(unit.session, context, organisation)
            self._versions(unit.session, organisation, agreement)
            unit.do(f"agreement/{agreement}", rules.decider, command)
            return {}

        return self.store.perform(before_terms(context, organisation), work)

    def _versions(self, session: Connection, organisation: str, agreement: str) -> list[dict[str, Any]]:
        rows = agreements.versions(session, organisation, agreement)
        if not rows:
            raise Refused("not_found")
        return rows

    def _signatures(self, row: Mapping[str, Any], signed: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        return [
            {
                "side": one["side"],
                "signatory": self._signatory(one),
                "document_sha256": one["document_sha256"],
                "signed_on": one["signed_on"],
            }
            for one in signed
            if one["version"] == row["version"]
        ]

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
    return {**shown, "in_force": _in_force(row, current)}


def _in_force(row: Mapping[str, Any], current: Mapping[str, Any] | None) -> bool:
    return current is not None and all(current[name] == row[name] for name in ("agreement", "version"))


def _binding(rows: Sequence[Mapping[str, Any]], current: Mapping[str, Any] | None = None) -> int:
    """Which version of an agreement binds: that in force, else the newest that both have signed, else the first."""
    chosen = [index for index, row in enumerate(rows) if _in_force(row, current)]
    signed = [index for index, row in enumerate(rows) if row["signatures"] == agreements.BOTH]
    return (chosen or signed or [0])[-1]


def _merged(before: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
    """What was agreed, with what is to be another: a term goes with its category."""
    merged = {name: before[name] for name in AMENDABLE} | dict(said)
    for name in ("retention", "triggers"):
        if name not in said and isinstance(merged["categories"], list):
            merged[name] = {of: term for of, term in merged[name].items() if of in merged["categories"]}
    if "triggers" not in said and isinstance(merged["retention"], dict):
        merged["triggers"] = {of: one for of, one in merged["triggers"].items() if of in merged["retention"]}
    return merged
