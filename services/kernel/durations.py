"""A moment and an ISO 8601 duration give one other moment, everywhere the same."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import datetime, timedelta

_DURATION = re.compile(
    r"P(?!$)(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?=\d)(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?"
)


def after(moment: datetime, duration: str) -> datetime:
    """`moment` plus an ISO 8601 duration; a month later is the same date, or that month's last day."""
    found = _DURATION.fullmatch(duration)
    if found is None:
        raise ValueError(f"{duration!r} is no ISO 8601 duration")
    years, months, weeks, days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    year, month = divmod(moment.year * 12 + moment.month - 1 + years * 12 + months, 12)
    last = monthrange(year, month + 1)[1]
    moved = moment.replace(year=year, month=month + 1, day=min(moment.day, last))
    return moved + timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
