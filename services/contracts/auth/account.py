"""What auth tells of an account: invited, opened, corrected and closed, once each (P06, P09)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

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
    """Somebody's data was corrected, by themselves or on their `request`; a field without value was emptied."""

    account: str = subject()
    organisation: str
    corrected: tuple[str, ...]
    email: str | None = personal(Category.EMAIL, indexed=True)
    first_name: str | None = personal(Category.NAME)
    infix: str | None = personal(Category.NAME)
    last_name: str | None = personal(Category.NAME)
    request: str | None = None
    decided_by: str | None = None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class PasswordChanged(Event, kind="account"):
    """A person chose another password: who knew the one of before, or who had the link of a `reset`."""

    account: str = subject()
    organisation: str
    password: str | None = personal(Category.CREDENTIALS)
    reset: str | None = None
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
