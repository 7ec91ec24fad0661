"""An organisation that leaves has a grace, and then one erasure takes everything of it at once (P01, P06)."""

from __future__ import annotations

import logging
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from services.contracts.facts import ORGANISATION
from services.contracts.org import ExportDelivered, LeavingCancelled, LeavingChoice, LeavingChosen
from services.kernel.codec import moment
from services.kernel.commands.unit import Unit
from services.kernel.decider import Refused
from services.kernel.event import Event
from services.kernel.following.feed import Entry
from services.kernel.forgetting.erasing import Holding
from services.kernel.store.departed import tombstone
from services.retention.app.locking import lock_organisation, stream
from services.retention.domain import erasure as erasing
from services.retention.domain.terms import Trigger, due
from services.retention.views import departures, erasures, parcels, recordings, sessions

if TYPE_CHECKING:
    from services.retention.app import Retention

log = logging.getLogger(__name__)

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MOST_EXCEPTED = 500
"""As many names as fit into one order. An organisation of whose people more are held waits until fewer are."""
FOLLOWED: tuple[type[Event], ...] = (LeavingChosen, LeavingCancelled, ExportDelivered)


class TooManyHeld(Exception):
    """More of the organisation's people are held than an order can name."""


class Departing:
    def __init__(self, retention: Retention) -> None:
        self._retention = retention

    def follow(self, unit: Unit, entry: Entry) -> None:
        match entry.record.event:
            case LeavingChosen() as event:
                lock_organisation(unit.session, event.organisation)
                self._schedule(unit, entry, event)
            case ExportDelivered() as event:
                lock_organisation(unit.session, event.organisation)
                self._taken_along(unit, entry, event)
            case LeavingCancelled() as event:
                lock_organisation(unit.session, event.organisation)
                cancel = erasing.Cancel(because=entry.index, at=self._retention.now())
                try:
                    unit.do(stream(event.erasure), erasing.decider, cancel)
                except Refused as refused:
                    # The order was there first; org hears of it in the log, and takes nothing back any more.
                    log.warning("a leaving was not cancelled: %s", refused.code)
            case _:
                return

    def _schedule(self, unit: Unit, entry: Entry, event: LeavingChosen) -> None:
        """After the grace; a controller who wants everything back has it twice, so that they can fetch it."""
        since = max(event.at, end_of(event.ends_on))
        found = due(self._retention.terms, Trigger.LEAVING_CHOSEN, since)
        until = found.at
        if event.choice is LeavingChoice.RETURN:
            until = due(self._retention.terms, Trigger.LEAVING_CHOSEN, until).at
        asked = erasing.Schedule(
            erasure=event.erasure,
            account="",
            organisation=event.organisation,
            scope=ORGANISATION,
            asked_in=entry.index,
            asked_event=entry.record.envelope.id,
            asked_source="org",
            asked_at=since,
            rule=found.rule,
            due=until,
            at=self._retention.now(),
        )
        unit.do(stream(event.erasure), erasing.decider, asked)

    def _taken_along(self, unit: Unit, entry: Entry, event: ExportDelivered) -> None:
        """Who has it all needs one grace, where that is not over yet; nobody's end comes nearer than was said then."""
        row = erasures.by_id(unit.session, event.organisation, event.erasure)
        if row is None:
            return
        once = due(self._retention.terms, Trigger.LEAVING_CHOSEN, moment(row.asked_at))
        if event.at <= once.at:
            asked = erasing.Reschedule(because=entry.index, rule=once.rule, due=once.at, at=self._retention.now())
            unit.do(stream(event.erasure), erasing.decider, asked)

    def excepted(self, session: Connection, organisation: str) -> tuple[str, ...]:
        """Whom a hold keeps out of the order. Raises TooManyHeld."""
        found = departures.excepted(session, organisation, MOST_EXCEPTED + 1)
        if len(found) > MOST_EXCEPTED:
            raise TooManyHeld(organisation)
        return tuple(found)

    def holding(self) -> Holding:
        """Retention's own part: whom its dates, proofs, holds and requests are about, and what was written."""
        return Holding(
            owners=lambda session, order: (
                {tombstone(order.organisation)}
                | {f"hold/{hold}" for hold in departures.holds_of(session, order.organisation)}
                | {f"request/{request}" for request in departures.requests_of(session, order.organisation)}
                | {f"delivery/{delivery}" for delivery in departures.deliveries_of(session, order.organisation)}
            ),
            drop=lambda session, order: (
                parcels.drop_all(session, departures.parcels_of(session, order.organisation))
                + departures.drop(session, order.organisation)
                + recordings.drop_of(session, order.organisation, order.excepted or ())
                + sessions.drop_of(session, order.organisation, order.excepted or ())
            ),
            left=lambda session, order: (
                departures.counted(session, order.organisation)
                + len(departures.parcels_of(session, order.organisation))
                + recordings.counted_of(session, order.organisation, order.excepted or ())
                + sessions.counted_of(session, order.organisation, order.excepted or ())
            ),
        )


def end_of(day: date) -> datetime:
    """The midnight in Amsterdam with which a last day is over."""
    return datetime.combine(day + timedelta(days=1), time(), AMSTERDAM)
