"""A moment as people in the Netherlands read it: the day in words, Amsterdam's clock, and how far that is from UTC."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MONTHS = {
    "nl": (
        "januari", "februari", "maart", "april", "mei", "juni",
        "juli", "augustus", "september", "oktober", "november", "december",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
}  # fmt: skip


def written(moment: str, lang: str) -> str:
    """`2025-03-01T09:30:02.000000Z` → `1 maart 2025, 10:30:02 (UTC+1)`."""
    local = datetime.fromisoformat(moment).astimezone(AMSTERDAM)
    hours = int((local.utcoffset() or local - local).total_seconds()) // 3600
    return f"{local.day} {MONTHS[lang][local.month - 1]} {local.year}, {local:%H:%M:%S} (UTC+{hours})"
