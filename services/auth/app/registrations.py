"""Whoever holds an invitation opens an account with it, once, and chooses how to sign in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from services.auth.app import passwords
from services.auth.app.invitations import digest_of
from services.auth.app.people import keys_of
from services.auth.domain import account
from services.auth.views import accounts, invited
from services.contracts.auth import UserRegistered
from services.contracts.privacy import Category, Role, purpose_of
from services.kernel.codec import instant
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store import eventstore
from services.kernel.store.departed import must_not_have_left

if TYPE_CHECKING:
    from services.auth.app import Auth

REGISTERED = frozenset({Category.NAME, Category.CREDENTIALS})


class Registrations:
    def __init__(self, auth: Auth) -> None:
        self._auth = auth

    def invited_to(self, *, token: str) -> dict[str, Any]:
        """To which `organisation` this invitation leads, while it can be accepted. Raises Refused unauthenticated."""
        with self._auth.store.reading() as session:
            row = invited.by_token(session, digest_of(token))
        if row is None or row.status != account.Status.INVITED or row.expires_at <= instant(datetime.now(UTC)):
            raise Refused("unauthenticated")
        return {"organisation": row.organisation}

    def accept(
        self,
        context: Context,
        *,
        token: str,
        username: str,
        password: str,
        first_name: str,
        last_name: str,
        infix: str | None = None,
    ) -> dict[str, Any]:
        """The invited person opens the account. Answers `account`, `organisation`, `role`.

        The digest of a body leaves the password out, so under the same key it is compared here: Raises
        Refused("idempotency_mismatch") for another than the one that opened the account.
        """
        digest = digest_of(token)
        with self._auth.store.reading() as session:
            row = invited.by_token(session, digest)
        if row is None:
            raise Refused("not_found")
        role, organisation = Role(row.role), str(row.organisation)
        context = replace(context, actor=f"account/{row.account}", role=role)
        if role is Role.MEMBER or role is Role.AUDITOR:
            context = self._auth.allow(context, organisation, purpose_of(role), REGISTERED, asking=True)
        else:
            context = self._auth.terms_or_before(context, organisation, REGISTERED)
        hashed = passwords.checked(password, [username, first_name, last_name, "crisisconnect"])
        blinds = self._auth.keyring.index.blinds
        public_id = str(uuid4())

        def work(unit: Unit) -> dict[str, Any]:
            asked = account.Register(
                public_id=public_id,
                username=username,
                password=hashed,
                first_name=first_name,
                infix=infix or None,
                last_name=last_name,
                token_digest=digest,
                at=datetime.now(UTC),
            )
            must_not_have_left(unit.session, organisation)
            taken = accounts.by_username(unit.session, blinds("username", username))
            if taken is not None and taken.account != row.account:
                raise Refused("username_taken")
            unit.do(f"account/{row.account}", account.decider, asked)
            return {"person": row.account, "organisation": organisation, "role": role}

        answer = self._auth.store.perform(context, work, keys=keys_of(row.account, Category.NAME, Category.CREDENTIALS))
        opened = self._opened_with(answer["person"])
        if opened != hashed and not passwords.matches(opened, password):
            raise Refused("idempotency_mismatch")
        answer["account"] = self._auth.people.public_id(organisation, answer.pop("person"))
        return answer

    def _opened_with(self, person: str) -> str | None:
        """The hash of the password that opened the account, whichever it has now; None once that is erased."""
        with self._auth.store.reading() as session:
            history = eventstore.read(session, f"account/{person}")
        sealed = [one.sealed["password"] for one in history if isinstance(one.event, UserRegistered)]
        return self._auth.keyring.open(sealed[0], "password") if sealed else None
