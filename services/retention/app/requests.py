"""What a Beheerder does about data requests, and what a person asks and sees in the app (P15)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection
from uuid_utils.compat import uuid7

from services.contracts.privacy import Category, LegalBasis
from services.contracts.retention import Channel, ExtensionGround, IdentityCheck, NotTold, RefusalGround, Right
from services.contracts.standing import STANDING_SENTENCE
from services.kernel.codec import instant, moment
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.unit import Unit
from services.retention.app.law import MAKER, Clock, written
from services.retention.app.locking import lock_organisation
from services.retention.domain import request as rules
from services.retention.domain.aftermath import Tell
from services.retention.domain.clock import Term
from services.retention.schemas import requests as schemas
from services.retention.views import controllers, departures, erasures, objections, recipients, recordings, requests

if TYPE_CHECKING:
    from services.retention.app import Retention


class Requests:
    def __init__(self, retention: Retention) -> None:
        self._retention = retention
        self.clock = Clock(written(retention.configuration.retention_law))

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
        row = self.found(organisation, request)
        now = self._retention.now()
        counted = self.clock.deadline(Term.REQUEST, moment(row.received_at), now)
        asked = rules.Verify(how=how, deadline=counted, by=context.actor, at=now)
        return self.step(context, organisation, request, asked, sealed=False)

    def extend(
        self, context: Context, organisation: str, request: str, *, ground: ExtensionGround, reasons: str
    ) -> dict[str, Any]:
        """Three months from the receipt.

        Raises Refused: `not_found`, `already_extended`, `term_over`, `request_closed`.
        """
        received = moment(self.found(organisation, request).received_at)
        longer = self.clock.deadline(Term.REQUEST_EXTENDED, received)
        asked = rules.Extend(
            ground=ground,
            reasons=reasons,
            deadline=longer,
            remind_at=self.clock.remind_at(received, longer),
            by=context.actor,
            at=self._retention.now(),
        )
        return self.step(context, organisation, request, asked)

    # -- answered

    def refuse(
        self, context: Context, organisation: str, request: str, *, ground: RefusalGround, reasons: str
    ) -> dict[str, Any]:
        """With reasons, and the remedies that this kind of controller's people have. Raises Refused: `not_found`,
        `identity_known`, `request_closed`, or `not_yet` while the log has not told what kind it is.
        """
        law, remedies = self.remedies_of(self.found(organisation, request))
        asked = rules.Refuse(
            ground=ground,
            reasons=reasons,
            remedies=remedies,
            law=law,
            by=context.actor,
            at=self._retention.now(),
        )
        return self.step(context, organisation, request, asked)

    def tell(
        self,
        context: Context,
        organisation: str,
        request: str,
        *,
        recipient: str,
        reference: str | None = None,
        told_at: datetime | None = None,
        why_not: NotTold | None = None,
    ) -> dict[str, Any]:
        """Record that somebody who received the data before was told what became of it, or why not (AVG 19).

        Raises Refused: `not_found` (for a reference that is none, or was told of), `invalid`, `not_yet`,
        `moment_impossible`.
        """
        self.found(organisation, request)
        asked = Tell(
            reference=reference,
            recipient=recipient,
            told_at=told_at,
            why_not=why_not,
            by=context.actor,
            at=self._retention.now(),
        )
        return self.step(context, organisation, request, asked)

    # -- questions

    def of_organisation(self, organisation: str, before: str, limit: int) -> dict[str, Any]:
        """The register, the newest first: whose (a pseudonym), what, by when and how it ended; no words of anybody."""
        return self._page(lambda session, most: requests.of_organisation(session, organisation, before, most), limit)

    def one(self, organisation: str, request: str) -> dict[str, Any]:
        """One request with its words. Raises Refused("not_found")."""
        return self._shown([self.found(organisation, request)])[0]

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
            "standing": dict(STANDING_SENTENCE),
        }

    def report(self, organisation: str | None, since: datetime | None, until: datetime | None) -> dict[str, Any]:
        """The register in numbers and lines; what is due soon or too late is counted: a reminder (P15)."""
        now = instant(self._retention.now())
        with self._retention.store.reading() as session:
            rows = requests.received_between(session, organisation, since, until)
        return schemas.report(rows, now)

    def objections(self, organisation: str, person: str) -> dict[str, Any]:
        """`purposes` that this person's data is not processed for any more, since an objection was upheld."""
        with self._retention.store.reading() as session:
            return {"purposes": objections.upheld(session, organisation, person)}

    # -- how

    def step(
        self,
        context: Context,
        organisation: str,
        request: str,
        asked: rules.Command,
        *,
        sealed: bool = True,
        also: Callable[[Unit], None] | None = None,
        keys: Sequence[tuple[str, str]] = (),
    ) -> dict[str, Any]:
        """Take one step of a request, and `also` what goes with it, or nothing at all."""

        def work(unit: Unit) -> dict[str, Any]:
            lock_organisation(unit.session, organisation)
            unit.do(f"request/{request}", rules.decider, asked)
            if also is not None:
                also(unit)
            unit.flush()
            row = requests.by_id(unit.session, organisation, request)
            return {} if row is None else schemas.outcome(row, self.clock)

        wanted = [*keys_of(request), *keys] if sealed else keys
        return self._retention.store.perform(self._on(context, organisation, request), work, keys=wanted)

    def remedies_of(self, row: Any) -> tuple[int, tuple[str, ...]]:
        """The version of the law, and what may be done about a refusal at this kind of controller; none if unknown."""
        with self._retention.store.reading() as session:
            known = controllers.kind_of(session, row.organisation)
        kind = MAKER if row.organisation == self._retention.configuration.maker else known
        law = self.clock.law(moment(row.received_at))
        return law.version, tuple(law.remedies[kind]) if kind else ()

    def found(self, organisation: str, request: str) -> Any:
        """Raises Refused("not_found")."""
        with self._retention.store.reading() as session:
            row = requests.by_id(session, organisation, request)
        if row is None:
            raise Refused("not_found")
        return row

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

    def _on(self, context: Context, organisation: str, request: str) -> Context:
        return replace(context, organisation=organisation, legal_basis=LegalBasis.LEGAL_OBLIGATION, case=request)

    def _page(
        self, find: Callable[[Connection, int], Sequence[Any]], limit: int, *, words: bool = False
    ) -> dict[str, Any]:
        most = max(1, min(limit, 100))
        with self._retention.store.reading() as session:
            rows = find(session, most)
        items = self._shown(rows) if words else [schemas.request(row, self.clock) for row in rows]
        return {"items": items, "next": rows[-1].request if len(rows) == most else None}

    def _shown(self, rows: Sequence[Any]) -> list[dict[str, Any]]:
        with self._retention.store.reading() as session:
            decided = objections.of_requests(session, [row.request for row in rows])
            told_of = recipients.of_requests(session, [row.request for row in rows])
        sealed = [(getattr(row, name), field) for row in rows for name, field in requests.SEALED.items()]
        sealed += [(one.reasons, "reasons") for row in rows for one in decided.get(row.request, ())]
        sealed += [(one.recipient, "recipient") for row in rows for one in told_of.get(row.request, ())]
        opened = iter(self._retention.keyring.open_many(sealed))
        told = [
            {**schemas.request(row, self.clock), **{name: next(opened) for name in requests.SEALED}} for row in rows
        ]
        for item in told:
            item["decisions"] = [schemas.decision(one, next(opened)) for one in decided.get(item["id"], ())]
        for row, item in zip(rows, told, strict=True):
            known = [(one, next(opened)) for one in told_of.get(row.request, ())]
            item["recipients"] = schemas.recipients(row, known)
        return told


def keys_of(request: str) -> list[tuple[str, str]]:
    return [(f"request/{request}", Category.CORRESPONDENCE.value)]
