"""Whose data is only kept is not erased either, as that is processing, and learns before it ends (AVG 4(2), 18)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from services.contracts.auth import AccountClosed, RestrictionLifted
from services.contracts.retention import HoldGround, HoldScope
from services.kernel.codec import instant, moment
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.durations import after
from services.kernel.event import Event
from services.kernel.following.feed import Entry
from services.retention.app.locking import lock_organisation
from services.retention.domain import hold as holding, request as rules
from services.retention.domain.aftermath import End, NoteEnd
from services.retention.views import departures, holds, persons, requests

if TYPE_CHECKING:
    from services.retention.app import Retention

FOLLOWED: tuple[type[Event], ...] = (RestrictionLifted, AccountClosed)
LOOK_AGAIN = timedelta(days=365)


class Restricting:
    def __init__(self, retention: Retention) -> None:
        self._retention = retention

    # -- begun and ended

    def keep(self, unit: Unit, *, row: Any, reason: str, by: str) -> None:
        """Hold the person's erasure for as long as the restriction lasts, under the request's own id."""
        now = self._retention.now()
        asked = holding.Place(
            hold=row.request,
            scope=HoldScope.PERSON,
            organisation=row.organisation,
            account=row.account,
            categories=(),
            ground=HoldGround.SUBJECT_ASKED,
            reason=reason,
            by=by,
            expires_at=now + holding.LONGEST,
            review_at=now + LOOK_AGAIN,
            ordered=persons.begun(unit.session, row.account)
            or departures.gone(unit.session, row.organisation, row.account),
            at=now,
        )
        unit.do(f"hold/{row.request}", holding.decider, asked)

    def let_go(self, unit: Unit, *, account: str | None, by: str) -> None:
        """Who now asks to be erased has no use for what kept them from it."""
        for hold in requests.holding(unit.session, account):
            self._release(unit, hold, by)

    def end(self, context: Context, organisation: str, request: str, *, reasons: str) -> dict[str, Any]:
        """Announce that a restriction ends: the person is mailed, and it ends when the notice is over.

        Raises Refused: `not_found`, `not_restricted`, `account_closed`.
        """
        retention = self._retention
        row = retention.requests.found(organisation, request)
        if row.restriction is None or row.lifted_at is not None or row.account is None:
            raise Refused("not_restricted")
        now = retention.now()
        lifts_at = after(now, retention.requests.clock.law(now).lift_notice)
        told = retention.fulfilling.ask(context, row, "announce_lift", step="lift", lifts_at=instant(lifts_at))
        asked = End(reasons=reasons, told=told["event"], lifts_at=moment(told["lifts_at"]), by=context.actor, at=now)
        return retention.requests.step(context, organisation, request, asked)

    # -- the log

    def follow(self, unit: Unit, entry: Entry) -> None:
        match entry.record.event:
            case RestrictionLifted() as event:
                lock_organisation(unit.session, event.organisation)
                if requests.by_id(unit.session, event.organisation, event.request) is not None:
                    asked = NoteEnd(entry=entry.index, at=self._retention.now())
                    unit.do(f"request/{event.request}", rules.decider, asked)
                if holds.by_id(unit.session, event.request) is not None:
                    self._release(unit, event.request, self._retention.own_context().actor)
            case AccountClosed() as event if event.closed_by == f"account/{event.account}":
                lock_organisation(unit.session, event.organisation)
                self.let_go(unit, account=event.account, by=event.closed_by)
            case _:
                return

    def _release(self, unit: Unit, hold: str, by: str) -> None:
        unit.do(f"hold/{hold}", holding.decider, holding.Release(by=by, at=self._retention.now()))
