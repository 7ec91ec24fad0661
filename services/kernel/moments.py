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


SHORT = {
    "nl": ["jan.", "feb.", "mrt.", "apr.", "mei", "juni", "juli", "aug.", "sep.", "okt.", "nov.", "dec."],
    "en": ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
}


def day(date: str, lang: str) -> str:
    """`2025-03-01` → `1 maart 2025`."""
    found = datetime.fromisoformat(date)
    return f"{found.day} {MONTHS[lang][found.month - 1]} {found.year}"


def short(said: str, lang: str) -> str:
    """For a table: `2025-03-01T09:30:02Z` → `1 mrt. 2025 10:30`, Amsterdam's clock; a date alone has no time."""
    found = datetime.fromisoformat(said)
    local = found.astimezone(AMSTERDAM) if found.tzinfo else found
    of_day = f"{local.day} {SHORT[lang][local.month - 1]} {local.year}"
    return f"{of_day} {local:%H:%M}" if found.tzinfo else of_day


def written(moment: str, lang: str) -> str:
    """`2025-03-01T09:30:02.000000Z` → `1 maart 2025, 10:30:02 (UTC+1)`."""
    local = datetime.fromisoformat(moment).astimezone(AMSTERDAM)
    hours = int((local.utcoffset() or local - local).total_seconds()) // 3600
    return f"{local.day} {MONTHS[lang][local.month - 1]} {local.year}, {local:%H:%M:%S} (UTC+{hours})"
