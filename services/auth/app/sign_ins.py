"""Signing in: who somebody is, from where, until when; slower with each failure, and over at once when revoked."""

from __future__ import annotations

import secrets
import time
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from prometheus_client import Counter
from uuid_utils.compat import uuid7

from services.auth.app import passwords
from services.auth.app.equipment import recognised
from services.auth.app.invitations import digest_of
from services.auth.app.people import pseudonym_of
from services.auth.app.strangers import Strangers, wait_after
from services.auth.domain import session as sessions_domain
from services.auth.domain.session import lifetime
from services.auth.views import accounts, sessions, work
from services.contracts.auth import SignInFailed
from services.contracts.privacy import Category, Role
from services.kernel.codec import instant, moment
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store.database import writing
from services.kernel.store.departed import must_not_have_left

if TYPE_CHECKING:
    from services.auth.app import Auth

SIGN_IN = frozenset({Category.CREDENTIALS, Category.SESSION_COOKIE})
"""Without these nobody signs in. From where somebody does is kept where that was agreed, and else left out."""
UNKNOWN_NAMES = Counter("crisisconnect_auth_sign_ins_with_unknown_name", "Sign-ins with a user name nobody has.")


class SignIns:
    def __init__(self, auth: Auth) -> None:
        self._auth = auth
        self._strangers = Strangers()

    def sign_in(
        self,
        context: Context,
        *,
        username: str,
        password: str,
        ip: str | None = None,
        user_agent: str | None = None,
        device: Mapping[str, str] | None = None,
        cookie: bool = False,
    ) -> dict[str, Any]:
        """Start a session. The token is shown this once; only a keyed hash of it is kept.

        Raises Refused("forbidden") for a member who wants a `cookie`: that one is the Beheeromgeving's (P02, P10).
        """
        row = self._proven(username, password)
        role = Role(row.role)
        _may_have(role, cookie)
        context = replace(context, actor=f"account/{row.account}", role=role, idempotency=None)
        context = self._auth.allow_sign_in(context, str(row.organisation), role, SIGN_IN)
        equipment = recognised(ip, user_agent, device)
        started = self._start(context, row.account, role, equipment, proven=row.password)
        return {**started, "statement": self._auth.statement_seen(str(row.organisation), row.account)}

    def refresh(self, context: Context, *, cookie: bool = False) -> dict[str, Any]:
        """A new token and term for the running session's equipment; the old session ends.

        Raises Refused("forbidden") for a `cookie` of somebody who has become a member since.
        """
        pseudonym, role = pseudonym_of(context), Role(str(context.role))
        _may_have(role, cookie)
        context = self._auth.allow_sign_in(replace(context, idempotency=None), str(context.organisation), role, SIGN_IN)
        with self._auth.store.reading() as session:
            now = instant(datetime.now(UTC))
            old = next((r for r in sessions.open_of(session, pseudonym, now) if r.session == context.session), None)
        if old is None:
            raise Refused("unauthenticated")
        opened = self._auth.keyring.open_many([(getattr(old, n), n) for n in sessions.EQUIPMENT])
        equipment = sessions_domain.Equipment(**dict(zip(sessions.EQUIPMENT, opened, strict=True)))
        return self._start(context, pseudonym, role, equipment, replaces=old.session)

    def who(self, *, token: str) -> dict[str, Any]:
        """Whose token this is. Raises Refused("unauthenticated") for a strange, ended or expired one."""
        with self._auth.store.reading() as session:
            row = self._auth.keyring.index.seek(
                lambda index: sessions.by_token(session, index, instant(datetime.now(UTC))),
                "token_digest",
                digest_of(token),
            )
        if row is None:
            raise Refused("unauthenticated")
        return {
            "pseudonym": row.account,
            "account": self._auth.keyring.open(row.public_id, "public_id"),
            "organisation": row.organisation,
            "role": row.role,
            "session": row.session,
            "expires_at": row.expires_at,
        }

    def mine(self, context: Context) -> dict[str, Any]:
        """A person's open sessions, with what is known of where they were started."""
        with self._auth.store.reading() as session:
            rows = sessions.open_of(session, pseudonym_of(context), instant(datetime.now(UTC)))
        opened = iter(self._auth.keyring.open_many([(getattr(r, n), n) for r in rows for n in sessions.EQUIPMENT]))
        items = []
        for row in rows:
            ip, kind, os, browser, app_version = (next(opened) for _ in sessions.EQUIPMENT)
            items.append(
                {
                    "session": row.session,
                    "current": row.session == context.session,
                    "started_at": row.started_at,
                    "expires_at": row.expires_at,
                    "ip": ip,
                    "device": {"kind": kind, "os": os, "browser": browser, "app_version": app_version},
                }
            )
        return {"items": items, "next": None}

    def end(self, context: Context, *, session: str) -> dict[str, Any]:
        """End one of one's own sessions, or the `current` one; another person's is not found."""
        wanted = context.session if session == "current" else session
        pseudonym = pseudonym_of(context)

        def work_(unit: Unit) -> dict[str, Any]:
            if wanted not in sessions.of_account(unit.session, pseudonym):
                raise Refused("not_found")
            self.end_in(unit, str(wanted), "signed_out")
            return {}

        return self._auth.store.perform(context, work_)

    def answered_before(self, context: Context) -> dict[str, Any]:
        """What a request was answered that ended its own session. Raises Refused("unauthenticated") for any other."""
        answer = self._auth.store.answered(context)
        if answer is None:
            raise Refused("unauthenticated")
        return answer

    def end_in(self, unit: Unit, session: str, reason: str) -> None:
        asked = sessions_domain.End(reason=reason, at=datetime.now(UTC))
        unit.do(f"session/{session}", sessions_domain.decider, asked)

    def count_failures(self) -> None:
        """One event per account and minute that is over, with the number of failures in it (P09)."""
        this_minute = instant(datetime.now(UTC).replace(second=0, microsecond=0))
        with self._auth.store.reading() as session:
            over = work.failures_before(session, this_minute)
        for row in over:
            event = SignInFailed(
                account=row.account,
                organisation=row.organisation,
                count=row.failed,
                minute=moment(row.minute),
                at=datetime.now(UTC),
            )
            stream = f"sign-in/{uuid7()}"

            def work_(unit: Unit, event: SignInFailed = event, stream: str = stream) -> dict[str, Any]:
                work.counted(unit.session, event.account, instant(event.minute))
                unit.append(stream, 0, [event])
                return {}

            self._auth.store.perform(self._auth.own_context(organisation=row.organisation), work_)

    # -- how

    def must_prove(self, row: Any, *tried: str, otherwise: str) -> int:
        """Which of these is the password of the account; slower with each time that none is, and counted (P09).

        Raises Refused: `throttled`, or `otherwise`.
        """
        now = time.time()
        with self._auth.store.reading() as session:
            failed, until = work.throttle_of(session, row.account)
        if now < until:
            raise Refused("throttled", retry_after=int(until - now) + 1)
        hashed = self._auth.keyring.open(row.password, "password")
        right = next((place for place, one in enumerate(tried) if passwords.matches(hashed, one)), None)
        if right is not None:
            if failed:
                with writing(self._auth.store.engine) as session:
                    work.lift(session, row.account)
            return right
        minute = instant(datetime.now(UTC).replace(second=0, microsecond=0))
        with writing(self._auth.store.engine) as session:
            work.throttle(session, row.account, failed + 1, now + wait_after(failed + 1))
            work.count_failure(session, row.account, row.organisation, minute)
        raise Refused(otherwise)

    def _proven(self, username: str, password: str) -> Any:
        """The account whose name and password these are. The answer and its time are the same for an unknown name."""
        now, stranger = time.time(), self._strangers.name(username)
        with self._auth.store.reading() as session:
            row = self._auth.keyring.index.seek(
                lambda index: accounts.by_username(session, index), "username", username
            )
        if row is not None:
            self.must_prove(row, password, otherwise="sign_in_failed")
            return row
        self._strangers.must_wait(stranger, now)
        passwords.matches(None, password)
        UNKNOWN_NAMES.inc()
        self._strangers.again(stranger, now)
        raise Refused("sign_in_failed")

    def _start(
        self,
        context: Context,
        pseudonym: str,
        role: Role,
        equipment: sessions_domain.Equipment,
        *,
        replaces: str | None = None,
        proven: str | None = None,
    ) -> dict[str, Any]:
        """`proven` is what stood for the password that was shown: changed in between, it opens nothing any more."""
        session_id, token, now = str(uuid7()), secrets.token_urlsafe(32), datetime.now(UTC)
        expires_at = now + lifetime(role)
        organisation = str(context.organisation)
        agreed = frozenset() if context.terms is None else context.terms.categories
        asked = sessions_domain.Start(
            session=session_id,
            account=pseudonym,
            organisation=organisation,
            token_digest=digest_of(token),
            equipment=equipment.within(agreed),
            expires_at=expires_at,
            at=now,
        )

        def work_(unit: Unit) -> dict[str, Any]:
            must_not_have_left(unit.session, organisation)
            row = accounts.by_pseudonym(unit.session, organisation, pseudonym)
            if row is None or row.status != "open" or (proven is not None and row.password != proven):
                raise Refused("sign_in_failed")
            unit.do(f"session/{session_id}", sessions_domain.decider, asked)
            if replaces:
                self.end_in(unit, replaces, "refreshed")
            return {"session": session_id}

        owner = f"session/{session_id}"
        keys = [(owner, Category.SESSION_COOKIE)]
        keys += [(owner, one) for one in (Category.IP_ADDRESS, Category.TECHNICAL) if one in agreed]
        answer = self._auth.store.perform(context, work_, keys=keys)
        return {
            "token": token,
            "session": session_id,
            "account": self._auth.people.public_id(organisation, pseudonym),
            "organisation": organisation,
            "role": role,
            "expires_at": instant(expires_at),
            "events": answer["events"],
        }


def _may_have(role: Role, cookie: bool) -> None:
    if cookie and not sessions_domain.may_rest_in_cookie(role):
        raise Refused("forbidden")
