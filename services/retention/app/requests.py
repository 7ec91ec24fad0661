"""What a Beheerder does about data requests, and what a person asks in the app (P15)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from uuid_utils.compat import uuid7

from services.contracts.privacy import Category, LegalBasis
from services.contracts.retention import Channel, ExtensionGround, IdentityCheck, NotTold, RefusalGround, Right
from services.kernel.codec import moment
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.retention.app.law import MAKER
from services.retention.app.locking import lock_organisation
from services.retention.app.register import Register
from services.retention.domain import request as rules
from services.retention.domain.aftermath import Tell
from services.retention.domain.clock import Term
from services.retention.schemas import requests as schemas
from services.retention.views import controllers, departures, persons, requests

if TYPE_CHECKING:
    pass


class Requests(Register):
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
                gone=persons.begun(unit.session, account) or departures.gone(unit.session, organisation, account),
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


def keys_of(request: str) -> list[tuple[str, str]]:
    return [(f"request/{request}", Category.CORRESPONDENCE.value)]
