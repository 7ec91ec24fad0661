"""People are asked in by invitation only: a link by mail, for one person, once, for seven days."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from sqlalchemy import Connection

from services.auth.app.people import keys_of
from services.auth.app.roles import officer_needed
from services.auth.app.terms import before_terms
from services.auth.domain import account
from services.auth.views import accounts, invited
from services.contracts.privacy import Category, Role, purpose_of
from services.kernel.codec import instant
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store.departed import must_not_have_left

if TYPE_CHECKING:
    from services.auth.app import Auth

VALID = timedelta(days=7)
EXPIRED_AT_ONCE = 100
INVITED = frozenset({Category.EMAIL})


def digest_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class Invitations:
    def __init__(self, auth: Auth) -> None:
        self._auth = auth

    def invite(self, context: Context, *, organisation: str, email: str, role: str) -> dict[str, Any]:
        """Ask somebody in. Answers `invitation`; the link goes out by mail.

        Once the maker has a compliance officer, inviting one, or an investigator, needs one.
        """
        wanted = self._role(organisation, role)
        with self._auth.store.reading() as session:
            officer_needed(session, context, organisation, wanted)
        return self._invite(self._terms(context, organisation, wanted), organisation, [email], wanted)

    def invite_many(self, context: Context, *, organisation: str, emails: Sequence[str], role: str) -> dict[str, Any]:
        """Ask several in for one role, all of them or nobody. Answers `invitations`, in the order of `emails`.

        An operator asks in the first Beheerder anew, one address. Raises Refused: `already_invited` with the
        `positions` of whom it is about, `beheerder_there`, `role_not_allowed`.
        """
        if context.role != Role.OPERATOR:
            wanted = self._role(organisation, role)
            context = self._terms(context, organisation, wanted)
            return self._invite(context, organisation, emails, wanted, many=True)
        if role != Role.BEHEERDER or len(emails) > 1:
            raise Refused("role_not_allowed")
        return self._invite_first_again(context, organisation, emails[0])

    def invite_first_beheerder(self, context: Context, *, organisation: str, email: str) -> dict[str, Any]:
        """Org asks for the first Beheerder of an organisation that it has just registered."""
        return self._invite(before_terms(context, organisation), organisation, [email], Role.BEHEERDER)

    def _invite_first_again(self, context: Context, organisation: str, email: str) -> dict[str, Any]:
        """While nobody has come in: of whoever was not in time nothing is kept, the address neither.

        What was sent before stops working, or a wrong address would stay a way in.
        Raises Refused: `not_found`, `beheerder_there`.
        """
        if organisation == self._auth.configuration.maker:
            raise Refused("not_found")
        self._auth.caller.call("org", "named", {"organisation": organisation}, self._auth.own_context())
        context = before_terms(context, organisation)
        return self._invite(context, organisation, [email], Role.BEHEERDER, many=True, ahead=self._none_came)

    def _none_came(self, unit: Unit, organisation: str) -> None:
        came = (account.Status.OPEN, account.Status.CLOSED)
        if accounts.having_role(unit.session, organisation, Role.BEHEERDER, statuses=came):
            raise Refused("beheerder_there")
        for row in invited.all_in(unit.session, organisation, "", EXPIRED_AT_ONCE):
            asked = account.Withdraw(erasure=str(uuid4()), at=datetime.now(UTC))
            unit.do(f"account/{row.account}", account.decider, asked)

    def invite_first_operator(self) -> None:
        """At the first start, and only while the maker has nobody: the link goes to `operator@localhost`.

        While nobody has used it, a later start sends a new link where the old one expired, or was in the memory of
        a process that is gone.
        """
        maker = self._auth.configuration.maker
        with self._auth.store.reading() as session:
            if accounts.having_role(
                session, maker, Role.OPERATOR, statuses=(account.Status.OPEN, account.Status.CLOSED)
            ):
                return
            waiting = [r for r in invited.all_in(session, maker, "", 100) if r.role == Role.OPERATOR]
        if waiting:
            if self._auth.mailer.forgets or waiting[0].expires_at < instant(datetime.now(UTC)):
                self.renew(self._auth.own_context(), organisation=maker, invitation=waiting[0].invitation)
            return
        # One name for every try and every replica, so that a second one finds the first's answer.
        once = self._auth.own_context(idempotency=digest_of(f"first operator of {maker}"), digest="")
        context = before_terms(once, maker)
        self._invite(context, maker, ["operator@localhost"], Role.OPERATOR)

    def _role(self, organisation: str, role: str) -> Role:
        wanted = Role(role)
        if not account.may_hold(wanted, makers_own=organisation == self._auth.configuration.maker):
            raise Refused("role_not_allowed")
        return wanted

    def _terms(self, context: Context, organisation: str, role: Role) -> Context:
        if role is Role.BEHEERDER:
            return self._auth.terms_or_before(context, organisation, INVITED)
        return self._auth.allow(context, organisation, purpose_of(role), INVITED, asking=True, of=None)

    def _invite(
        self,
        context: Context,
        organisation: str,
        emails: Sequence[str],
        role: Role,
        *,
        many: bool = False,
        ahead: Callable[[Unit, str], None] = lambda _, __: None,
    ) -> dict[str, Any]:
        people = [(str(uuid4()), email, secrets.token_urlsafe(32)) for email in emails]
        now = datetime.now(UTC)

        def work(unit: Unit) -> dict[str, Any]:
            must_not_have_left(unit.session, organisation)
            ahead(unit, organisation)
            self._must_be_strangers(unit.session, organisation, emails)
            invitations = [invite(unit, *one) for one in people]
            return {"invitations": invitations} if many else {"invitation": invitations[0]}

        def invite(unit: Unit, person: str, email: str, token: str) -> str:
            invitation = str(uuid4())
            asked = account.Invite(
                account=person,
                organisation=organisation,
                invitation=invitation,
                email=email,
                role=role,
                token_digest=digest_of(token),
                expires_at=now + VALID,
                at=now,
            )
            unit.do(f"account/{person}", account.decider, asked)
            self._auth.mailer.post(unit, person, "invitation", email, f"/invitations/{token}")
            return invitation

        keys = [key for person, *_ in people for key in keys_of(person, Category.EMAIL, Category.CREDENTIALS)]
        return self._auth.store.perform(context, work, keys=keys)

    def _must_be_strangers(self, session: Connection, organisation: str, emails: Sequence[str]) -> None:
        """Raises Refused("already_invited") with where in the list whoever is here already stands."""
        blinds = self._auth.keyring.index.blinds
        here = [
            position
            for position, email in enumerate(emails)
            if accounts.email_in_use(session, organisation, blinds("email", email, organisation))
        ]
        if here:
            raise Refused("already_invited", positions=here)

    def renew(self, context: Context, *, organisation: str, invitation: str) -> dict[str, Any]:
        """Send the invitation again with a new link; the old link stops working."""
        row = self._of(organisation, invitation)
        email = self._auth.keyring.open(row.email, "email")
        if email is None:
            raise Refused("not_found")
        token, now = secrets.token_urlsafe(32), datetime.now(UTC)
        context = self._terms(context, organisation, Role(row.role))

        def work(unit: Unit) -> dict[str, Any]:
            asked = account.Renew(token_digest=digest_of(token), expires_at=now + VALID, at=now)
            unit.do(f"account/{row.account}", account.decider, asked)
            self._auth.mailer.post(unit, row.account, "invitation", email, f"/invitations/{token}")
            return {"invitation": invitation}

        keys = keys_of(row.account, Category.EMAIL, Category.CREDENTIALS)
        return self._auth.store.perform(context, work, keys=keys)

    def withdraw(self, context: Context, *, organisation: str, invitation: str) -> dict[str, Any]:
        """The link stops working, and what was kept of the invited person is erased."""
        asked = account.Withdraw(erasure=str(uuid4()), at=datetime.now(UTC))

        # Looked up inside: asked again under the same key after the erasure, the answer still stands.
        def work(unit: Unit) -> dict[str, Any]:
            row = invited.by_invitation(unit.session, organisation, invitation)
            if row is None:
                raise Refused("not_found")
            unit.do(f"account/{row.account}", account.decider, asked)
            return {"invitation": invitation}

        return self._auth.store.perform(replace(context, organisation=organisation), work)

    def expire(self) -> None:
        """Nobody waits for those who did not come in time: what was kept of them is erased, a batch at a time."""
        now = datetime.now(UTC)
        with self._auth.store.reading() as session:
            rows = invited.expired_by(session, instant(now), EXPIRED_AT_ONCE)
        for row in rows:
            asked = account.Expire(erasure=str(uuid4()), at=now)

            def work(unit: Unit, row: Any = row, asked: account.Expire = asked) -> dict[str, Any]:
                unit.do(f"account/{row.account}", account.decider, asked)
                return {}

            self._auth.store.perform(self._auth.own_context(organisation=row.organisation), work)

    def waiting(self, context: Context, *, organisation: str, after: str, limit: int) -> dict[str, Any]:
        """Open invitations: their address, role and term. Looking is an event of its own."""
        context = self._auth.terms_or_before(context, organisation)
        with self._auth.store.reading() as session:
            rows = invited.all_in(session, organisation, after, limit)
        self._auth.people.looked(context, organisation, [row.account for row in rows])
        emails = self._auth.keyring.open_many([(row.email, "email") for row in rows])
        items = [
            {
                "invitation": row.invitation,
                "email": email,
                "role": row.role,
                "invited_at": row.invited_at,
                "expires_at": row.expires_at,
            }
            for row, email in zip(rows, emails, strict=True)
        ]
        return {"items": items, "next": rows[-1].invitation if len(rows) == limit else None}

    def _of(self, organisation: str, invitation: str) -> Any:
        with self._auth.store.reading() as session:
            row = invited.by_invitation(session, organisation, invitation)
        if row is None:
            raise Refused("not_found")
        return row
