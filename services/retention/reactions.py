"""What retention does about an entry of the log: one command, or nothing. It acts on nothing else (I7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from services.contracts import audit, auth, org, retention
from services.contracts.facts import Completion, Retirement
from services.kernel.envelope import Recorded
from services.kernel.event import Event
from services.retention.domain.erasure import Confirm, Schedule
from services.retention.domain.retirement import Note
from services.retention.domain.terms import Agreed, Due, Terms, Trigger, closing, due, shortest

SOURCES = (auth, org, audit, retention)
FOLLOWS: tuple[type[Event], ...] = (
    auth.AccountClosed,
    auth.InvitationWithdrawn,
    auth.InvitationExpired,
    *(source.ErasureCompleted for source in SOURCES),
    *(source.KeyEpochRetired for source in SOURCES),
)
INVITATIONS = {
    auth.InvitationWithdrawn: Trigger.INVITATION_WITHDRAWN,
    auth.InvitationExpired: Trigger.INVITATION_EXPIRED,
}


def react(
    index: int, record: Recorded, terms: Sequence[Terms], agreed: Agreed | None, at: datetime
) -> Schedule | Confirm | Note | None:
    """The command that follows from the entry at `index`; `at` is now. Its signature proves its source.

    `agreed` is what the organisation it is about agreed, where it did.
    """
    service, asked_at = record.envelope.source.removeprefix("/"), record.envelope.time
    match record.event:
        case auth.AccountClosed() as event:
            whole, _ = closing(terms, agreed, Trigger.ACCOUNT_CLOSED, asked_at)
            scheduled = _schedule(index, record, event, whole, at)
            if event.closed_by in (f"account/{event.account}", f"organisation/{event.organisation}"):
                # Themselves, or with their organisation, whose own erasure had its grace.
                return scheduled
            # Nobody erases somebody else overnight: a taken-over account of a Beheerder could empty an organisation.
            grace = due(terms, Trigger.ACCOUNT_REMOVED, asked_at)
            return replace(scheduled, grace_until=grace.at)
        case auth.InvitationWithdrawn() | auth.InvitationExpired() as event:
            found = shortest(terms, agreed, INVITATIONS[type(event)], asked_at)
            return _schedule(index, record, event, found, at)
        case Completion(remaining=remaining):
            number = record.envelope.sequence or 0
            return Confirm(service=service, entry=index, number=number, remaining=remaining, at=at)
        case Retirement(after=after):
            return Note(retirement=record.envelope.id, service=service, entry=index, after=after, at=at)
        case _:
            return None


def _schedule(
    index: int,
    record: Recorded,
    event: auth.AccountClosed | auth.InvitationWithdrawn | auth.InvitationExpired,
    found: Due,
    at: datetime,
) -> Schedule:
    return Schedule(
        erasure=event.erasure,
        account=event.account,
        organisation=event.organisation,
        asked_in=index,
        asked_event=record.envelope.id,
        asked_source=record.envelope.source.removeprefix("/"),
        asked_at=record.envelope.time,
        rule=found.rule,
        due=found.at,
        at=at,
    )
