"""What auth tells of notices: that people were mailed that something waits for them, and nothing of what it is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.kernel.event import Event


class NoticeKind(StrEnum):
    """Of what somebody is told; each has its text in both languages, and what in the log causes it."""

    CONSULTATION = "consultation"
    SECOND_CONTACT = "second_contact"
    AGREEMENT = "agreement"
    AGREEMENT_ENDS = "agreement_ends"
    SUB_PROCESSOR = "sub_processor"
    INSTRUCTION_PARKED = "instruction_parked"
    SUPPLEMENT_PUBLISHED = "supplement_published"
    SUPPLEMENT_REFUSED = "supplement_refused"
    INCIDENT = "incident"
    REQUEST_EXTENDED = "request_extended"
    REQUEST_FULFILLED = "request_fulfilled"
    REQUEST_REFUSED = "request_refused"
    REQUEST_LATE = "request_late"


@dataclass(frozen=True, kw_only=True)
class NoticeGiven(Event, kind="notice"):
    """As this event of the log (`notice`) wants an answer, or a reader, each of as many people as `told` was mailed."""

    notice: str
    organisation: str
    about: NoticeKind
    case: str
    until: datetime | None = None
    told: int
    at: datetime
