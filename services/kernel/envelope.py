"""The CloudEvents coat that an event wears from the moment it is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.kernel.event import Event

MAX_EVENT = 48 * 1024
"""Bytes of one stored line; a log entry has at most 65,535, signature and number included."""


@dataclass(frozen=True, kw_only=True)
class Envelope:
    """One CloudEvents 1.0 message without its data: who says what about whom, why, and on which ground.

    `sequence` is the source's own number, None until the relay gave it; `actor` is `account/<pseudonym>` or
    `system/<service>`; `purpose` and `legalbasis` stand wherever personal data was touched (P02, I10).
    """

    id: str
    source: str
    type: str
    subject: str
    time: datetime
    actor: str
    correlationid: str
    causationid: str | None = None
    organisation: str | None = None
    datasubject: str | None = None
    purpose: str | None = None
    legalbasis: str | None = None
    role: str | None = None
    agreement: str | None = None
    sequence: int | None = None


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """One event as it is kept: the envelope, the plain facts, and each personal value sealed.

    `event` has None in every personal field; `sealed` holds those values' sealed strings, `index` the keyed
    blind index of the fields that asked for one (None once the key is gone).
    """

    envelope: Envelope
    event: Event
    sealed: dict[str, str]
    index: dict[str, str | None]
    stream: str
    version: int
