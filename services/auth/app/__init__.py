"""What auth can be asked to do. Each method is one transaction, with its keys and terms fetched before it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection

from services.auth.app import categories
from services.auth.app.choosing import Choosing
from services.auth.app.closing import Closing
from services.auth.app.custom_fields import CustomFields, retirement
from services.auth.app.departing import Departing
from services.auth.app.disclosing import Disclosing
from services.auth.app.facts import facts
from services.auth.app.invitations import Invitations
from services.auth.app.letters import Letters
from services.auth.app.looking import Looking
from services.auth.app.mail import Mailer, transport
from services.auth.app.notices import Notices
from services.auth.app.own_data import OwnData
from services.auth.app.people import People
from services.auth.app.registrations import Registrations
from services.auth.app.reset_links import ResetLinks
from services.auth.app.reviewing import Reviewing
from services.auth.app.rights import Rights
from services.auth.app.sign_ins import SignIns
from services.auth.app.terms import TermsInForce, before_terms
from services.auth.reactions import FOLLOWS
from services.auth.views import accounts, custom_values, looks, resets, restrictions, sessions, work
from services.contracts.auth import (
    CanaryDestroyed,
    CanaryPlanted,
    ErasureCompleted,
    KeyEpochRetired,
    ProcessingRefused,
    SigningKeyHandedOver,
)
from services.contracts.facts import ORGANISATION
from services.contracts.grounds import GROUNDS
from services.contracts.org import CustomFieldRetired
from services.contracts.privacy import Category, Purpose, Role, purpose_of
from services.contracts.retention import ErasureCleared, ErasureOrdered
from services.kernel.calls.calling import Calling
from services.kernel.calls.rpc import Unavailable
from services.kernel.commands.unit import Unit
from services.kernel.configuration import Configuration
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.forgetting.erasing import Holding, Holdings, Vocabulary
from services.kernel.hosting.participant import Participant
from services.kernel.signing.entry import Entry
from services.kernel.store import eventstore

PATIENCE = 1.0
"""Seconds that somebody who has just signed in waits to hear of the statement."""
ACTOR = "actor"


HOLDING = (accounts, sessions, looks, restrictions, resets, custom_values, work)
"""Who has rows that speak of people."""


class Auth(Participant):
    name = "auth"
    views = (accounts, sessions, looks, restrictions, resets, custom_values)
    follows = (CustomFieldRetired, ErasureCleared, *FOLLOWS)
    vocabulary = Vocabulary(
        order=ErasureOrdered,
        completed=ErasureCompleted,
        retired=KeyEpochRetired,
        handed_over=SigningKeyHandedOver,
        planted=CanaryPlanted,
        destroyed=CanaryDestroyed,
        grounds=GROUNDS,
    )

    def __init__(self, configuration: Configuration, caller: Calling) -> None:
        self.departing = Departing(self)
        super().__init__(configuration, caller)
        self.terms = TermsInForce(self._ask_org, self._consented)
        self.mailer = Mailer(self.store, self.keyring, transport(configuration), configuration.public_url)
        self.letters = Letters(self)
        self.people = People(self)
        self.looking = Looking(self)
        self.closing = Closing(self)
        self.reviewing = Reviewing(self)
        self.own_data = OwnData(self)
        self.custom_fields = CustomFields(self)
        self.disclosing = Disclosing(self)
        self.invitations = Invitations(self)
        self.registrations = Registrations(self)
        self.sign_ins = SignIns(self)
        self.choosing = Choosing(self)
        self.resets = ResetLinks(self)
        self.rights = Rights(self)
        self.notices = Notices(self)

    def begin(self) -> None:
        self.invitations.invite_first_operator()

    def timers(self) -> Sequence[tuple[float, Callable[[], object]]]:
        return (
            (0.5, self.mailer.send_due),
            (0.5, self.resets.mail_links),
            (2.0, self.rights.lift_due),
            (10.0, self.sign_ins.count_failures),
            (10.0, self.invitations.expire),
            (2.0, self.custom_fields.forget_retired),
        )

    # -- terms

    def allow(
        self,
        context: Context,
        organisation: str,
        purpose: Purpose,
        categories: frozenset[Category],
        *,
        asking: bool = False,
        of: str | None = ACTOR,
    ) -> Context:
        """The context with its legal basis; a refusal is evidence and goes into the log (P01, P03).

        A consent that it takes is `of` the actor, or of nobody who has an account yet; `asking` is for the steps that
        come before one can be given.
        """
        whose = _actor(context) if of == ACTOR else of
        try:
            return self.terms.allow(context, organisation, purpose, categories, of=whose, asking=asking)
        except Refused as refused:
            self._record_refusal(context, organisation, purpose, refused)
            raise

    def allow_person(self, context: Context, categories: frozenset[Category]) -> Context:
        """Like `allow`, for a person's own data, for the purpose that their role has."""
        return self.allow(context, str(context.organisation), purpose_of(Role(str(context.role))), categories)

    def allow_sign_in(
        self, context: Context, organisation: str, role: Role, categories: frozenset[Category]
    ) -> Context:
        """A Beheerder may sign in without an agreement, to make one; anybody else may not."""
        if role is Role.BEHEERDER:
            return self.terms_or_before(context, organisation, categories)
        return self.allow(context, organisation, purpose_of(role), categories, asking=True)

    def terms_or_before(
        self, context: Context, organisation: str, categories: frozenset[Category] = frozenset()
    ) -> Context:
        """Under the terms in force where they cover it, else as a step towards an agreement that does."""
        try:
            purpose = Purpose.BEHEER_ACCESS
            return self.terms.allow(context, organisation, purpose, categories, of=_actor(context), asking=True)
        except Refused:
            return before_terms(context, organisation)

    def _ask_org(self, organisation: str) -> dict[str, Any] | None:
        answer: dict[str, Any] | None = self.caller.call(
            "org",
            "terms_in_force",
            {"organisation": organisation},
            self.own_context(organisation=organisation),
        )
        return answer

    def _consented(self, organisation: str, account: str, purpose: Purpose) -> bool:
        asked = {"organisation": organisation, "account": account, "purpose": purpose.value}
        answer = self.caller.call("org", "consent_in_force", asked, self.own_context(organisation=organisation))
        return bool(answer["in_force"])

    def statement_seen(self, organisation: str, account: str) -> dict[str, Any] | None:
        """Which `version` of the statement is in force and whether this person `acknowledged` it (P14).

        None where org does not say in time: whoever may sign in is not kept out for it.
        """
        asked = {"organisation": organisation, "account": account}
        context = self.own_context(organisation=organisation)
        try:
            answer: dict[str, Any] | None = self.caller.call("org", "statement_seen", asked, context, PATIENCE)
        except Unavailable:
            return None
        return answer

    def _record_refusal(self, context: Context, organisation: str, purpose: Purpose, refused: Refused) -> None:
        refusal = str(uuid4())
        event = ProcessingRefused(
            refusal=refusal,
            organisation=organisation,
            purpose=purpose,
            code=refused.code,
            at=datetime.now(UTC),
        )

        def record(unit: Unit) -> dict[str, Any]:
            unit.append(f"refusal/{refusal}", 0, [event])
            return {}

        self.store.perform(replace(context, organisation=organisation, idempotency=None), record)

    def facts(self, organisation: str | None) -> Mapping[str, Any]:
        return facts(self.store, organisation, datetime.now(UTC))

    # -- what follows from the log

    def before(self, entry: Entry) -> None:
        match entry.record.event:
            case CustomFieldRetired() as event:
                self.keyring.erase([retirement(event.field)])
            case ErasureCleared() as event:
                self.custom_fields.ahead(event)
            case _:
                self.notices.ahead(entry)

    def handle(self, unit: Unit, entry: Entry) -> None:
        """Into a retired field nothing is filled in from here on; what there is goes soon after."""
        match entry.record.event:
            case CustomFieldRetired() as event:
                eventstore.bury(unit.session, [retirement(event.field)])
                self.custom_fields.retired()
            case ErasureCleared() as event:
                self.custom_fields.follow(unit, event)
            case _:
                self.notices.give(unit, entry)

    # -- forgetting

    def owners(self, session: Connection, account: str) -> set[str]:
        opened = {f"session/{s}" for s in sessions.of_account(session, account)}
        return {f"account/{account}"} | opened | custom_values.owners(session, [account])

    def drop(self, session: Connection, account: str) -> int:
        return sum(view.drop(session, account) for view in HOLDING)

    def left(self, session: Connection, account: str) -> int:
        return sum(view.holds(session, account) for view in HOLDING)

    def holdings(self) -> Holdings:
        return {
            **super().holdings(),
            ORGANISATION: self.departing.holding(),
            "category": categories.HOLDING,
            "session": Holding(
                owners=lambda _, order: {order.scope},
                drop=lambda session, order: sessions.drop_one(session, order.scope),
                left=lambda session, order: sessions.holds_one(session, order.scope),
            ),
        }


def _actor(context: Context) -> str | None:
    """The person who acts, where it is one."""
    kind, _, account = context.actor.partition("/")
    return account if kind == "account" else None
