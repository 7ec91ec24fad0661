"""An account is invited, opens once, closes once, and never reopens."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from services.auth.domain import invitation, reset, restriction
from services.auth.domain.invitation import Expire as Expire, Invite as Invite, Renew as Renew, Withdraw as Withdraw
from services.auth.domain.reset import AskReset, UseReset
from services.auth.domain.restriction import AnnounceLift, Lift, Restrict
from services.contracts.auth import (
    AccountClosed,
    InvitationExpired,
    InvitationRenewed,
    InvitationWithdrawn,
    LiftAnnounced,
    PasswordChanged,
    PasswordResetAsked,
    PersonalDataCorrected,
    PersonInvited,
    ProcessingRestricted,
    RestrictionLifted,
    RoleChanged,
    UserRegistered,
)
from services.contracts.privacy import STAFF, TENANT, Role
from services.kernel.decider import Decider, Refused


@dataclass(frozen=True, kw_only=True)
class Register:
    public_id: str
    username: str
    password: str
    first_name: str
    infix: str | None
    last_name: str
    token_digest: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Correct:
    """`values` holds the corrected fields alone; None empties one. `by` somebody else only on a `request`."""

    values: dict[str, str | None]
    request: str | None = None
    by: str | None = None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ChangePassword:
    password: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ChangeRole:
    """`if_match` is how many changes the caller had read."""

    role: Role
    by: str
    if_match: int | None = None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Close:
    """`asked`: the person asked for it in a data request."""

    by: str
    erasure: str
    asked: bool = False
    if_match: int | None = None
    at: datetime


Command = (
    Invite
    | Renew
    | Withdraw
    | Expire
    | Register
    | Correct
    | ChangePassword
    | AskReset
    | UseReset
    | ChangeRole
    | Close
    | Restrict
    | AnnounceLift
    | Lift
)
Event = (
    PersonInvited
    | InvitationRenewed
    | InvitationWithdrawn
    | InvitationExpired
    | UserRegistered
    | PersonalDataCorrected
    | PasswordChanged
    | PasswordResetAsked
    | RoleChanged
    | AccountClosed
    | ProcessingRestricted
    | LiftAnnounced
    | RestrictionLifted
)


SEEN = (UserRegistered, PersonalDataCorrected, RoleChanged)
"""What changes a person as their organisation sees them."""


class Status(StrEnum):
    UNKNOWN = "unknown"
    INVITED = "invited"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class Account:
    """`changes` counts what an organisation sees of a person: their coming, each correction, each role."""

    status: Status = Status.UNKNOWN
    account: str = ""
    organisation: str = ""
    invitation: str = ""
    role: Role = Role.MEMBER
    token_digest: str = ""
    expires_at: datetime | None = None
    restrictions: restriction.Restrictions = field(default_factory=dict)
    resets: reset.Resets = field(default_factory=reset.Resets)
    changes: int = 0


def decide(account: Account, command: Command) -> Sequence[Event]:
    me, mine = account.account, account.organisation
    match account.status, command:
        case Status.UNKNOWN, Invite() as c:
            return [invitation.invited(c)]
        case Status.INVITED, (Renew() | Withdraw() | Expire()) as c:
            return invitation.decide(me, mine, account.invitation, account.expires_at, c)
        case Status.WITHDRAWN, Withdraw():
            return []
        case ((Status.OPEN | Status.CLOSED | Status.WITHDRAWN | Status.EXPIRED), Expire()):
            return []
        case Status.EXPIRED, (Register() | Renew() | Withdraw()):
            raise Refused("invitation_expired")
        case Status.INVITED, Register() as c:
            if c.token_digest != account.token_digest:
                raise Refused("invitation_used")
            if account.expires_at is None or c.at >= account.expires_at:
                raise Refused("invitation_expired")
            return [
                UserRegistered(
                    account=me,
                    organisation=mine,
                    invitation=account.invitation,
                    role=account.role,
                    public_id=c.public_id,
                    username=c.username,
                    password=c.password,
                    first_name=c.first_name,
                    infix=c.infix,
                    last_name=c.last_name,
                    at=c.at,
                )
            ]
        case ((Status.OPEN | Status.CLOSED | Status.WITHDRAWN), (Register() | Renew() | Withdraw())):
            raise Refused("invitation_used")
        case Status.OPEN, ChangeRole() | Close() if command.if_match not in (None, account.changes):
            raise Refused("precondition_failed")
        case Status.OPEN, Correct() as c:
            if not c.values:
                return []
            return [
                PersonalDataCorrected(
                    account=me,
                    organisation=mine,
                    corrected=tuple(sorted(c.values)),
                    request=c.request,
                    decided_by=c.by,
                    at=c.at,
                    **c.values,
                )
            ]
        case Status.OPEN, ChangePassword() as c:
            return [PasswordChanged(account=me, organisation=mine, password=c.password, at=c.at)]
        case Status.OPEN, (AskReset() | UseReset()) as c:
            return reset.decide(me, mine, account.resets, c)
        case Status.OPEN, ChangeRole() as c:
            if (c.role in STAFF) != (account.role in STAFF):
                raise Refused("role_not_allowed")
            if c.role is account.role:
                return []
            if account.restrictions and c.by != f"account/{me}":
                raise Refused("restricted")
            return [RoleChanged(account=me, organisation=mine, role=c.role, changed_by=c.by, at=c.at)]
        case Status.OPEN, Close() as c:
            if account.restrictions and not c.asked and c.by not in (f"account/{me}", f"organisation/{mine}"):
                raise Refused("restricted")
            return [AccountClosed(account=me, organisation=mine, closed_by=c.by, erasure=c.erasure, at=c.at)]
        case Status.OPEN, (Restrict() | AnnounceLift() | Lift()) as c:
            return restriction.decide(me, mine, account.restrictions, c)
        case Status.CLOSED, Close():
            return []
        case Status.CLOSED, _:
            raise Refused("account_closed")
        case _:
            raise Refused("account_unknown")


def evolve(account: Account, event: Event) -> Account:
    match event:
        case PersonInvited():
            return Account(
                status=Status.INVITED,
                account=event.account,
                organisation=event.organisation,
                invitation=event.invitation,
                role=event.role,
                token_digest=event.token_digest,
                expires_at=event.expires_at,
            )
        case InvitationRenewed():
            return replace(account, token_digest=event.token_digest, expires_at=event.expires_at)
        case InvitationWithdrawn():
            return replace(account, status=Status.WITHDRAWN)
        case InvitationExpired():
            return replace(account, status=Status.EXPIRED)
        case UserRegistered():
            return replace(account, status=Status.OPEN, changes=account.changes + 1)
        case PersonalDataCorrected():
            return replace(account, resets=reset.evolve(account.resets, event), changes=account.changes + 1)
        case PasswordChanged() | PasswordResetAsked():
            return replace(account, resets=reset.evolve(account.resets, event))
        case RoleChanged():
            return replace(account, role=event.role, changes=account.changes + 1)
        case ProcessingRestricted() | LiftAnnounced() | RestrictionLifted():
            return replace(account, restrictions=restriction.evolve(account.restrictions, event))
        case AccountClosed():
            return replace(account, status=Status.CLOSED)


def may_hold(role: Role, *, makers_own: bool) -> bool:
    """Whether an account of the maker's own organisation, or of a customer's, can have this role."""
    return role in (STAFF if makers_own else TENANT)


decider: Decider[Account, Command, Event] = Decider(Account(), decide, evolve)
