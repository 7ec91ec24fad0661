"""Who has to answer a data request is mailed when it is due soon, and when it is overdue: once each (P15)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.contracts.privacy import LegalBasis, Purpose
from services.contracts.retention import Reminder
from services.kernel.codec import instant
from services.kernel.commands.unit import Unit
from services.retention.app.fulfilling import once
from services.retention.domain import request as rules
from services.retention.domain.aftermath import Remind
from services.retention.views import requests

if TYPE_CHECKING:
    from services.retention.app import Retention

BATCH = 100


class Reminding:
    def __init__(self, retention: Retention) -> None:
        self._retention = retention

    def remind(self) -> None:
        """Whatever nobody was reminded of in time; what cannot be mailed now is tried again at the next turn."""
        now = instant(self._retention.now())
        with self._retention.store.reading() as session:
            rows = requests.to_remind(session, now, BATCH)
        for row in rows:
            self._one(row, Reminder.OVERDUE if row.due <= now else Reminder.DUE_SOON)

    def _one(self, row: Any, why: Reminder) -> None:
        retention = self._retention
        context = retention.own_context(
            organisation=row.organisation,
            purpose=Purpose.BEHEER_ACCESS,
            legal_basis=LegalBasis.LEGAL_OBLIGATION,
            # After an extension the same is another reminder; asked twice it is one mail.
            idempotency=once(row.request, f"{why.value}:{row.due}"),
            digest="remind",
            case=row.request,
        )
        asked = {"organisation": row.organisation, "request": row.request, "why": why.value}
        told = int(retention.caller.call("auth", "remind", asked, context)["told"])

        def work(unit: Unit) -> dict[str, Any]:
            said = Remind(why=why, told=told, at=retention.now())
            unit.do(f"request/{row.request}", rules.decider, said)
            return {}

        retention.store.perform(context, work)
