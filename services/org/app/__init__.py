"""Org as one application: what it answers, what it follows in the log, what it forgets."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, select

from services.contracts.auth import ProcessingRestricted, RestrictionLifted
from services.contracts.facts import ORGANISATION
from services.contracts.grounds import GROUNDS
from services.contracts.org import (
    CanaryDestroyed,
    CanaryPlanted,
    ContactPublished,
    ContentWithdrawn,
    ErasureCompleted,
    FirstBeheerderInvited,
    KeyEpochRetired,
    OrganisationKind,
    OrganisationRegistered,
    SecondContactNamed,
    SigningKeyHandedOver,
)
from services.contracts.privacy import Purpose, Role
from services.contracts.retention import Decision, ErasureOrdered, ObjectionDecided
from services.contracts.tasks import Asking, told
from services.kernel.calls.calling import Calling
from services.kernel.codec import instant
from services.kernel.commands.unit import Unit
from services.kernel.configuration import Configuration
from services.kernel.context import Context
from services.kernel.forgetting.erasing import Holding, Holdings, Vocabulary
from services.kernel.signing.entry import Entry
from services.kernel.store import eventstore
from services.kernel.store.departed import tombstone
from services.org import reactions
from services.org.app import waiting
from services.org.app.consulting import Consulting
from services.org.app.facts import facts
from services.org.app.grounds import before_terms
from services.org.app.leaving import Leaving
from services.org.app.publishing import Publishing
from services.org.app.registering import Registering
from services.org.app.usage import Usage
from services.org.app.words import Words
from services.org.domain.organisation import NoteInvitation, Register
from services.org.views import (
    agreements,
    consents,
    consulting,
    contents,
    cookies,
    fields,
    instructions,
    leaving,
    organisations,
    registers,
    statements,
    sub_processors,
    supplements,
    texts,
    usage,
)

MAKER = "ConnectTools B.V."
NAMING = (
    organisations,
    agreements,
    statements,
    consents,
    consulting,
    usage,
    sub_processors,
    instructions,
    supplements,
    contents,
)
"""Views that hold something of people in an organisation's name."""
PERSONAL = (statements, consents, usage)
"""Views that hold what a person said for themselves, or did."""


class Org(Leaving, Usage, Publishing, Consulting, Registering, Words):
    """Organisations: what they agreed, instructed and set up, how they leave; and what the maker states to all."""

    name = "org"
    views = (
        organisations,
        agreements,
        leaving,
        statements,
        texts,
        cookies,
        consents,
        consulting,
        sub_processors,
        instructions,
        registers,
        fields,
        supplements,
        contents,
    )
    vocabulary = Vocabulary(
        order=ErasureOrdered,
        completed=ErasureCompleted,
        retired=KeyEpochRetired,
        handed_over=SigningKeyHandedOver,
        planted=CanaryPlanted,
        destroyed=CanaryDestroyed,
        grounds=GROUNDS,
    )
    follows = (
        OrganisationRegistered,
        ContactPublished,
        SecondContactNamed,
        FirstBeheerderInvited,
        ObjectionDecided,
        ProcessingRestricted,
        RestrictionLifted,
        ContentWithdrawn,
        ErasureOrdered,
    )

    def __init__(
        self,
        configuration: Configuration,
        caller: Calling,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(configuration, caller, now)
        self._invitations: dict[str, str] = {}

    def begin(self) -> None:
        self.register_maker()
        super().begin()

    def register_maker(self) -> None:
        """The maker's own organisation is there from the first start on; later ones change nothing."""
        maker = Register(organisation=self.configuration.maker, name=MAKER, kind=OrganisationKind.MAKER, at=self.now())
        context = self.own_context(organisation=maker.organisation)
        self.store.perform(context, lambda unit: self.settle(unit, maker))

    # -- what follows from the log

    def before(self, entry: Entry) -> None:
        match entry.record.event:
            case OrganisationRegistered() as event:
                self._invite(entry, event)
            case _:
                with self.store.reading() as session:
                    owners = self._forgotten(session, entry)
                # Before the cursor moves, so that a crash in between does it again.
                self.keyring.erase(owners)

    def handle(self, unit: Unit, entry: Entry) -> None:
        match entry.record.event:
            case OrganisationRegistered() as event:
                invitation = self._invitations.get(event.organisation)
                if invitation is not None:
                    note = NoteInvitation(organisation=event.organisation, invitation=invitation, at=self.now())
                    self.settle(unit, note)
            case ObjectionDecided() as event:
                if event.purpose is Purpose.USAGE_INSIGHT and event.decision is Decision.UPHELD:
                    usage.drop_facts(unit.session, event.account)
            case ProcessingRestricted() as event:
                usage.restrict(unit.session, event.organisation, event.account, event.request)
            case RestrictionLifted() as event:
                usage.lift(unit.session, event.request)
            case ErasureOrdered() as order:
                if order.scope == ORGANISATION:
                    self.ordered(unit, entry, order)
            case _:
                self._invitations.pop(str(unit.context.organisation), None)
                eventstore.bury(unit.session, sorted(self._forgotten(unit.session, entry)))

    def _invite(self, entry: Entry, event: OrganisationRegistered) -> None:
        """Auth takes the address over; however often asked, one event gets one invitation."""
        with self.store.reading() as session:
            history = eventstore.read(session, entry.record.stream)
        if any(isinstance(one.event, FirstBeheerderInvited) for one in history):
            return
        email = self.keyring.open(entry.record.sealed.get("beheerder_email"), "beheerder_email")
        if email is None:
            return
        envelope = entry.record.envelope
        context = self.own_context(
            correlation=envelope.correlationid,
            causation=envelope.id,
            idempotency=f"first-beheerder/{envelope.id}",
            digest=hashlib.sha256(entry.note).hexdigest(),
        )
        ground = before_terms(context, event.organisation)
        said = {"organisation": event.organisation, "email": email}
        answer = self.caller.call("auth", "invite_first_beheerder", said, ground)
        self._invitations[event.organisation] = str(answer["invitation"])

    def _forgotten(self, session: Connection, entry: Entry) -> set[str]:
        event = entry.record.event
        contact = isinstance(event, ContactPublished | SecondContactNamed)
        return reactions.forgotten(event, self._contact_before(session, entry) if contact else None)

    def _contact_before(self, session: Connection, entry: Entry) -> ContactPublished | SecondContactNamed | None:
        """The contact of that kind before this one, by one look: what changes often is not read from its beginning."""
        events = eventstore.events
        this = select(events.c.version).where(events.c.id == entry.record.envelope.id).scalar_subquery()
        mine = (events.c.stream == entry.record.stream) & (events.c.version < this)
        mine &= events.c.type == entry.record.event.type
        line = session.execute(select(events.c.line).where(mine).order_by(events.c.version.desc()).limit(1)).scalar()
        found = None if line is None else eventstore.parse(line).event
        return found if isinstance(found, ContactPublished | SecondContactNamed) else None

    def facts(self, organisation: str | None) -> Mapping[str, Any]:
        return facts(self, organisation)

    # -- what waits

    def tasks(self, context: Context, organisation: str | None) -> dict[str, Any]:
        """What waits for who asks, of one organisation or of all (None)."""
        asking = Asking(role=Role(str(context.role)), organisation=organisation, now=instant(self.now()))
        with self.store.reading() as session:
            return told(waiting.LOOKS, session, asking)

    # -- whose data

    def owners(self, session: Connection, account: str) -> set[str]:
        """The account alone: it has no key here, and after its tombstone it acknowledges and consents to nothing.

        A contact, a signatory and an invitee have pseudonyms of their own, tied to no account. They are here in their
        organisation's name: a signature outlives its signatory's account.
        """
        return {f"account/{account}"}

    def drop(self, session: Connection, account: str) -> int:
        """Which versions of the statement they had seen, what they had consented to, what they did in the app."""
        return sum(view.drop_person(session, account) for view in PERSONAL)

    def left(self, session: Connection, account: str) -> int:
        return sum(view.holds_person(session, account) for view in PERSONAL)

    def holdings(self) -> Holdings:
        """Of an organisation that left: whom its people turned to, and who signed; that it was here stays."""
        return {
            **super().holdings(),
            ORGANISATION: Holding(
                owners=lambda session, order: self._owners_of(session, order.organisation),
                drop=lambda session, order: sum(v.drop(session, order.organisation) for v in NAMING),
                left=lambda session, order: sum(v.holds(session, order.organisation) for v in NAMING),
            ),
        }

    def _owners_of(self, session: Connection, organisation: str) -> set[str]:
        """Every contact there ever was, who signed for either side, the first Beheerder as invited; and its cases."""
        history = [one.event for one in eventstore.read(session, f"organisation/{organisation}")]
        kinds = ContactPublished | SecondContactNamed
        contacts = {f"contact/{one.contact}" for one in history if isinstance(one, kinds)}
        invited = {f"invitee/{one.invitee}" for one in history if isinstance(one, OrganisationRegistered)}
        signed = {f"signatory/{one}" for one in agreements.signatories(session, organisation)}
        cases = {f"engagement/{one}" for one in sub_processors.objections(session, organisation)}
        cases |= {f"instruction/{one}" for one in instructions.saying(session, organisation)}
        cases |= {f"supplement/{one}" for one in supplements.names(session, organisation)}
        cases |= {f"content/{one}" for one in contents.names(session, organisation)}
        return {tombstone(organisation)} | contacts | invited | signed | cases
