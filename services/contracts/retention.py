"""What retention tells: when something is due, ordered, done and proven gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.contracts.facts import Completion, HandOver, Retirement
from services.kernel.event import Event, subject


@dataclass(frozen=True, kw_only=True)
class ErasureScheduled(Event, kind="erasure"):
    """An event in the log asks for this person's erasure, and this rule says when it is due (P06)."""

    erasure: str
    account: str = subject()
    organisation: str
    asked_in: int
    asked_at: datetime
    rule: str
    due: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ErasureOrdered(Event, kind="erasure"):
    """The erasure is due, nothing holds it: these services are to erase. `asked_in` is the receipt (I7)."""

    erasure: str
    account: str = subject()
    organisation: str
    asked_in: int
    services: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ErasureConfirmed(Event, kind="erasure"):
    """One service's completion stands in the log as this entry; `number` is its number in that source."""

    erasure: str
    account: str = subject()
    organisation: str
    service: str
    entry: int
    number: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ErasureStalled(Event, kind="erasure"):
    """One service's completion, this entry, says that something was left: nothing is certified on it."""

    erasure: str
    account: str = subject()
    organisation: str
    service: str
    entry: int
    remaining: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ErasureCertified(Event, kind="erasure"):
    """All services have completed, nothing was left: the person is erased here. `entries` are receipts."""

    erasure: str
    account: str = subject()
    organisation: str
    entries: dict[str, int]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class CopiesUnreadable(Event, kind="erasure"):
    """Every service has since retired a key epoch: no earlier copy of the person can be read either (I6)."""

    erasure: str
    account: str = subject()
    organisation: str
    entries: dict[str, int]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class RetirementNoted(Event, kind="retirement"):
    """A service retired a key epoch, as this entry of the log says: what it did up to `after` is in no copy (I6)."""

    retirement: str
    service: str
    entry: int
    after: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ErasureCompleted(Completion, Event, kind="erasure"):
    """Retention holds nothing readable of this person any more, and looked again to be sure (P06)."""


@dataclass(frozen=True, kw_only=True)
class KeyEpochRetired(Retirement, Event, kind="keyring"):
    """Retention wrapped its living keys anew and destroyed the key they were wrapped with before (I6)."""


@dataclass(frozen=True, kw_only=True)
class SigningKeyHandedOver(HandOver, Event, kind="signing"):
    """Retention signs what comes after this with another key, which agreed to it (I8)."""
