"""Of one event of the log people are told once, however often it is read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.contracts.auth import NoticeGiven, NoticeKind
from services.kernel.decider import Decider


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What an event wants said: of which kind, in whose case, until when somebody can do something about it.

    `person` is the pseudonym of whom it is said to, None where it is those who answer for the organisation.
    """

    about: NoticeKind
    organisation: str
    case: str
    until: datetime | None = None
    person: str | None = None


@dataclass(frozen=True, kw_only=True)
class Give:
    """`cause` is the event's id; `told` how many people it goes to."""

    notice: Notice
    cause: str
    told: int
    at: datetime


def decide(given: bool, command: Give) -> Sequence[NoticeGiven]:
    if given:
        return []
    wanted = command.notice
    return [
        NoticeGiven(
            notice=command.cause,
            organisation=wanted.organisation,
            about=wanted.about,
            case=wanted.case,
            until=wanted.until,
            told=command.told,
            at=command.at,
        )
    ]


def evolve(_: bool, event: NoticeGiven) -> bool:
    match event:
        case NoticeGiven():
            return True


decider: Decider[bool, Give, NoticeGiven] = Decider(False, decide, evolve)
