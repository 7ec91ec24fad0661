"""A request is done by doing it: auth corrects, restricts or closes, and the answer cites its event (AVG 16 to 21)."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from services.contracts.privacy import Category, LegalBasis
from services.contracts.retention import Right
from services.kernel.codec import instant
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.retention.app import excepting
from services.retention.domain import request as rules
from services.retention.domain.aftermath import CHANGES
from services.retention.domain.objection import Decide, Decided
from services.retention.views import handed_over, persons, recordings

if TYPE_CHECKING:
    from services.retention.app import Retention

BELONGS: Mapping[Right, frozenset[str]] = {
    Right.RECTIFICATION: frozenset({"changes", "statement"}),
    Right.RESTRICTION: frozenset({"ground"}),
    Right.OBJECTION: frozenset({"decisions"}),
    Right.ERASURE: frozenset({"exceptions"}),
}
"""What is said of the answer to each kind, beside its words."""


class Fulfilling:
    """Nobody speaks for somebody else between services: retention asks in its own name, and says who decided."""

    def __init__(self, retention: Retention) -> None:
        self._retention = retention

    def fulfil(self, context: Context, organisation: str, request: str, *, outcome: str, **said: Any) -> dict[str, Any]:
        """What was done, in words; with `changes` and a `statement`, `ground`, `decisions` or `exceptions`, as it asks.

        Raises Refused: `not_found`, `identity_needed`, `request_closed`, `invalid`, `ground_needed`, what auth refuses
        (`last_beheerder`, `already_invited`, `account_closed`), `account_needs_purpose`, `too_late`,
        `everything_excepted`, `expiry_invalid`, or `not_yet` where the account has just been closed by somebody else.
        """
        requests = self._retention.requests
        row = requests.found(organisation, request)
        said = {name: value for name, value in said.items() if value is not None}
        _must_belong(Right(row.right), said)
        if row.right == Right.OBJECTION:
            return requests.step(context, organisation, request, self._decision(context, row, outcome, said))
        done: dict[str, Any] = {"erasure": None}
        if row.state == rules.Status.VERIFIED:
            done["recipients"] = self._recipients(row)
            done |= self._done(context, row, said)
        now = self._retention.now()
        asked = rules.Fulfil(outcome=outcome, by=context.actor, at=now, **done)
        also, keys = self._beside(context, row, outcome, asked)
        return requests.step(context, organisation, request, asked, also=also, keys=keys)

    # -- by kind

    def _done(self, context: Context, row: Any, said: Mapping[str, Any]) -> dict[str, Any]:
        if row.account is None:
            raise Refused("erased")
        match Right(row.right):
            case Right.ERASURE:
                exceptions = self._retention.excepting.asked(row, said.get("exceptions", ()))
                erasure = self._erase(context, row, in_part=exceptions is not None)
                return {"erasure": erasure, "exceptions": exceptions}
            case Right.RECTIFICATION:
                statement = {"statement": said.get("statement")}
                if said.get("changes"):
                    return {"effect": self._correct(context, row, said["changes"]), **statement}
                # What stands was not put right: whoever wanted that hears what they may do about it (AVG 12(4)).
                law, remedies = self._retention.requests.remedies_of(row)
                return {"effect": None, "remedies": remedies or None, "law": law if remedies else None, **statement}
            case Right.RESTRICTION:
                told = self.ask(context, row, "restrict")
                return {"effect": told["event"], "restriction": said["ground"]}
            case _:
                return {}

    def _decision(self, context: Context, row: Any, outcome: str, said: Mapping[str, Any]) -> Decide:
        law, remedies = self._retention.requests.remedies_of(row)
        made = tuple(Decided(**one) for one in said["decisions"])
        now = self._retention.now()
        return Decide(outcome=outcome, decisions=made, remedies=remedies, law=law, by=context.actor, at=now)

    def _recipients(self, row: Any) -> tuple[str, ...]:
        """What was handed over with this person in it, as far as they may know: that has to be told of (AVG 19)."""
        if row.right not in CHANGES or row.account is None:
            return ()
        asked = {"organisation": row.organisation, "person": row.account}
        retention = self._retention
        told = retention.caller.call("audit", "recipients_of", asked, retention.own_context())
        with retention.store.reading() as session:
            known = recordings.of(session, row.account).values()
            taken = handed_over.since(session, row.organisation, min(map(instant, known), default=""))
        # Exports of everybody are many, and the newest of them come first: none takes an authority's place.
        return (*told["references"], *taken)[: handed_over.MOST]

    def _beside(
        self, context: Context, row: Any, outcome: str, asked: rules.Fulfil
    ) -> tuple[Callable[[Unit], None] | None, Sequence[tuple[str, str]]]:
        """Who asked to be kept is held; who asks to be erased is not, any more, but for what the law lets be kept.

        With the keys that takes.
        """
        restricting = self._retention.restricting
        if row.right == Right.RESTRICTION:
            keep = partial(restricting.keep, row=row, reason=outcome, by=context.actor)
            return keep, [(f"hold/{row.request}", Category.CORRESPONDENCE.value)]
        if row.right == Right.ERASURE:
            return partial(self._part, row=row, asked=asked), excepting.keys_of(asked.exceptions)
        return None, ()

    def _part(self, unit: Unit, *, row: Any, asked: rules.Fulfil) -> None:
        retention = self._retention
        retention.restricting.let_go(unit, account=row.account, by=asked.by)
        if asked.exceptions is not None:
            retention.excepting.keep(unit, row=row, exceptions=asked.exceptions, by=asked.by)

    def _correct(self, context: Context, row: Any, changes: Mapping[str, Any]) -> str:
        """Sent again with the same values it is the same correction; with others it is another."""
        told = self.ask(context, row, "correct_for_request", step=context.digest or "", changes=dict(changes))
        return str(told["events"][0])

    def _erase(self, context: Context, row: Any, *, in_part: bool) -> str:
        """The id of the erasure that begins as the person's account is closed; or of the one that has begun already."""
        try:
            return str(self.ask(context, row, "close_for_request", in_part=in_part)["erasure"]["id"])
        except Refused as no:
            if no.code != "account_closed":
                raise
        with self._retention.store.reading() as session:
            begun = persons.of_person(session, row.account)
        if begun is None:
            raise Refused("not_yet")
        return begun

    def ask(self, context: Context, row: Any, method: str, *, step: str = "", **more: Any) -> Mapping[str, Any]:
        """Auth does it once for each `step` of a request, however often it is asked."""
        retention = self._retention
        asking = retention.own_context(
            correlation=context.correlation,
            organisation=row.organisation,
            purpose=context.purpose,
            legal_basis=LegalBasis.LEGAL_OBLIGATION,
            idempotency=once(row.request, step),
            digest="request",
            case=row.request,
        )
        asked = {"organisation": row.organisation, "person": row.account, "by": context.actor, **more}
        if method != "close_for_request":
            asked["request"] = row.request
        answer: Mapping[str, Any] = retention.caller.call("auth", method, asked, asking)
        return answer


def once(request: str, step: str) -> str:
    """The idempotency key of one step of a request, of as many characters as a key may have."""
    return hashlib.sha256(f"request:{request}:{step}".encode()).hexdigest()


def _must_belong(right: Right, said: Mapping[str, Any]) -> None:
    """Raises Refused("invalid") for what is no part of this kind's answer, or is missing from it."""
    belongs = BELONGS.get(right, frozenset())
    if strange := set(said) - belongs:
        raise Refused("invalid", errors={name: ["Not for a request of this kind."] for name in sorted(strange)})
    if right is Right.RESTRICTION and "ground" not in said:
        raise Refused("ground_needed")
    if belongs and right is not Right.ERASURE and not any(said.get(name) for name in belongs):
        raise Refused("invalid", errors={name: ["One of these is needed."] for name in sorted(belongs)})
