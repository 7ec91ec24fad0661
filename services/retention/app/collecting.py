"""Whoever has the link and the code gets the answer once; a guessed link finds what one that never was does (P15)."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from services.contracts.privacy import LegalBasis, Purpose
from services.contracts.retention import DeliveryCollected
from services.kernel.codec import moment
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.retention.app import codes
from services.retention.domain import delivery as rules
from services.retention.schemas import deliveries as schemas
from services.retention.views import deliveries, parcels

if TYPE_CHECKING:
    from services.retention.app import Retention


class Collecting:
    def __init__(self, retention: Retention) -> None:
        self._retention = retention

    def look(self, token: str) -> dict[str, Any]:
        """What a link leads to: `kind`, `bytes`, `expires_at`, `tries_left`; nothing of the person.

        Raises Refused: `not_found` for a guessed link and one that never was, `delivery_collected`, `delivery_void`,
        `delivery_expired`.
        """
        return schemas.shown(self._open(token), rules.MOST_TRIES)

    def collect(self, context: Context, token: str, code: str) -> dict[str, Any]:
        """The answer as base64, this once. Raises Refused as `look` does, and `wrong_code` or `throttled`."""
        retention = self._retention
        row = self._open(token)
        if row.wait_until is not None and retention.now() < (until := moment(row.wait_until)):
            raise Refused("throttled", retry_after=rules.waiting(until, retention.now()))
        right = codes.matches(retention.keyring.open(row.code, "code"), code)
        content = self._content(row.delivery) if right else ""

        def work(unit: Unit) -> dict[str, Any]:
            asked = rules.Collect(right=right, at=retention.now())
            new = unit.do(f"delivery/{row.delivery}", rules.decider, asked)
            if not any(isinstance(event, DeliveryCollected) for event in new):
                unit.refuse_on_record(Refused("wrong_code"))
            return {}

        whose = replace(
            context,
            organisation=row.organisation,
            purpose=Purpose.APP_ACCESS,
            legal_basis=LegalBasis.LEGAL_OBLIGATION,
            case=row.request,
        )
        try:
            retention.store.perform(whose, work)
        finally:
            # Collected, or void after the last wrong code: what is over goes at once.
            retention.parcels.let_go()
        return {"kind": row.right, "content": content}

    def _content(self, delivery: str) -> str:
        with self._retention.store.reading() as session:
            sealed = parcels.contents(session, delivery)
        opened = self._retention.keyring.open_many([(one, f"part{part}") for part, one in enumerate(sealed)])
        if not opened or None in opened:
            raise Refused("delivery_collected")  # by somebody who was faster
        return "".join(one for one in opened if one is not None)

    def _open(self, token: str) -> Any:
        with self._retention.store.reading() as session:
            row = deliveries.by_token(session, digest_of(token))
        if row is None:
            raise Refused("not_found")
        if row.state != deliveries.PREPARED:
            raise Refused(rules.OVER[rules.Status(row.state)])
        if self._retention.now() >= moment(row.expires_at):
            raise Refused("delivery_expired")
        return row


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
