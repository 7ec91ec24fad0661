"""What a Beheerder does about data requests, and what a person asks and sees in the app (P15)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection
from uuid_utils.compat import uuid7

from services.contracts.privacy import Category, LegalBasis
from services.contracts.retention import Channel, ExtensionGround, IdentityCheck, RefusalGround, Right
from services.kernel.codec import instant, moment
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.unit import Unit
from services.retention.app.law import MAKER, Clock
from services.retention.app.locking import lock_organisation
from services.retention.domain import request as rules
from services.retention.domain.clock import Term
from services.retention.schemas import STANDING_SENTENCE, requests as schemas
from services.retention.views import controllers, departures, erasures, recordings, requests

if TYPE_CHECKING:
    from services.retention.app import Retention


class Requests:
    def __init__(self, retention: Retention) -> None:
        self._retention = retention
        self.clock = Clock()

    # -- coming in

    def take(
        self,
        context: Context,
        *,
        organisation: str,
        account: str,
        kind: Right,
        channel: Channel,
        received_at: datetime,
        text: str | None = None,
    ) -> dict[str, Any]:
        """By telephone, e-mail or in person: `account` is a public id, `received_at` when it came in.

        Answers `request`, `due_on` and `duplicate_of`. Raises Refused: `account_unknown`, `moment_impossible`,
        `too_late`.
        """
        retention = self._retention
        asked = {"account": account, "organisation": organisation}
        told = retention.caller.call("auth", "pseudonym_of", asked, retention.own_context())
        since = moment(told["since"])
        if not since <= received_at <= retention.now():
            raise Refused("moment_impossible")  # here as well: a clock counts from no year one
        return self._take(context, str(told["pseudonym"]), organisation, kind, channel, received_at, since, text)

    def ask(self, context: Context, *, kind: Right, text: str | None = None) -> dict[str, Any]:
        """In the app, for oneself; whose session it is has said who they are."""
        now = self._retention.now()
        pseudonym = context.actor.removeprefix("account/")
        return self._take(context, pseudonym, str(context.organisation), kind, Channel.APP, now, now, text)

    # -- on its way

    def verify(self, context: Context, organisation: str, request: str, *, how: IdentityCheck) -> dict[str, Any]:
        """Answers both dates: from the receipt, and from now. Raises Refused: `not_found`, `request_closed`."""
        row = self._found(organisation, request)
        now = self._retention.now()
        counted = self.clock.deadline(Term.REQUEST, moment(row.received_at), now)
        asked = rules.Verify(how=how, deadline=counted, by=context.actor, at=now)
        return self._do(context, organisation, request, asked, sealed=False)

    def extend(
        self, context: Context, organisation: str, request: str, *, ground: ExtensionGround, reasons: str
    ) -> dict[str, Any]:
        """Three months from the receipt.

        Raises Refused: `not_found`, `already_extended`, `term_over`, `request_closed`.
        """
        received = moment(self._found(organisation, request).received_at)
        longer = self.clock.deadline(Term.REQUEST_EXTENDED, received)
        asked = rules.Extend(
            ground=ground,
            reasons=reasons,
            deadline=longer,
            remind_at=self.clock.remind_at(received, longer),
            by=context.actor,
            at=self._retention.now(),
        )
        return self._do(context, organisation, request, asked)

    # -- answered

    def fulfil(self, context: Context, organisation: str, request: str, *, outcome: str) -> dict[str, Any]:
        """What was done, in words; an erasure begins with it. Raises Refused: `not_found`, `identity_needed`,
        `request_closed`, `last_beheerder`, or `not_yet` where the account has just been closed by somebody else.
        """
        row = self._found(organisation, request)
        erasure = None
        if row.right == Right.ERASURE and row.state == rules.Status.VERIFIED:
            erasure = self._erase(context, row)
        asked = rules.Fulfil(outcome=outcome, erasure=erasure, by=context.actor, at=self._retention.now())
        return self._do(context, organisation, request, asked)

    def refuse(
        self, context: Context, organisation: str, request: str, *, ground: RefusalGround, reasons: str
    ) -> dict[str, Any]:
        """With reasons, and the remedies that this kind of controller's people have. Raises Refused: `not_found`,
        `identity_known`, `request_closed`, or `not_yet` while the log has not told what kind it is.
        """
        row = self._found(organisation, request)
        with self._retention.store.reading() as session:
            known = controllers.kind_of(session, organisation)
        kind = MAKER if organisation == self._retention.configuration.maker else known
        law = self.clock.law(moment(row.received_at))
        asked = rules.Refuse(
            ground=ground,
            reasons=reasons,
            remedies=tuple(law.remedies[kind]) if kind else (),
            law=law.version,
            by=context.actor,
            at=self._retention.now(),
        )
        return self._do(context, organisation, request, asked)

    # -- questions

    def of_organisation(self, organisation: str, before: str, limit: int) -> dict[str, Any]:
        """The register, the newest first: whose (a pseudonym), what, by when and how it ended; no words of anybody."""
        return self._page(lambda session, most: requests.of_organisation(session, organisation, before, most), limit)

    def one(self, organisation: str, request: str) -> dict[str, Any]:
        """One request with its words. Raises Refused("not_found")."""
        return self._shown([self._found(organisation, request)])[0]

    def mine(self, context: Context, before: str, limit: int) -> dict[str, Any]:
        """One's own, with what was said on either side."""
        account = context.actor.removeprefix("account/")
        found = self._page(lambda session, most: requests.of_person(session, account, before, most), limit, words=True)
        return {**found, "items": [{**item, "person": None} for item in found["items"]]}

    def dates(self, context: Context) -> dict[str, Any]:
        """`recorded`: since when there is something in a category; `erasures`: what goes when, by which rule.

        With the words that every answer to access has: `law` is their version.
        """
        account = context.actor.removeprefix("account/")
        with self._retention.store.reading() as session:
            recorded = recordings.of_person(session, account)
            going = erasures.all_of(session, account)
        law = self.clock.law(self._retention.now())
        return {
            **schemas.dates(recorded, going),
            **law.access_answer,
            "law": law.version,
            "standing": STANDING_SENTENCE,
        }

    def report(self, organisation: str | None, since: datetime | None, until: datetime | None) -> dict[str, Any]:
        """The register in numbers and lines; what is due soon or too late is counted: a reminder (P15)."""
        now = instant(self._retention.now())
        with self._retention.store.reading() as session:
            rows = requests.received_between(session, organisation, since, until)
        return schemas.report(rows, now)

    # -- how

    def _take(
        self,
        context: Context,
        account: str,
        organisation: str,
        right: Right,
        channel: Channel,
        received_at: datetime,
        since: datetime,
        text: str | None,
    ) -> dict[str, Any]:
        request = str(uuid7())
        counted = self.clock.deadline(Term.REQUEST, received_at)
        remind_at = self.clock.remind_at(received_at, counted)

        def work(unit: Unit) -> dict[str, Any]:
            # Of two that come at once one is the first; and neither passes the order to erase the person.
            lock_organisation(unit.session, organisation)
            asked = rules.Take(
                request=request,
                account=account,
                organisation=organisation,
                right=right,
                channel=channel,
                said=text,
                received_at=received_at,
                since=since,
                duplicate_of=requests.same_open(unit.session, account, right),
                gone=erasures.begun(unit.session, account) or departures.gone(unit.session, organisation, account),
                deadline=counted,
                remind_at=remind_at,
                by=context.actor,
                at=self._retention.now(),
            )
            unit.do(f"request/{request}", rules.decider, asked)
            return {"request": request, "due_on": counted.on.isoformat(), "duplicate_of": asked.duplicate_of}

        return self._retention.store.perform(self._on(context, organisation, request), work, keys=keys_of(request))

    def _do(
        self, context: Context, organisation: str, request: str, asked: rules.Command, *, sealed: bool = True
    ) -> dict[str, Any]:
        def work(unit: Unit) -> dict[str, Any]:
            lock_organisation(unit.session, organisation)
            unit.do(f"request/{request}", rules.decider, asked)
            unit.flush()
            row = requests.by_id(unit.session, organisation, request)
            return {} if row is None else schemas.outcome(row, self.clock)

        keys = keys_of(request) if sealed else ()
        return self._retention.store.perform(self._on(context, organisation, request), work, keys=keys)

    def _on(self, context: Context, organisation: str, request: str) -> Context:
        return replace(context, organisation=organisation, legal_basis=LegalBasis.LEGAL_OBLIGATION, case=request)

    def _erase(self, context: Context, row: Any) -> str:
        """The id of the erasure that begins as the person's account is closed; or of the one that has begun already."""
        if row.account is None:
            raise Refused("erased")
        retention = self._retention
        # Nobody speaks for somebody else between services: retention asks, and says who decided.
        once = retention.own_context(
            correlation=context.correlation,
            organisation=row.organisation,
            purpose=context.purpose,
            legal_basis=LegalBasis.LEGAL_OBLIGATION,
            idempotency=f"request:{row.request}",
            digest="request",
            case=row.request,
        )
        asked = {"organisation": row.organisation, "person": row.account, "by": context.actor}
        try:
            return str(retention.caller.call("auth", "close_for_request", asked, once)["erasure"]["id"])
        except Refused as no:
            if no.code != "account_closed":
                raise
        with retention.store.reading() as session:
            begun = erasures.of_person(session, row.account)
        if begun is None:
            raise Refused("not_yet")
        return begun

    def _found(self, organisation: str, request: str) -> Any:
        with self._retention.store.reading() as session:
            row = requests.by_id(session, organisation, request)
        if row is None:
            raise Refused("not_found")
        return row

    def _page(
        self, find: Callable[[Connection, int], Sequence[Any]], limit: int, *, words: bool = False
    ) -> dict[str, Any]:
        most = max(1, min(limit, 100))
        with self._retention.store.reading() as session:
            rows = find(session, most)
        items = self._shown(rows) if words else [schemas.request(row, self.clock) for row in rows]
        return {"items": items, "next": rows[-1].request if len(rows) == most else None}

    def _shown(self, rows: Sequence[Any]) -> list[dict[str, Any]]:
        sealed = [(getattr(row, name), field) for row in rows for name, field in requests.SEALED.items()]
        opened = iter(self._retention.keyring.open_many(sealed))
        return [
            {**schemas.request(row, self.clock), **{name: next(opened) for name in requests.SEALED}} for row in rows
        ]


def keys_of(request: str) -> list[tuple[str, str]]:
    return [(f"request/{request}", Category.CORRESPONDENCE.value)]
