"""What auth tells of signing in: who came, from where, and until when (P09, P11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.contracts.privacy import Category
from services.kernel.event import Event, personal, subject


@dataclass(frozen=True, kw_only=True)
class SignedIn(Event, kind="session"):
    """Somebody proved who they are, from this address with this equipment (P09)."""

    session: str
    account: str = subject()
    organisation: str
    ip: str | None = personal(Category.IP_ADDRESS, owner="session")
    device: str | None = personal(Category.TECHNICAL, owner="session")
    os: str | None = personal(Category.TECHNICAL, owner="session")
    browser: str | None = personal(Category.TECHNICAL, owner="session")
    app_version: str | None = personal(Category.TECHNICAL, owner="session")
    at: datetime


@dataclass(frozen=True, kw_only=True)
class SessionStarted(Event, kind="session"):
    """A session is open until it is ended or expires (P11)."""

    session: str
    account: str = subject()
    organisation: str
    token_digest: str | None = personal(Category.SESSION_COOKIE, owner="session", indexed=True)
    expires_at: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class SessionEnded(Event, kind="session"):
    """The session is over: signed out, revoked, refreshed into another, or ended with the account."""

    session: str
    account: str = subject()
    organisation: str
    reason: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class SignInFailed(Event, kind="sign-in"):
    """Within one minute somebody failed `count` times to sign in to this account; what they typed is not kept (P09)."""

    account: str = subject()
    organisation: str
    count: int
    minute: datetime
    at: datetime
