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
from services.retention.domain.terms import Terms, Trigger, due

SOURCES = (auth, org, audit, retention)
FOLLOWS: tuple[type[Event], ...] = (
    auth.AccountClosed,
    auth.InvitationWithdrawn,
    *(source.ErasureCompleted for source in SOURCES),
    *(source.KeyEpochRetired for source in SOURCES),
)


def react(index: int, record: Recorded, terms: Sequence[Terms], at: datetime) -> Schedule | Confirm | Note | None:
    """The command that follows from the entry at `index`; `at` is now. Its signature proves its source."""
    service = record.envelope.source.removeprefix("/")
    match record.event:
        case auth.AccountClosed() as event:
            scheduled = _schedule(index, record, event, Trigger.ACCOUNT_CLOSED, terms, at)
            if event.closed_by == f"account/{event.account}":
                return scheduled
            # Nobody erases somebody else overnight: a taken-over account of a Beheerder could empty an organisation.
            grace = due(terms, Trigger.ACCOUNT_REMOVED, record.envelope.time)
            return replace(scheduled, grace_until=grace.at)
        case auth.InvitationWithdrawn() as event:
            return _schedule(index, record, event, Trigger.INVITATION_WITHDRAWN, terms, at)
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
    event: auth.AccountClosed | auth.InvitationWithdrawn,
    trigger: Trigger,
    terms: Sequence[Terms],
    at: datetime,
) -> Schedule:
    asked_at = record.envelope.time
    found = due(terms, trigger, asked_at)
    return Schedule(
        erasure=event.erasure,
        account=event.account,
        organisation=event.organisation,
        asked_in=index,
        asked_event=record.envelope.id,
        asked_source=record.envelope.source.removeprefix("/"),
        asked_at=asked_at,
        rule=found.rule,
        due=found.at,
        at=at,
    )
