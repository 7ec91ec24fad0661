"""Whoever answers for an organisation's people goes through who has access, at least as often as planned (P09)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from services.auth.domain import access_review
from services.auth.views import accounts, restrictions, sessions
from services.contracts.auth import AccessDecision
from services.contracts.privacy import Purpose, Role
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.kernel.decider import Refused

if TYPE_CHECKING:
    from services.auth.app import Auth

A_PAGE = 100


class Reviewing:
    """Everybody reviews their own organisation: a Beheerder its members, a compliance officer the maker's people."""

    def __init__(self, auth: Auth) -> None:
        self._auth = auth

    def sheet(self, context: Context, *, after: str, limit: int) -> dict[str, Any]:
        """`items` of every open account: its role, since when, and the last sign-in that is still kept, else null.

        It is a look at these people, on record before anybody sees them. Who is restricted keeps a role alone.
        """
        organisation, limit = str(context.organisation), min(limit, A_PAGE)
        context = self._auth.allow(context, organisation, Purpose.BEHEER_ACCESS, frozenset())
        with self._auth.store.reading() as session:
            rows = accounts.open_in(session, organisation, after, limit)
            withheld = restrictions.among(session, [row.account for row in rows])
            seen = [row.account for row in rows if row.account not in withheld]
            last = sessions.last_started(session, seen)
        self._auth.people.looked(context, organisation, seen)
        opened = self._auth.keyring.open_many([(row.public_id, "public_id") for row in rows])
        items = [
            {
                "account": public_id,
                "role": row.role,
                "registered_at": row.registered_at,
                "last_sign_in": last.get(row.account),
            }
            for row, public_id in zip(rows, opened, strict=True)
        ]
        return {"items": items, "next": rows[-1].invitation if len(rows) == limit else None}

    def review(
        self, context: Context, *, decisions: Mapping[str, AccessDecision], rest: AccessDecision | None
    ) -> dict[str, Any]:
        """`decisions` by public id, `rest` for everybody else → the numbers. What is to change is changed elsewhere.

        Raises Refused: `account_unknown` for who has no open account here, `review_incomplete`.
        """
        organisation = str(context.organisation)
        context = self._auth.allow(context, organisation, Purpose.BEHEER_ACCESS, frozenset())
        chosen = {self._person(organisation, public_id): one for public_id, one in decisions.items()}
        review, at = str(uuid4()), datetime.now(UTC)

        def work(unit: Unit) -> dict[str, Any]:
            there = {row.account: Role(row.role) for row in accounts.all_open(unit.session, organisation)}
            command = access_review.Review(
                review=review,
                organisation=organisation,
                open=there,
                idle=frozenset(there) - set(sessions.last_started(unit.session, list(there))),
                decisions=chosen,
                rest=rest,
                by=context.actor,
                at=at,
            )
            [told] = unit.do(f"review/{review}", access_review.decider, command)
            numbers = {name: getattr(told, name) for name in ("accounts", "kept", "changed", "removed")}
            return {"review": review, **numbers}

        return self._auth.store.perform(context, work)

    def _person(self, organisation: str, public_id: str) -> str:
        with self._auth.store.reading() as session:
            row = self._auth.keyring.index.seek(
                lambda index: accounts.by_public_id(session, organisation, index), "public_id", public_id
            )
        if row is None:
            raise Refused("account_unknown")
        return str(row.account)
