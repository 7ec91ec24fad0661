"""A session starts once and ends once, by sign-out, by revocation, or because its time is up."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.contracts.auth import SessionEnded, SessionStarted, SignedIn
from services.contracts.privacy import Role
from services.kernel.decider import Decider, Refused
from services.kernel.event import personal_fields

APP = timedelta(days=30)
BEHEER = timedelta(hours=12)


@dataclass(frozen=True, kw_only=True)
class Equipment:
    """What the sign-in came from; every part may be unknown."""

    ip: str | None = None
    device: str | None = None
    os: str | None = None
    browser: str | None = None
    app_version: str | None = None

    def within(self, agreed: Set[str]) -> Equipment:
        """Only what belongs to a category that was agreed: what a device says of itself nobody has to send (P04)."""
        marks = personal_fields(SignedIn)
        return Equipment(**{name: asdict(self)[name] for name in marks if marks[name].category in agreed})


@dataclass(frozen=True, kw_only=True)
class Start:
    session: str
    account: str
    organisation: str
    token_digest: str
    equipment: Equipment
    expires_at: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class End:
    reason: str
    at: datetime


Command = Start | End
Event = SignedIn | SessionStarted | SessionEnded


class Status(StrEnum):
    NEVER = "never"
    OPEN = "open"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True)
class Session:
    status: Status = Status.NEVER
    session: str = ""
    account: str = ""
    organisation: str = ""


def decide(session: Session, command: Command) -> list[Event]:
    match session.status, command:
        case Status.NEVER, Start() as c:
            return [
                SignedIn(
                    session=c.session,
                    account=c.account,
                    organisation=c.organisation,
                    ip=c.equipment.ip,
                    device=c.equipment.device,
                    os=c.equipment.os,
                    browser=c.equipment.browser,
                    app_version=c.equipment.app_version,
                    at=c.at,
                ),
                SessionStarted(
                    session=c.session,
                    account=c.account,
                    organisation=c.organisation,
                    token_digest=c.token_digest,
                    expires_at=c.expires_at,
                    at=c.at,
                ),
            ]
        case Status.OPEN, End() as c:
            return [
                SessionEnded(
                    session=session.session,
                    account=session.account,
                    organisation=session.organisation,
                    reason=c.reason,
                    at=c.at,
                )
            ]
        case Status.ENDED, End():
            return []
        case _:
            raise Refused("not_found")


def evolve(session: Session, event: Event) -> Session:
    match event:
        case SignedIn():
            return session
        case SessionStarted():
            return Session(
                status=Status.OPEN,
                session=event.session,
                account=event.account,
                organisation=event.organisation,
            )
        case SessionEnded():
            return replace(session, status=Status.ENDED)


def lifetime(role: Role) -> timedelta:
    """How long a session lasts: the app's for a month, the Beheeromgeving's for a working day."""
    return APP if role is Role.MEMBER else BEHEER


def may_rest_in_cookie(role: Role) -> bool:
    """The cookie is the Beheeromgeving's, and lasts no longer than a working day there, as the register says (P10)."""
    return lifetime(role) <= BEHEER


decider: Decider[Session, Command, Event] = Decider(Session(), decide, evolve)
