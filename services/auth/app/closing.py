"""An account is closed once, by its person or by who may, and the erasure that begins with it has its id (P06)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import Connection

from services.auth.app.people import keys_of, pseudonym_of
from services.auth.app.roles import keep_one, officer_needed
from services.auth.domain import account as rules
from services.auth.domain.account import Status
from services.auth.views import accounts
from services.contracts.privacy import Category, Role
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.kernel.decider import Refused

if TYPE_CHECKING:
    from services.auth.app import Auth

MAILED = (Category.EMAIL, Category.CREDENTIALS)
"""The keys that a mail is sealed with."""


class Closing:
    def __init__(self, auth: Auth) -> None:
        self._auth = auth

    def close_me(self, context: Context) -> dict[str, Any]:
        """Close one's own account, for good. Answers the id of the erasure that begins with it.

        Raises Refused: `last_beheerder` or `last_officer` for who has to see to a successor first.
        """
        pseudonym, organisation = pseudonym_of(context), str(context.organisation)

        def whose(session: Connection) -> str:
            row = accounts.by_pseudonym(session, organisation, pseudonym)
            if row is not None and row.status == Status.OPEN:
                keep_one(session, row)
            return pseudonym

        return self._close(context, whose, organisation)

    def remove(
        self, context: Context, *, organisation: str, account: str, if_match: int | None = None
    ) -> dict[str, Any]:
        """Close another person's account; answers the id of the erasure that begins with it."""
        seek = self._auth.keyring.index.seek

        # Looked up inside: asked again under the same key, the account is out of reach, and the answer still stands.
        def whose(session: Connection) -> str:
            row = seek(lambda index: accounts.by_public_id(session, organisation, index), "public_id", account)
            if row is None:
                raise Refused("not_found")
            officer_needed(session, context, organisation, Role(row.role))
            keep_one(session, row)
            return str(row.account)

        return self._close(context, whose, organisation, if_match=if_match)

    def close_for_request(
        self, context: Context, *, organisation: str, person: str, by: str, in_part: bool = False
    ) -> dict[str, Any]:
        """Close the account of a person, by pseudonym, who asked to be erased, as `by` decided; answers the erasure.

        The person is mailed where to see how far it is and, done `in_part`, what stays and why: the app shows them
        nothing now (AVG 12(3)).
        Raises Refused: `not_found`, `account_closed`, `last_beheerder`.
        """
        email = self._email(organisation, person)
        text = "erasure_in_part" if in_part else "erasure_begun"

        def whose(session: Connection) -> str:
            row = accounts.by_pseudonym(session, organisation, person)
            if row is None:
                raise Refused("not_found")
            if row.status == Status.OPEN:
                keep_one(session, row)
            return str(row.account)

        return self._close(
            context, whose, organisation, by=by, asked=True, tell=(text, person, email) if email else None
        )

    def _email(self, organisation: str, person: str) -> str | None:
        with self._auth.store.reading() as session:
            row = accounts.by_pseudonym(session, organisation, person)
        return None if row is None else self._auth.keyring.open(row.email, "email")

    def _close(
        self,
        context: Context,
        whose: Callable[[Connection], str],
        organisation: str,
        *,
        by: str | None = None,
        asked: bool = False,
        tell: tuple[str, str, str] | None = None,
        if_match: int | None = None,
    ) -> dict[str, Any]:
        context = replace(context, organisation=organisation)
        erasure = str(uuid4())

        def work(unit: Unit) -> dict[str, Any]:
            by_whom, at = by or context.actor, datetime.now(UTC)
            close = rules.Close(by=by_whom, erasure=erasure, asked=asked, if_match=if_match, at=at)
            if unit.do(f"account/{whose(unit.session)}", rules.decider, close):
                if tell is not None:
                    text, person, email = tell
                    self._auth.mailer.post(unit, person, text, email, f"/erasures/{erasure}")
                return {"erasure": {"id": erasure}}
            raise Refused("account_closed")

        # Whoever closes the account is soon erased; asked again, it is the same answer for its 48 hours all the same.
        keys = keys_of(tell[1], *MAILED) if tell else ()
        return self._auth.store.perform(context, work, keys=keys, outlives=True)
