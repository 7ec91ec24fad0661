"""What another service has to tell a person by mail: auth writes the address on it, nobody else knows it (P18)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.auth.domain.account import Status
from services.auth.views import accounts
from services.contracts.privacy import Category
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.keys.blinding import folded

if TYPE_CHECKING:
    from services.auth.app import Auth

REACHED = (Status.OPEN, Status.CLOSED)
"""Who asked before the account was closed still has the right to an answer, until they are erased."""


class Letters:
    def __init__(self, auth: Auth) -> None:
        self._auth = auth

    def address_of(self, row: Any) -> str | None:
        """Where a person is written to about their account; None where address or sign-in data are erased."""
        email, username = self._auth.keyring.open_many([(row.email, "email"), (row.username, "username")])
        return None if username is None else email

    def address_before(self, organisation: str, person: str, corrected: str | None) -> str | None:
        """The address that an account loses to the `corrected` one; None where it keeps it, or has none."""
        if corrected is None:
            return None
        with self._auth.store.reading() as session:
            row = accounts.by_pseudonym(session, organisation, person)
        before = None if row is None else self.address_of(row)
        return None if before is None or folded(before) == folded(corrected) else before

    def moved(self, unit: Unit, person: str, before: str | None, *, put_in: str | None = None) -> None:
        """Whoever reads the address of before hears that it is another one now: it may not have been them (P09).

        Where somebody else `put_in` the new one, who reads that hears that it is theirs once they say so themselves.
        """
        if before is not None:
            self._auth.mailer.post(unit, person, "address_changed", before, "/me")
        if before is not None and put_in is not None:
            self._auth.mailer.post(unit, person, "address_put_in", put_in, "/me")

    def delivery(self, context: Context, *, organisation: str, person: str, token: str) -> dict[str, Any]:
        """The link to an answer, to a person by pseudonym; asked again under the same key it is one mail.

        Raises Refused: `not_found`, or `erased` where there is no address any more.
        """
        with self._auth.store.reading() as session:
            row = accounts.by_pseudonym(session, organisation, person)
        if row is None or row.status not in REACHED:
            raise Refused("not_found")
        email = self._auth.keyring.open(row.email, "email")
        if email is None:
            raise Refused("erased")

        def work(unit: Unit) -> dict[str, Any]:
            self._auth.mailer.post(unit, person, "delivery", email, f"/deliveries/{token}")
            return {}

        keys = [(f"account/{person}", category.value) for category in (Category.EMAIL, Category.CREDENTIALS)]
        return self._auth.store.perform(context, work, keys=keys)
