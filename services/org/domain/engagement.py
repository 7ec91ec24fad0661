"""A sub-processor receives an organisation's data once it agreed, accepted, or let its time to object pass (P07)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.contracts.org import (
    EngagementGround,
    ObjectionTextErased,
    SubProcessorActivated,
    SubProcessorAnnounced,
    SubProcessorObjected,
    SubProcessorWithdrawn,
)
from services.kernel.decider import Decider, Refused
from services.org.domain.words import EraseText


@dataclass(frozen=True, kw_only=True)
class Announce:
    """`until` then the organisation can object, by this rule."""

    engagement: str
    sub_processor: str
    organisation: str
    rule: str
    until: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Agree:
    """The agreement that both sides signed names the sub-processor."""

    engagement: str
    sub_processor: str
    organisation: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Object:
    """`reasons` are personal."""

    reasons: str
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Accept:
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Lapse:
    """The window is looked at; where it is over, nobody objected."""

    at: datetime


@dataclass(frozen=True, kw_only=True)
class Withdraw:
    by: str
    at: datetime


Command = Announce | Agree | Object | Accept | Lapse | Withdraw | EraseText
Event = (
    SubProcessorAnnounced | SubProcessorObjected | SubProcessorActivated | SubProcessorWithdrawn | ObjectionTextErased
)


class Status(StrEnum):
    UNKNOWN = "unknown"
    ANNOUNCED = "announced"
    OBJECTED = "objected"
    ACTIVE = "active"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, kw_only=True)
class Engagement:
    status: Status = Status.UNKNOWN
    id: str = ""
    sub_processor: str = ""
    organisation: str = ""
    until: datetime | None = None
    text_erased: bool = False


WAITS = (Status.ANNOUNCED, Status.OBJECTED)


def decide(state: Engagement, command: Command) -> Sequence[Event]:
    match state.status, command:
        case Status.UNKNOWN, Announce() as c:
            return [
                SubProcessorAnnounced(
                    engagement=c.engagement,
                    sub_processor=c.sub_processor,
                    organisation=c.organisation,
                    rule=c.rule,
                    objections_until=c.until,
                    at=c.at,
                )
            ]
        case Status.UNKNOWN, Agree() as c:
            whose = Engagement(id=c.engagement, sub_processor=c.sub_processor, organisation=c.organisation)
            return [_activated(whose, EngagementGround.AGREED, c.at)]
        case Status.UNKNOWN, _:
            raise Refused("not_found")
        case _, Announce():
            return []
        case Status.ACTIVE, Agree():
            return []
        case _, Agree() as c:
            return [_activated(state, EngagementGround.AGREED, c.at)]
        case _, EraseText() as c:
            return [] if state.text_erased else [_erased(state, c)]
        case Status.WITHDRAWN, Withdraw() | Lapse():
            return []
        case Status.WITHDRAWN, _:
            raise Refused("sub_processor_withdrawn")
        case _, Withdraw() as c:
            return [SubProcessorWithdrawn(**_whose(state), by=c.by, at=c.at)]
        case Status.ANNOUNCED, Object() as c if state.until is not None and c.at < state.until:
            return [SubProcessorObjected(**_whose(state), reasons=c.reasons, by=c.by, at=c.at)]
        case Status.OBJECTED, Object() | Lapse():
            return []
        case _, Object():
            raise Refused("term_over")
        case Status.ACTIVE, Accept() | Lapse():
            return []
        case _, Accept() as c:
            return [_activated(state, EngagementGround.ACCEPTED, c.at)]
        case Status.ANNOUNCED, Lapse() as c if state.until is not None and c.at >= state.until:
            return [_activated(state, EngagementGround.WINDOW_OVER, c.at)]
        case Status.ANNOUNCED, Lapse():
            return []
    raise AssertionError("every command has its line above")


def _whose(state: Engagement) -> dict[str, str]:
    return {"engagement": state.id, "sub_processor": state.sub_processor, "organisation": state.organisation}


def _activated(state: Engagement, ground: EngagementGround, at: datetime) -> SubProcessorActivated:
    return SubProcessorActivated(**_whose(state), ground=ground, at=at)


def _erased(state: Engagement, command: EraseText) -> ObjectionTextErased:
    return ObjectionTextErased(
        engagement=state.id,
        organisation=state.organisation,
        rule=command.rule,
        due=command.due,
        keys=command.keys,
        at=command.at,
    )


def evolve(state: Engagement, event: Event) -> Engagement:
    match event:
        case SubProcessorAnnounced():
            return Engagement(
                status=Status.ANNOUNCED,
                id=event.engagement,
                sub_processor=event.sub_processor,
                organisation=event.organisation,
                until=event.objections_until,
            )
        case SubProcessorObjected():
            return replace(state, status=Status.OBJECTED)
        case SubProcessorActivated():
            return replace(
                state,
                status=Status.ACTIVE,
                id=event.engagement,
                sub_processor=event.sub_processor,
                organisation=event.organisation,
            )
        case SubProcessorWithdrawn():
            return replace(state, status=Status.WITHDRAWN)
        case ObjectionTextErased():
            return replace(state, text_erased=True)


decider: Decider[Engagement, Command, Event] = Decider(Engagement(), decide, evolve)
