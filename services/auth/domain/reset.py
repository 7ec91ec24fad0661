"""A link that lets in goes to an address that is the person's own, works once, and ends with what it rests on (P09)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from services.contracts.auth import PasswordChanged, PasswordResetAsked, PersonalDataCorrected
from services.kernel.decider import Refused

VALID = timedelta(hours=1)
MOST = 3
"""Links that work at a time: whoever asks for more in somebody's name has only filled their mailbox with good ones."""
SETTLES = timedelta(days=1)
"""So long a new address takes no link: time for who reads the old one to say that this was not them."""


@dataclass(frozen=True, kw_only=True)
class AskReset:
    reset: str
    token_digest: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class UseReset:
    """`password` is the hash of the new one."""

    token_digest: str
    password: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Link:
    reset: str
    token_digest: str
    expires_at: datetime


@dataclass(frozen=True, kw_only=True)
class Resets:
    """`address_since` is when another address was put in last, `by_another` that it was not the person who did."""

    links: tuple[Link, ...] = ()
    address_since: datetime | None = None
    by_another: bool = False


Command = AskReset | UseReset
Event = PasswordChanged | PasswordResetAsked | PersonalDataCorrected


def decide(account: str, organisation: str, state: Resets, command: Command) -> Sequence[Event]:
    """For an open account. Raises Refused: `not_yet` for an address that nobody has vouched for, `throttled`;
    `not_found` for a link that was used, has expired, or never was.
    """
    living = [link for link in state.links if command.at < link.expires_at]
    match command:
        case AskReset() as c:
            if state.by_another or (state.address_since is not None and c.at < state.address_since + SETTLES):
                raise Refused("not_yet")
            if len(living) >= MOST:
                raise Refused("throttled")
            return [
                PasswordResetAsked(
                    account=account,
                    organisation=organisation,
                    reset=c.reset,
                    token_digest=c.token_digest,
                    expires_at=c.at + VALID,
                    at=c.at,
                )
            ]
        case UseReset() as c:
            used = next((link.reset for link in living if link.token_digest == c.token_digest), None)
            if used is None:
                raise Refused("not_found")
            return [
                PasswordChanged(account=account, organisation=organisation, password=c.password, reset=used, at=c.at)
            ]


def evolve(state: Resets, event: Event) -> Resets:
    match event:
        case PasswordResetAsked():
            link = Link(reset=event.reset, token_digest=event.token_digest, expires_at=event.expires_at)
            living = tuple(one for one in state.links if event.at < one.expires_at)
            return replace(state, links=(*living, link))
        case PasswordChanged():
            return replace(state, links=())
        case PersonalDataCorrected():
            if "email" not in event.corrected:
                return state
            return Resets(address_since=event.at, by_another=event.request is not None)
