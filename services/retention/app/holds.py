"""What a compliance officer does about holds: place one, look at them, release one (P08)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import Connection

from services.contracts.privacy import Category, LegalBasis
from services.contracts.retention import HoldGround, HoldScope
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.retention import schemas
from services.retention.app.locking import lock_organisation
from services.retention.domain import hold as rules
from services.retention.views import cleared, departures, erasures, holds, persons, standing

if TYPE_CHECKING:
    from services.retention.app import Retention


@dataclass(frozen=True)
class Whom:
    """`account` is a pseudonym, None for a whole organisation."""

    organisation: str
    account: str | None


class Holds:
    def __init__(self, retention: Retention) -> None:
        self._retention = retention

    def held_in(self, organisation: str, category: str) -> dict[str, Any]:
        """Of whom a hold keeps this category: of `everybody` in the organisation, or of these `people`."""
        with self._retention.store.reading() as session:
            everybody, people = holds.held_in(session, organisation, Category(category))
        return {"everybody": everybody, "people": people}

    def place(
        self,
        context: Context,
        *,
        scope: HoldScope,
        ground: HoldGround,
        reason: str,
        expires_at: datetime,
        review_at: datetime | None = None,
        categories: Sequence[Category] = (),
        organisation: str | None = None,
        account: str | None = None,
        erasure: str | None = None,
        by: str | None = None,
    ) -> dict[str, Any]:
        """Hold a person (`account` is the public id, or `erasure` names whose account is closed) or an organisation.

        Answers `hold`, and what is `gone` of all that it would have kept: how many of what were ordered erased before.
        `by` is the officer for whom another service asks.
        Raises Refused: `account_unknown`, `not_found`, `too_late`, `expiry_invalid`, `period_invalid`.
        """
        whom = self._whom(scope, organisation, account, erasure)
        hold, now = str(uuid4()), self._retention.now
        context = replace(context, organisation=whom.organisation, legal_basis=LegalBasis.LEGAL_OBLIGATION, case=hold)

        def work(unit: Unit) -> dict[str, Any]:
            lock_organisation(unit.session, whom.organisation)
            asked = rules.Place(
                hold=hold,
                scope=scope,
                organisation=whom.organisation,
                account=whom.account,
                categories=tuple(dict.fromkeys(categories)),
                ground=ground,
                reason=reason,
                by=by or context.actor,
                expires_at=expires_at,
                review_at=review_at,
                ordered=(whom.account is not None and persons.begun(unit.session, whom.account))
                or departures.gone(unit.session, whom.organisation, whom.account),
                at=now(),
            )
            unit.do(f"hold/{hold}", rules.decider, asked)
            return {"hold": hold, "gone": cleared.before(unit.session, hold)}

        keys = [(f"hold/{hold}", Category.CORRESPONDENCE.value)]
        return self._retention.store.perform(context, work, keys=keys)

    def review(self, context: Context, hold: str, *, finding: str, review_at: datetime | None = None) -> dict[str, Any]:
        """Leave a hold as it is, for the reason given. Raises Refused: `not_found`, `hold_ended`, `period_invalid`."""
        with self._retention.store.reading() as session:
            row = self._found(session, hold)
        context = replace(context, organisation=row.organisation, legal_basis=LegalBasis.LEGAL_OBLIGATION, case=hold)
        asked = rules.Review(by=context.actor, finding=finding, review_at=review_at, at=self._retention.now())

        def work(unit: Unit) -> dict[str, Any]:
            unit.do(f"hold/{hold}", rules.decider, asked)
            return {}

        keys = [(f"hold/{hold}", Category.CORRESPONDENCE.value)]
        return self._retention.store.perform(context, work, keys=keys)

    def release(self, context: Context, hold: str, *, by: str | None = None) -> dict[str, Any]:
        """End a hold; releasing it again changes nothing. `by` is the officer for whom another service asks.

        Raises Refused("not_found").
        """
        with self._retention.store.reading() as session:
            row = self._found(session, hold)
        context = replace(context, organisation=row.organisation, legal_basis=LegalBasis.LEGAL_OBLIGATION, case=hold)

        def work(unit: Unit) -> dict[str, Any]:
            lock_organisation(unit.session, row.organisation)
            unit.do(f"hold/{hold}", rules.decider, rules.Release(by=by or context.actor, at=self._retention.now()))
            return {}

        return self._retention.store.perform(context, work)

    def all(self, after: str, limit: int) -> dict[str, Any]:
        """A page of holds, past ones too; on whom, and why in words, stays sealed."""
        limit = max(1, min(limit, 100))
        with self._retention.store.reading() as session:
            rows = holds.after(session, after, limit)
        return {"items": [schemas.hold(row) for row in rows], "next": rows[-1].hold if len(rows) == limit else None}

    # -- how

    def _found(self, session: Connection, hold: str) -> Any:
        row = holds.by_id(session, hold)
        if row is None:
            raise Refused("not_found")
        return row

    def _whom(self, scope: HoldScope, organisation: str | None, account: str | None, erasure: str | None) -> Whom:
        if scope is HoldScope.ORGANISATION:
            return self._organisation(organisation)
        if erasure is not None:
            return self._of_erasure(organisation, erasure)
        asked = {"account": account, "organisation": organisation}
        retention = self._retention
        told = retention.caller.call("auth", "pseudonym_of", asked, retention.own_context())
        return Whom(str(told["organisation"]), str(told["pseudonym"]))

    def _organisation(self, organisation: str | None) -> Whom:
        with self._retention.store.reading() as session:
            if organisation is None or standing.people(session, organisation) is None:
                raise Refused("not_found")
        return Whom(organisation, None)

    def _of_erasure(self, organisation: str | None, erasure: str) -> Whom:
        """Nobody can name somebody's closed account any more; their erasure is all that is left to point at."""
        with self._retention.store.reading() as session:
            row = erasures.by_id(session, organisation, erasure)
        if row is None:
            raise Refused("not_found")
        if row.account is None or row.ordered_at is not None:
            raise Refused("too_late")
        return Whom(row.organisation, row.account)
