"""Which days are public holidays: those of a package that follows the law, and those it may leave out (1182/71)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

from holidays import country_holidays

from services.retention.domain.clock import Law, Supplement


@lru_cache(maxsize=64)
def of(country: str, supplement: Sequence[Supplement], year: int) -> frozenset[date]:
    """Every public holiday of a year."""
    known = country_holidays(country, years=year)
    return frozenset(known) | {_date(one, year) for one in supplement}


def is_holiday(law: Law, day: date) -> bool:
    return day in of(law.country, law.supplement, day.year)


def _date(one: Supplement, year: int) -> date:
    if one.month is not None and one.day is not None:
        return date(year, one.month, one.day)
    return easter(year) + timedelta(days=one.easter or 0)


def easter(year: int) -> date:
    """Easter Sunday in the Gregorian calendar, by the rule of Meeus, Jones and Butcher."""
    golden, century, past = year % 19, year // 100, year % 100
    leaps = century - century // 4 - (century - (century + 8) // 25 + 1) // 3
    epact = (19 * golden + leaps + 15) % 30
    weekday = (32 + 2 * (century % 4) + 2 * (past // 4) - epact - past % 4) % 7
    correction = (golden + 11 * epact + 22 * weekday) // 451
    month, day = divmod(epact + weekday - 7 * correction + 114, 31)
    return date(year, month, day + 1)
