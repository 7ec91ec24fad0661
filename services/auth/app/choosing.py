"""Another password is chosen by who knows the present one, or who has the link that was mailed (P09)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from services.auth.app import passwords
from services.auth.app.invitations import digest_of
from services.auth.app.people import NAMES, keys_of, mailed, pseudonym_of
from services.auth.domain import account, reset
from services.auth.domain.account import Status
from services.auth.views import accounts, resets, sessions, work
from services.contracts.privacy import Category, LegalBasis, Role
from services.kernel.codec import instant
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store.departed import must_not_have_left

if TYPE_CHECKING:
    from services.auth.app import Auth

CHOSEN = frozenset({Category.CREDENTIALS})


class Choosing:
    def __init__(self, auth: Auth) -> None:
        self._auth = auth

    def change(self, context: Context, *, present: str, new: str) -> dict[str, Any]:
        """Whoever knows the present one. Every other session ends, and the person hears of it by mail.

        Where the new one is the present one already, the answer of before was lost: nothing is done again.
        Raises Refused: `wrong_password`, as slow as signing in after some of those, or `weak_password`.
        """
        with self._auth.store.reading() as session:
            self._auth.people.open_session(session, context)
            row = accounts.by_pseudonym(session, str(context.organisation), pseudonym_of(context))
        if row is None:
            raise Refused("unauthenticated")
        context = _bare(context)
        if self._auth.sign_ins.must_prove(row, present, new, otherwise="wrong_password") == 1:
            return self._auth.store.answered(context) or {"events": []}
        hashed = self._checked(row, new)

        def still(unit: Unit) -> account.Command:
            self._auth.people.open_session(unit.session, context)
            return account.ChangePassword(password=hashed, at=datetime.now(UTC))

        # Whoever can sign in can change what they sign in with: that is our duty (AVG art. 32), and needs no agreement.
        context = replace(context, legal_basis=LegalBasis.LEGAL_OBLIGATION)
        return self._change(context, row, still, "password_changed", spared=[str(context.session)])

    def by_link(self, context: Context, *, token: str, password: str) -> dict[str, Any]:
        """Whoever has the link, once, under the terms in force. Every session ends, and the person hears of it.

        Raises Refused: `not_found` for a link that was used, has expired, or never was; `weak_password`, after which
        the link still works.
        """
        digest, context = digest_of(token), _bare(context)
        with self._auth.store.reading() as session:
            link = resets.by_token(session, digest, instant(datetime.now(UTC)))
            row = link and accounts.by_pseudonym(session, link.organisation, link.account)
        if row is None or row.status != Status.OPEN:
            if (answer := self._auth.store.answered(context)) is not None:
                return answer
            raise Refused("not_found")
        role, organisation = Role(row.role), str(row.organisation)
        context = replace(context, actor=f"account/{row.account}", role=role)
        context = self._auth.allow_sign_in(context, organisation, role, CHOSEN)
        hashed = self._checked(row, password)

        def used(unit: Unit) -> account.Command:
            must_not_have_left(unit.session, organisation)
            if resets.by_token(unit.session, digest, instant(datetime.now(UTC))) is None:
                raise Refused("not_found")
            work.lift(unit.session, row.account)
            return reset.UseReset(token_digest=digest, password=hashed, at=datetime.now(UTC))

        return self._change(context, row, used, "password_reset", spared=[])

    # -- how

    def _checked(self, row: Any, password: str) -> str:
        known = self._auth.keyring.open_many([(getattr(row, name), name) for name in ("username", *NAMES)])
        return passwords.checked(password, [*(one or "" for one in known), "crisisconnect"])

    def _change(
        self,
        context: Context,
        row: Any,
        asked: Callable[[Unit], account.Command],
        reason: str,
        *,
        spared: Sequence[str],
    ) -> dict[str, Any]:
        """Another password, the end of every session that is not `spared`, and a mail about it, in one transaction."""
        email = self._auth.letters.address_of(row)

        def change(unit: Unit) -> dict[str, Any]:
            unit.do(f"account/{row.account}", account.decider, asked(unit))
            for one in sessions.of_account(unit.session, row.account):
                if one not in spared:
                    self._auth.sign_ins.end_in(unit, one, reason)
            if email is not None:
                self._auth.mailer.post(unit, row.account, "password_changed", email, "/password-resets")
            return {}

        keys = keys_of(row.account, Category.CREDENTIALS, *mailed(email))
        return self._auth.store.perform(context, change, keys=keys)


def _bare(context: Context) -> Context:
    """What was asked has a password in it: no digest of that is kept beside the answer. The key is the door's own."""
    return replace(context, digest="")
