"""Answers to data requests that go to the person as a file: made ready, and sealed under a key of their own (P15)."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from uuid_utils.compat import uuid7

from services.contracts.privacy import Category, LegalBasis
from services.contracts.retention import Right, VoidGround
from services.kernel.codec import instant
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.retention.app import codes
from services.retention.app.collecting import digest_of
from services.retention.app.locking import lock_organisation
from services.retention.domain import delivery as rules, request as requesting
from services.retention.domain.request import Status
from services.retention.domain.terms import Trigger, due
from services.retention.schemas import deliveries as schemas, requests as asked_schemas
from services.retention.views import deliveries, departures, parcels, persons, requests

if TYPE_CHECKING:
    from services.retention.app import Retention

LARGEST = 8 * 2**20
"""Bytes of an answer; with what base64 adds, one message between two processes still holds it."""
A_PART = 512 * 1024
MOST = 100
SEALED_AS = "retention.Parcel"


@dataclass(frozen=True, kw_only=True)
class Fresh:
    """What is made for one delivery and kept nowhere as it is: the end of the link, and the code."""

    delivery: str
    token: str
    code: str
    hashed: str


class Deliveries:
    def __init__(self, retention: Retention) -> None:
        self._retention = retention

    def wanted(self, context: Context, organisation: str, request: str, *, again: bool) -> dict[str, Any]:
        """Whose answer the door is to assemble: `right`, and `person`, None where this right is answered otherwise.

        `names` is what was weighed about those who looked, None where nothing was. `answered` is what this very command
        was answered before. Raises Refused: `not_found`, `identity_needed`,
        `request_closed`, `erased`; with `again`, `not_yet` where it was not answered so far, or `not_delivered`.
        """
        if (before := self._retention.store.answered(context)) is not None:
            told = before.get("delivery")
            return {"answered": {**before, "delivery": told and {**told, "code": None}}, "right": None, "person": None}
        row = self._request(organisation, request)
        if row.right not in rules.DELIVERED:
            if again:
                raise Refused("not_delivered")
            return {"answered": None, "right": row.right, "person": None}
        if row.account is None:
            raise Refused("erased")
        if again and row.state != Status.FULFILLED:
            raise Refused("not_yet")
        if not again and row.state == Status.RECEIVED:
            raise Refused("identity_needed")
        if not again and row.state != Status.VERIFIED:
            raise Refused("request_closed")
        return {"answered": None, "right": row.right, "person": row.account, "names": row.names_disclosed}

    def deliver(
        self, context: Context, organisation: str, request: str, *, content: str, outcome: str | None
    ) -> dict[str, Any]:
        """Seal the answer (base64) for its person; with an `outcome`, that fulfils the request as well.

        Answers `delivery`, with `expires_at` and `code`, which is told this once: asked again under the same key it is
        None. Raises Refused as `wanted` does, and `answer_too_large`, `too_late`.
        """
        retention = self._retention
        row = self._request(organisation, request)
        if row.account is None:
            raise Refused("erased")
        if len(content) > (LARGEST + 2) // 3 * 4:
            raise Refused("answer_too_large")
        delivery, code = str(uuid7()), codes.new()
        fresh = Fresh(delivery=delivery, token=secrets.token_urlsafe(32), code=code, hashed=codes.hashed(code))
        owner = f"delivery/{delivery}"
        keys = [(owner, Category.CORRESPONDENCE.value), (owner, Category.CREDENTIALS.value)]
        if outcome is not None:
            keys.append((f"request/{request}", Category.CORRESPONDENCE.value))

        def work(unit: Unit) -> dict[str, Any]:
            # Neither passes the order to erase the person.
            lock_organisation(unit.session, organisation)
            fulfilled = {} if outcome is None else self._fulfil(unit, organisation, request, outcome)
            return {**fulfilled, "delivery": self._prepare(unit, row, fresh, content)}

        whose = replace(context, organisation=organisation, legal_basis=LegalBasis.LEGAL_OBLIGATION, case=request)
        answer = retention.store.perform(whose, work, keys=keys)
        retention.parcels.mail(delivery)
        told = answer["delivery"]
        return {**answer, "delivery": {**told, "code": fresh.code if told["delivery"] == delivery else None}}

    def of_request(
        self, organisation: str, request: str, after: str | None = None, limit: int = MOST
    ) -> dict[str, Any]:
        """The answers that were prepared, the newest first, and what became of each. Raises Refused("not_found")."""
        self._request(organisation, request)
        limit = max(1, min(limit, MOST))
        with self._retention.store.reading() as session:
            rows = deliveries.of_request(session, organisation, request, after, limit + 1)
        following = rows[limit - 1].delivery if len(rows) > limit else None
        return {"items": [schemas.delivery(row) for row in rows[:limit]], "next": following}

    def mine(self, context: Context) -> dict[str, Any]:
        """Every answer that was prepared for the person who asks."""
        with self._retention.store.reading() as session:
            rows = deliveries.of_account(session, context.actor.removeprefix("account/"))
        return {"items": [schemas.delivery(row) for row in rows]}

    # -- how

    def _fulfil(self, unit: Unit, organisation: str, request: str, outcome: str) -> dict[str, Any]:
        asked = requesting.Fulfil(outcome=outcome, erasure=None, by=unit.context.actor, at=self._retention.now())
        unit.do(f"request/{request}", requesting.decider, asked)
        unit.flush()
        row = requests.by_id(unit.session, organisation, request)
        return {} if row is None else asked_schemas.outcome(row, self._retention.requests.clock)

    def _prepare(self, unit: Unit, row: Any, fresh: Fresh, content: str) -> dict[str, Any]:
        now, organisation = self._retention.now(), row.organisation
        over = due(self._retention.terms, Trigger.DELIVERY_PREPARED, now)
        gone = persons.begun(unit.session, row.account) or departures.gone(unit.session, organisation, row.account)
        for older in deliveries.waiting(unit.session, organisation, row.request):
            unit.do(f"delivery/{older.delivery}", rules.decider, rules.Void(why=VoidGround.REPLACED, at=now))
        asked = rules.Prepare(
            delivery=fresh.delivery,
            request=row.request,
            account=row.account,
            organisation=organisation,
            right=Right(row.right),
            token_digest=digest_of(fresh.token),
            code=fresh.hashed,
            size=len(base64.b64decode(content, validate=True)),
            rule=over.rule,
            expires_at=over.at,
            gone=gone,
            by=unit.context.actor,
            at=now,
        )
        unit.do(f"delivery/{fresh.delivery}", rules.decider, asked)
        seal = _sealing(unit, fresh.delivery)
        pieces = [content[at : at + A_PART] for at in range(0, len(content), A_PART)]
        parcels.lay_up(
            unit.session,
            fresh.delivery,
            row.account,
            organisation,
            seal(Category.CREDENTIALS, "token", fresh.token),
            [seal(Category.CORRESPONDENCE, f"part{part}", piece) for part, piece in enumerate(pieces)],
        )
        return {"delivery": fresh.delivery, "expires_at": instant(over.at)}

    def _request(self, organisation: str, request: str) -> Any:
        with self._retention.store.reading() as session:
            row = requests.by_id(session, organisation, request)
        if row is None:
            raise Refused("not_found")
        return row


def _sealing(unit: Unit, delivery: str) -> Callable[[Category, str, str], str]:
    if unit.keys is None:
        raise RuntimeError("prepare the delivery's keys before the transaction")
    keys = unit.keys
    return lambda category, field, value: keys.seal(f"delivery/{delivery}", category, SEALED_AS, field, value)


def owners_of(rows: Sequence[Any]) -> set[str]:
    """The keys of these deliveries."""
    return {f"delivery/{row.delivery}" for row in rows}
