"""Somebody is invited, for a while: until they come, it is renewed or withdrawn, or its time is over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.contracts.auth import InvitationExpired, InvitationRenewed, InvitationWithdrawn, PersonInvited
from services.contracts.privacy import Role


@dataclass(frozen=True, kw_only=True)
class Invite:
    account: str
    organisation: str
    invitation: str
    email: str
    role: Role
    token_digest: str
    expires_at: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Renew:
    token_digest: str
    expires_at: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Withdraw:
    erasure: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Expire:
    """Its time is over, and nobody came."""

    erasure: str
    at: datetime


Command = Renew | Withdraw | Expire
Event = InvitationRenewed | InvitationWithdrawn | InvitationExpired


def invited(c: Invite) -> PersonInvited:
    return PersonInvited(
        account=c.account,
        organisation=c.organisation,
        invitation=c.invitation,
        email=c.email,
        role=c.role,
        token_digest=c.token_digest,
        expires_at=c.expires_at,
        at=c.at,
    )


def decide(
    account: str, organisation: str, invitation: str, expires_at: datetime | None, command: Command
) -> Sequence[Event]:
    """Of an invitation that is open; before its time is over it does not expire."""
    whose: dict[str, Any] = {
        "account": account,
        "organisation": organisation,
        "invitation": invitation,
        "at": command.at,
    }
    match command:
        case Renew() as c:
            return [InvitationRenewed(**whose, token_digest=c.token_digest, expires_at=c.expires_at)]
        case Withdraw() as c:
            return [InvitationWithdrawn(**whose, erasure=c.erasure)]
        case Expire() as c if expires_at is None or c.at < expires_at:
            return []
        case Expire() as c:
            return [InvitationExpired(**whose, erasure=c.erasure)]
