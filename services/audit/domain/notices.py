"""Within which hours an incident is told, and which words name a remedy: versioned data, never code (P16, P19)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.kernel.durations import after

LANGUAGES = ("nl", "en")


@dataclass(frozen=True, kw_only=True)
class Notices:
    """One version: ISO 8601 durations from the moment an incident is known, and the texts in each language."""

    version: int
    in_force_from: date
    controller_within: str
    alarm_after: str
    supervisor_within: str
    complaint_within: str
    remedy: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Clock:
    """The moments that follow from when an incident was known; terms in hours never move (Regulation 1182/71)."""

    rule: str
    controller_due: datetime
    alarm_at: datetime
    supervisor_due: datetime


def parse(versions: Iterable[Mapping[str, Any]]) -> tuple[Notices, ...]:
    """The versions of `notices.json`, the oldest first. Raises ValueError where one is missing or wrong."""
    made = []
    for one in versions:
        if missing := set(LANGUAGES) - {name for name, text in one["remedy"].items() if text.strip()}:
            raise ValueError(f"notices {one['version']} name no remedy in {sorted(missing)}")
        terms = [one["alarm_after"], one["controller_within"], one["supervisor_within"]]
        begun = datetime(2018, 5, 25, tzinfo=UTC)
        ends = [after(begun, term) for term in terms]
        after(begun, one["complaint_within"])
        if not begun < ends[0] < ends[1] <= ends[2]:
            raise ValueError(f"notices {one['version']}: {terms} are not in their order")
        made.append(
            Notices(
                version=one["version"],
                in_force_from=date.fromisoformat(one["in_force_from"]),
                controller_within=one["controller_within"],
                alarm_after=one["alarm_after"],
                supervisor_within=one["supervisor_within"],
                complaint_within=one["complaint_within"],
                remedy=one["remedy"],
            )
        )
    return tuple(sorted(made, key=lambda notices: notices.in_force_from))


def in_force(versions: Sequence[Notices], moment: datetime) -> Notices:
    """The version of that day (UTC); the oldest before all of them."""
    day = moment.astimezone(UTC).date()
    return ([one for one in versions if one.in_force_from <= day] or [versions[0]])[-1]


def of_version(versions: Sequence[Notices], version: int) -> Notices:
    """The version that an event names. Raises LookupError."""
    for one in versions:
        if one.version == version:
            return one
    raise LookupError(version)


def clock(versions: Sequence[Notices], known_at: datetime, agreed: tuple[int, int] | None = None) -> Clock:
    """`agreed` are the hours of an organisation's agreement, and its version; the alarm is at half of them."""
    valid, begun = in_force(versions, known_at), known_at.astimezone(UTC)
    rule = f"controller_within:{valid.controller_within}@{valid.version}"
    controller_due, alarm_at = after(begun, valid.controller_within), after(begun, valid.alarm_after)
    if agreed is not None:
        hours, version = agreed
        rule = f"controller_within:PT{hours}H@agreement {version}"
        controller_due, alarm_at = begun + timedelta(hours=hours), begun + timedelta(hours=hours) / 2
    return Clock(
        rule=rule,
        controller_due=controller_due,
        alarm_at=alarm_at,
        supervisor_due=after(begun, valid.supervisor_within),
    )


def answer_due(versions: Sequence[Notices], received_at: datetime) -> tuple[datetime, str]:
    """By when a complaint is to be answered, and by which rule of which version (P16)."""
    valid = in_force(versions, received_at)
    return after(received_at, valid.complaint_within), f"complaint:{valid.complaint_within}@notices {valid.version}"
