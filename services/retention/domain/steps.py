"""What can be asked of an erasure, from the entry that asks for it to the proof that no copy has it any more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.contracts.facts import PERSON


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """The entry `asked_in` of the log asks for this erasure; `rule` makes it due.

    `grace_until` is given where somebody else than the person asked: until then it waits, however due it is.
    """

    erasure: str
    account: str
    organisation: str
    scope: str = PERSON
    asked_in: int
    asked_event: str
    asked_source: str
    asked_at: datetime
    rule: str
    due: datetime
    grace_until: datetime | None = None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Reschedule:
    """What the entry `because` says makes it due at another moment, as long as it is not ordered."""

    because: int
    rule: str
    due: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Cancel:
    """What the entry `because` says leaves no ground for it, as long as it is not ordered."""

    because: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Order:
    """Have it erased, if it is due by `at` and nothing stands in the way.

    `holds` are those in force on it. `known`: the source of the event that asks has said that it has that event.
    `crowded`: as many of the organisation's people as may go within a day have gone.
    `excepted`: of a whole organisation's people those whom a hold keeps.
    """

    holds: tuple[str, ...] = ()
    known: bool = True
    crowded: bool = False
    excepted: tuple[str, ...] = ()
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Release:
    """An officer lets it go on."""

    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Confirm:
    """The entry `entry` of the log is this service's completion, its event `number`; `remaining` rows were left."""

    service: str
    entry: int
    number: int
    remaining: int
    at: datetime


@dataclass(frozen=True)
class Retired:
    """The entry that says so, and up to which number the service's events had happened before it began."""

    entry: int
    after: int


@dataclass(frozen=True, kw_only=True)
class ProveCopies:
    """`retirements`: by service, its newest retirement of a key epoch."""

    retirements: Mapping[str, Retired]
    at: datetime
