"""By when the law wants an answer: the same for everybody, by terms that a lawyer may change (AVG 12, 1182/71).

Days end at midnight in the zone that the terms name; which of them are holidays, `app/holidays.py` knows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from services.contracts.retention import ErasureException
from services.kernel.durations import after

SATURDAY = 5


class Term(StrEnum):
    """What the law gives a term for; the extended one counts from the receipt as well."""

    REQUEST = "request"
    REQUEST_EXTENDED = "request_extended"
    BREACH = "breach"


@dataclass(frozen=True, kw_only=True)
class Supplement:
    """A holiday that may be missing where holidays are looked up: a date, or days from Easter Sunday."""

    month: int | None = None
    day: int | None = None
    easter: int | None = None


@dataclass(frozen=True, kw_only=True)
class Exceptions:
    """What of an erasure may be left out: at most for how long, looked at again after how long, and on which grounds:
    `article`, `nl` and `en` of each, by its code (AVG 17(3)).
    """

    longest: str
    review: str
    grounds: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, kw_only=True)
class Law:
    """One version of the terms, for what was received on or after `in_force_from` in `zone`.

    `remedies` are what may be done about a refusal, by kind of controller: words in two languages, by their code.
    `access_answer` is what an answer to access says of everybody's data alike (AVG 15(1)(g), (h), 15(2)).
    """

    version: int
    in_force_from: date
    zone: ZoneInfo
    terms: Mapping[Term, str]
    remind_before: str
    country: str
    supplement: tuple[Supplement, ...]
    remedies: Mapping[str, Mapping[str, Mapping[str, str]]]
    access_answer: Mapping[str, Any]
    lift_notice: str
    """How long before a restriction ends the person is told (AVG 18(3)): the law says before, we say how long."""
    exceptions: Exceptions


@dataclass(frozen=True, kw_only=True)
class Deadline:
    """`at` is the first moment that is too late; `on` the last whole day. `rule` names term and version."""

    rule: str
    on: date
    at: datetime


IsHoliday = Callable[[date], bool]


def parse(versions: Iterable[Mapping[str, Any]]) -> tuple[Law, ...]:
    """The versions of `legal.json`, the oldest first. Raises ValueError or KeyError where something is missing."""
    made = []
    for version in versions:
        terms = {Term(name): duration for name, duration in version["terms"].items()}
        if missing := set(Term) - set(terms):
            raise ValueError(f"legal terms {version['version']} say nothing of {sorted(missing)}")
        exceptions = Exceptions(**version["erasure_exceptions"])
        if set(exceptions.grounds) != {ground.value for ground in ErasureException}:
            raise ValueError(f"legal terms {version['version']} do not say of each ground what it is")
        own = (version["remind_before"], version["lift_notice"], exceptions.longest, exceptions.review)
        for duration in (*terms.values(), *own):
            after(datetime(2018, 5, 25, tzinfo=UTC), duration)
        made.append(
            Law(
                version=version["version"],
                in_force_from=date.fromisoformat(version["in_force_from"]),
                zone=ZoneInfo(version["zone"]),
                terms=terms,
                remind_before=version["remind_before"],
                country=version["holidays"]["country"],
                supplement=tuple(_supplement(one) for one in version["holidays"]["supplement"]),
                remedies=version["remedies"],
                access_answer=version["access_answer"],
                lift_notice=version["lift_notice"],
                exceptions=exceptions,
            )
        )
    return tuple(sorted(made, key=lambda law: law.in_force_from))


def _supplement(said: Mapping[str, Any]) -> Supplement:
    made = Supplement(month=said.get("month"), day=said.get("day"), easter=said.get("easter"))
    if (made.easter is None) == (made.month is None or made.day is None):
        raise ValueError(f"{said.get('name')!r} is a month and a day, or days from Easter")
    return made


def in_force(laws: Sequence[Law], received: datetime) -> Law:
    """The version for what was received then; the oldest before all of them."""
    valid = [law for law in laws if law.in_force_from <= received.astimezone(law.zone).date()]
    return valid[-1] if valid else laws[0]


def deadline(law: Law, term: Term, received: datetime, is_holiday: IsHoliday) -> Deadline:
    """By when, counted from the receipt. Days and months end on a working day; hours run on, whatever day it is."""
    duration = law.terms[term]
    rule = f"{term}:{duration}@law {law.version}"
    if "T" in duration:
        due = after(received.astimezone(UTC), duration)
        return Deadline(rule=rule, on=due.astimezone(law.zone).date(), at=due)
    day = received.astimezone(law.zone).date()
    last = after(datetime.combine(day, time()), duration).date()
    while last.weekday() >= SATURDAY or is_holiday(last):
        last += timedelta(days=1)
    return Deadline(rule=rule, on=last, at=_midnight_after(last, law.zone))


def remind_from(law: Law, due: datetime) -> datetime:
    """The moment from which who has to answer is reminded."""
    local = due.astimezone(law.zone)
    span = after(local.replace(tzinfo=None), law.remind_before) - local.replace(tzinfo=None)
    return (local - span).astimezone(UTC)


def _midnight_after(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=zone).astimezone(UTC)
