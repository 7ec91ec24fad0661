"""What rests of an answer: its link is sent, its term is watched, and when it is over nothing is left (P06, P15)."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from services.contracts.privacy import LegalBasis, Purpose
from services.contracts.retention import VoidGround
from services.kernel.calls.rpc import Unavailable
from services.kernel.commands.unit import Unit
from services.kernel.decider import Refused
from services.kernel.store import eventstore
from services.retention.domain import delivery as rules
from services.retention.views import deliveries, parcels

if TYPE_CHECKING:
    from services.retention.app import Retention

log = logging.getLogger(__name__)

BATCH = 20


class Parcels:
    def __init__(self, retention: Retention) -> None:
        self._retention = retention

    def turn(self) -> None:
        """End what nobody collected in time, send the links that are still to be sent, erase what is over."""
        retention = self._retention
        with retention.store.reading() as session:
            late = deliveries.over_by(session, retention.now(), BATCH)
            unsent = parcels.unsent(session, BATCH)
        for row in late:
            self._end(row, rules.Expire(at=retention.now()))
        for delivery in unsent:
            self.mail(delivery)
        self.let_go()

    def mail(self, delivery: str) -> None:
        """Have auth send the link, once. While auth is away it stays to be sent; for nobody it is void."""
        retention = self._retention
        with retention.store.reading() as session:
            row = parcels.link_of(session, delivery)
        if row is None:
            return
        token = retention.keyring.open(row.token, "token")
        if token is not None and row.state == deliveries.PREPARED:
            asked = {"organisation": row.organisation, "person": row.account, "token": token}
            once = self._context(row, idempotency=f"delivery:{delivery}", digest="delivery")
            try:
                retention.caller.call("auth", "mail_delivery", asked, once)
            except Unavailable:
                log.warning("auth is away; the link of a delivery waits")
                return
            except Refused as no:
                log.warning("a delivery reaches nobody: %s", no.code)
                self._end(row, rules.Void(why=VoidGround.UNREACHABLE, at=retention.now()))
        retention.store.perform(retention.own_context(), lambda unit: _sent(unit.session, delivery))

    def let_go(self) -> None:
        """Keys first, then rows: while there are rows the next sweep finds them, and nobody can read them."""
        retention = self._retention
        try:
            with retention.store.reading() as session:
                over = parcels.over(session, BATCH)
            if not over:
                return
            owners = [f"delivery/{one}" for one in over]
            retention.keyring.erase(owners)

            def work(unit: Unit) -> dict[str, Any]:
                eventstore.bury(unit.session, owners)
                parcels.drop_all(unit.session, over)
                return {}

            retention.store.perform(retention.own_context(), work)
        except SQLAlchemyError as error:
            # Who collects has their answer all the same.
            log.error("an answer that is over stays until the next sweep: %s", type(error).__name__)

    def _end(self, row: Any, command: rules.Command) -> None:
        def work(unit: Unit) -> dict[str, Any]:
            unit.do(f"delivery/{row.delivery}", rules.decider, command)
            return {}

        self._retention.store.perform(self._context(row), work)

    def _context(self, row: Any, **more: Any) -> Any:
        context = self._retention.own_context(organisation=row.organisation, case=row.request, **more)
        return replace(context, purpose=Purpose.APP_ACCESS, legal_basis=LegalBasis.LEGAL_OBLIGATION)


def _sent(session: Connection, delivery: str) -> dict[str, Any]:
    parcels.sent(session, delivery)
    return {}
