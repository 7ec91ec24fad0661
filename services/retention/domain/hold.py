"""A hold suspends erasures on a ground and for a time; for what has been ordered it comes too late (P08)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from services.contracts.privacy import Category
from services.contracts.retention import HoldGround, HoldPlaced, HoldReleased, HoldReviewed, HoldScope
from services.kernel.decider import Decider, Refused

LONGEST = timedelta(days=5 * 366)
"""What has to be kept for longer is looked at again and held anew."""


@dataclass(frozen=True, kw_only=True)
class Place:
    """`account` is a pseudonym, None for all of an organisation's people. `ordered`: the person's erasure has begun.

    No categories are all of them. `reason` is personal, and says in words what the ground says in kind.
    """

    hold: str
    scope: HoldScope
    organisation: str
    account: str | None
    categories: tuple[Category, ...]
    ground: HoldGround
    reason: str
    by: str
    expires_at: datetime
    review_at: datetime | None
    ordered: bool
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Review:
    """By an officer, who says in words why it stays (`finding` is personal), and when it is to be looked at again."""

    by: str
    finding: str
    review_at: datetime | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Release:
    """By an officer, or by the house itself once its time is over."""

    by: str
    expired: bool = False
    at: datetime


Command = Place | Review | Release
Event = HoldPlaced | HoldReviewed | HoldReleased


class Status(StrEnum):
    UNKNOWN = "unknown"
    IN_FORCE = "in_force"
    RELEASED = "released"


@dataclass(frozen=True, kw_only=True)
class Hold:
    status: Status = Status.UNKNOWN
    placed: HoldPlaced | None = None


def decide(state: Hold, command: Command) -> Sequence[Event]:
    match state.status, command:
        case Status.UNKNOWN, Place():
            return _place(command)
        case _, Place():
            return []
        case Status.IN_FORCE, Review():
            return _review(state, command)
        case Status.RELEASED, Review():
            raise Refused("hold_ended")
        case Status.IN_FORCE, Release():
            return _release(state, command)
        case Status.RELEASED, Release():
            return []
        case _:
            raise Refused("not_found")


def _place(command: Place) -> Sequence[Event]:
    if not command.at < command.expires_at <= command.at + LONGEST:
        raise Refused("expiry_invalid")
    if command.review_at is not None and not command.at < command.review_at <= command.expires_at:
        raise Refused("period_invalid")
    if command.ordered:
        raise Refused("too_late")
    return [
        HoldPlaced(
            hold=command.hold,
            scope=command.scope,
            organisation=command.organisation,
            account=command.account,
            categories=command.categories,
            ground=command.ground,
            reason=command.reason,
            placed_by=command.by,
            expires_at=command.expires_at,
            review_at=command.review_at,
            at=command.at,
        )
    ]


def _review(state: Hold, command: Review) -> Sequence[Event]:
    placed = state.placed
    if placed is None:
        raise Refused("not_found")
    if command.at >= placed.expires_at:
        raise Refused("hold_ended")
    if command.review_at is not None and not command.at < command.review_at <= placed.expires_at:
        raise Refused("period_invalid")
    return [
        HoldReviewed(
            hold=placed.hold,
            organisation=placed.organisation,
            account=placed.account,
            finding=command.finding,
            reviewed_by=command.by,
            review_at=command.review_at,
            at=command.at,
        )
    ]


def _release(state: Hold, command: Release) -> Sequence[Event]:
    placed = state.placed
    if placed is None:
        raise Refused("not_found")
    if command.expired and command.at < placed.expires_at:
        raise Refused("not_yet")
    return [
        HoldReleased(
            hold=placed.hold,
            organisation=placed.organisation,
            account=placed.account,
            expired=command.expired,
            released_by=command.by,
            at=command.at,
        )
    ]


def evolve(state: Hold, event: Event) -> Hold:
    match event:
        case HoldPlaced():
            return Hold(status=Status.IN_FORCE, placed=event)
        case HoldReviewed():
            return state
        case HoldReleased():
            return Hold(status=Status.RELEASED, placed=state.placed)


decider: Decider[Hold, Command, Event] = Decider(Hold(), decide, evolve)
