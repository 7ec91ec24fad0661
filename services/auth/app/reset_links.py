"""Whoever cannot sign in is mailed a link; who asks learns nothing, in no words and in no time (P09, I9).

The answer is given before anybody is looked up: what follows is done a moment later, by the clock.
"""

from __future__ import annotations

import secrets
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from prometheus_client import Counter

from services.auth.app.invitations import digest_of
from services.auth.app.people import keys_of
from services.auth.app.strangers import Strangers
from services.auth.domain import account, reset
from services.auth.domain.account import Status
from services.auth.views import accounts
from services.contracts.privacy import Category, Role
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store.departed import must_not_have_left

if TYPE_CHECKING:
    from services.auth.app import Auth

RESET = frozenset({Category.EMAIL, Category.CREDENTIALS})
ROOM = 1000
AT_ONCE = 20
TRIED_SECONDS = 300.0
"""So long somebody who asked is remembered, in memory alone, while a part that has to agree is away."""
UNHEARD = Counter("crisisconnect_auth_resets_without_mail", "Links asked for that went to nobody.")


@dataclass(frozen=True)
class Asked:
    """What was typed, as a `username` or an `email`, until when it is tried."""

    what: str
    said: str
    correlation: str
    until: float


class ResetLinks:
    def __init__(self, auth: Auth) -> None:
        self._auth = auth
        self._waiting: deque[Asked] = deque()
        self._strangers = Strangers(free=reset.MOST, forgiven=reset.VALID.total_seconds())

    def ask(self, context: Context, *, username: str | None = None, email: str | None = None) -> dict[str, Any]:
        """By user name, for that account; by e-mail address, for each account that has it, in whatever organisation.

        `events` is empty for everybody. Raises Refused("throttled") for what was typed too often, known or not.
        """
        if (username is None) == (email is None):
            raise Refused("invalid", errors={"username": ["Either this or an e-mail address."]})
        what, said = ("email", str(email)) if username is None else ("username", username)
        now = time.time()
        self._strangers.must_wait(name := self._strangers.name(f"{what} {said}"), now)
        if len(self._waiting) >= ROOM:
            raise Refused("throttled", retry_after=60)
        self._strangers.again(name, now)
        self._waiting.append(Asked(what, said, context.correlation, time.monotonic() + TRIED_SECONDS))
        return {"events": []}

    def mail_links(self) -> None:
        """What was asked for since, a batch at a time; where a part is away it raises that, and tries again later."""
        for _ in range(min(AT_ONCE, len(self._waiting))):
            asked = self._waiting.popleft()
            try:
                found = self._whose(asked)
                if not sum(self._mailed(asked, row) for row in found):
                    UNHEARD.inc()
            except Exception:
                if time.monotonic() < asked.until:
                    self._waiting.append(asked)
                raise

    # -- how

    def _whose(self, asked: Asked) -> Sequence[Any]:
        """Open accounts. An address is looked for in each organisation: equal ones look unrelated, and stay so."""
        index = self._auth.keyring.index
        with self._auth.store.reading() as session:
            if asked.what == "username":
                row = index.seek(lambda blinds: accounts.by_username(session, blinds), "username", asked.said)
                found = [row] if row is not None else []
            else:
                everywhere = accounts.organisations(session)
                for _ in range(2):
                    keys = index.versions()
                    blinds = [key.blind("email", asked.said, one) for one in everywhere for key in keys]
                    found = accounts.by_emails(session, blinds)
                    if found or not index.fresher():
                        break
        return [row for row in found if row.status == Status.OPEN]

    def _mailed(self, asked: Asked, row: Any) -> bool:
        """Whether a link went out; where not, nobody is told why, and a refusal of the terms stands in the log."""
        organisation, token = str(row.organisation), secrets.token_urlsafe(32)
        context = self._auth.own_context(correlation=asked.correlation, organisation=organisation)
        email = self._auth.letters.address_of(row)
        if email is None:
            return False

        def work(unit: Unit) -> dict[str, Any]:
            must_not_have_left(unit.session, organisation)
            command = reset.AskReset(reset=str(uuid4()), token_digest=digest_of(token), at=datetime.now(UTC))
            unit.do(f"account/{row.account}", account.decider, command)
            self._auth.mailer.post(unit, row.account, "password_reset", email, f"/password-resets/{token}")
            return {}

        try:
            context = self._auth.allow_sign_in(context, organisation, Role(row.role), RESET)
            self._auth.store.perform(context, work, keys=keys_of(row.account, Category.EMAIL, Category.CREDENTIALS))
        except Refused:
            return False
        return True
