"""What org tells of how the app is used: numbers of groups, never a person's own doing (P02)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.kernel.event import Event


class UsageKind(StrEnum):
    """What a fact of usage can say; there is nothing else that the app may tell (P02)."""

    APP_OPENED = "app_opened"
    SCREEN_OPENED = "screen_opened"
    CARD_READ = "card_read"
    CONTACT_OPENED = "contact_opened"
    ALERT_READ = "alert_read"
    ALERT_ACKNOWLEDGED = "alert_acknowledged"


@dataclass(frozen=True, kw_only=True)
class UsageAggregated(Event, kind="usage"):
    """A day's use of the app was counted, in groups of at least `least` people, rounded down to its multiples (P02)."""

    usage: str
    organisation: str
    day: date
    least: int
    people: dict[UsageKind, int]
    facts: dict[UsageKind, int]
    at: datetime
