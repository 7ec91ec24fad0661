"""What auth tells: people, how they sign in, and who looked at them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.contracts.facts import Completion, HandOver, Refusal, Retirement
from services.contracts.privacy import Category, Role
from services.kernel.event import Event, personal, subject


@dataclass(frozen=True, kw_only=True)
class PersonInvited(Event, kind="account"):
    """Somebody was asked to open an account in one organisation, in one role."""

    account: str = subject()
    organisation: str
    invitation: str
    email: str | None = personal(Category.EMAIL, indexed=True)
    role: Role
    token_digest: str
    expires_at: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class InvitationRenewed(Event, kind="account"):
    """The invitation was sent again with a new link; the link of before no longer works."""

    account: str = subject()
    organisation: str
    invitation: str
    token_digest: str
    expires_at: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class InvitationWithdrawn(Event, kind="account"):
    """The invitation no longer works, and nothing of the invited person is needed any more."""

    account: str = subject()
    organisation: str
    invitation: str
    erasure: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class InvitationExpired(Event, kind="account"):
    """Nobody used the invitation within its time; nothing of the invited person is needed any more (P06)."""

    account: str = subject()
    organisation: str
    invitation: str
    erasure: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class UserRegistered(Event, kind="account"):
    """A person accepted an invitation and chose how to sign in."""

    account: str = subject()
    organisation: str
    invitation: str
    role: Role
    public_id: str | None = personal(Category.CREDENTIALS, indexed=True)
    username: str | None = personal(Category.CREDENTIALS, indexed=True)
    password: str | None = personal(Category.CREDENTIALS)
    first_name: str | None = personal(Category.NAME)
    infix: str | None = personal(Category.NAME)
    last_name: str | None = personal(Category.NAME)
    at: datetime


@dataclass(frozen=True, kw_only=True)
class PersonalDataCorrected(Event, kind="account"):
    """A person corrected their own data; a field named in `corrected` without a value was emptied."""

    account: str = subject()
    organisation: str
    corrected: tuple[str, ...]
    email: str | None = personal(Category.EMAIL, indexed=True)
    first_name: str | None = personal(Category.NAME)
    infix: str | None = personal(Category.NAME)
    last_name: str | None = personal(Category.NAME)
    at: datetime


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event, kind="account"):
    """A person chose another password."""

    account: str = subject()
    organisation: str
    password: str | None = personal(Category.CREDENTIALS)
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RoleChanged(Event, kind="account"):
    """An account got another role in its organisation."""

    account: str = subject()
    organisation: str
    role: Role
    changed_by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class AccountClosed(Event, kind="account"):
    """The account takes no further sign-ins. The erasure named here begins with this event (P06)."""

    account: str = subject()
    organisation: str
    closed_by: str
    erasure: str
    at: datetime


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


@dataclass(frozen=True, kw_only=True)
class DataViewed(Event, kind="look"):
    """Somebody other than the person looked at personal data of these people, at most 100 of them (P09, I10)."""

    look: str
    organisation: str
    people: tuple[str, ...]
    viewed_by: str
    viewer_role: Role
    viewer_organisation: str
    case: str | None = None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class PeopleErased(Event, kind="erasure"):
    """Of the organisation that left, auth holds nothing readable of these people any more, at most 500 (P06)."""

    erasure: str
    organisation: str
    people: tuple[str, ...]
    keys: int
    rows: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ProcessingRefused(Refusal, Event, kind="refusal"):
    """Touching personal data was refused, since the terms in force do not allow it (P01, P03)."""


@dataclass(frozen=True, kw_only=True)
class ErasureCompleted(Completion, Event, kind="erasure"):
    """Auth holds nothing readable of this person any more, and looked again to be sure (P06)."""


@dataclass(frozen=True, kw_only=True)
class KeyEpochRetired(Retirement, Event, kind="keyring"):
    """Auth wrapped its living keys anew and destroyed the key they were wrapped with before (I6)."""


@dataclass(frozen=True, kw_only=True)
class SigningKeyHandedOver(HandOver, Event, kind="signing"):
    """Auth signs what comes after this with another key, which agreed to it (I8)."""
