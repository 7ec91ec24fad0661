"""By when the law wants an answer: its own vectors, ten years against a computation that shares nothing, and hours."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from dateutil.easter import easter as easter_of
from dateutil.relativedelta import relativedelta

import services.retention
from services.retention.app import holidays
from services.retention.domain.clock import Law, Term, deadline, in_force, parse, remind_from

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
FILE = json.loads((Path(services.retention.__file__).parent / "legal.json").read_text())
LAW = parse(FILE)[-1]
YEARS = range(2024, 2035)
EASTERS = {
    2024: (3, 31), 2025: (4, 20), 2026: (4, 5), 2027: (3, 28), 2028: (4, 16), 2029: (4, 1),
    2030: (4, 21), 2031: (4, 13), 2032: (3, 28), 2033: (4, 17), 2034: (4, 9),
}  # fmt: skip
"""As almanacs print them."""


def due(received: datetime, term: Term = Term.REQUEST, law: Law = LAW):
    return deadline(law, term, received, partial(holidays.is_holiday, law))


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=AMSTERDAM)


@cache
def our_holidays(year: int) -> set[date]:
    """The list of the law, written once more: nothing here comes from where the product looks."""
    easter = easter_of(year)
    kings = date(year, 4, 27)
    fixed = {date(year, 1, 1), date(year, 5, 5), date(year, 12, 25), date(year, 12, 26)}
    moved = {easter + timedelta(days=n) for n in (-2, 0, 1, 39, 49, 50)}
    return fixed | moved | {kings if kings.weekday() != 6 else kings - timedelta(days=1)}


def our_last_day(received: date, months: int) -> date:
    last = received + relativedelta(months=months)
    while last.weekday() in (5, 6) or last in our_holidays(last.year):
        last += relativedelta(days=1)
    return last


@pytest.mark.parametrize(
    ("received", "last"),
    [
        ("2026-01-31", "2026-03-02"),
        ("2026-03-05", "2026-04-07"),
        ("2026-11-25", "2026-12-28"),
        ("2027-03-27", "2027-04-28"),
    ],
)
def test_the_vectors_of_the_law(received, last):
    assert due(noon(date.fromisoformat(received))).on == date.fromisoformat(last)


@pytest.mark.parametrize("year", YEARS)
def test_easter_is_where_almanacs_have_it(year):
    assert holidays.easter(year) == easter_of(year) == date(year, *EASTERS[year])


@pytest.mark.parametrize("year", range(2018, 2045))
def test_no_holiday_of_the_law_is_missing_and_none_is_more(year):
    assert holidays.of(LAW.country, LAW.supplement, year) == our_holidays(year)


def test_what_a_package_may_leave_out_stands_in_the_terms():
    bare = holidays.of(LAW.country, (), 2026)

    assert date(2026, 5, 5) not in bare, "5 May is a day off once in five years for the package"
    assert {date(2026, 4, 3), date(2026, 5, 5)} <= holidays.of(LAW.country, LAW.supplement, 2026)


@pytest.mark.parametrize("year", range(2025, 2035))
@pytest.mark.parametrize(("term", "months"), [(Term.REQUEST, 1), (Term.REQUEST_EXTENDED, 3)])
def test_ten_years_of_days_end_where_another_computation_ends_them(year, term, months):
    day = date(year, 1, 1)
    while day.year == year:
        found = due(noon(day), term)
        assert found.on == our_last_day(day, months), day
        assert found.at == datetime.combine(found.on + timedelta(days=1), datetime.min.time(), AMSTERDAM), day
        day += timedelta(days=1)


def test_an_extension_counts_from_the_receipt_and_not_from_the_first_deadline():
    received = noon(date(2026, 1, 31))

    assert due(received, Term.REQUEST_EXTENDED).on == date(2026, 4, 30)
    assert due(noon(date(2026, 3, 2)), Term.REQUEST_EXTENDED).on != date(2026, 4, 30)


def test_a_day_begins_and_ends_in_amsterdam():
    before = datetime(2026, 6, 9, 21, 59, 59, tzinfo=UTC)

    assert due(before).on == date(2026, 7, 9)
    assert due(before).at == datetime(2026, 7, 9, 22, tzinfo=UTC)
    assert due(before + timedelta(seconds=1)).on == date(2026, 7, 10)


def test_a_deadline_ends_at_midnight_on_either_side_of_summer_time():
    winter, summer = due(noon(date(2026, 2, 27))), due(noon(date(2026, 3, 30)))

    assert (winter.on, winter.at) == (date(2026, 3, 27), datetime(2026, 3, 27, 23, tzinfo=UTC))
    assert (summer.on, summer.at) == (date(2026, 4, 30), datetime(2026, 4, 30, 22, tzinfo=UTC))


@pytest.mark.parametrize("received", ["2026-03-27T10:00:00Z", "2026-10-23T10:00:00Z", "2026-12-24T10:00:00Z"])
def test_hours_run_on_through_weekends_holidays_and_the_change_of_the_clock(received):
    moment = datetime.fromisoformat(received)

    assert due(moment, Term.BREACH).at == moment + timedelta(hours=72)
    assert due(moment.astimezone(AMSTERDAM), Term.BREACH).at == moment + timedelta(hours=72)


def test_each_result_names_the_version_that_it_was_computed_with():
    later = {**FILE[0], "version": 2, "in_force_from": "2026-06-01", "terms": {**FILE[0]["terms"], "request": "P2M"}}
    laws = parse([later, *FILE])
    before, on = datetime(2026, 5, 31, 21, 59, tzinfo=UTC), datetime(2026, 5, 31, 22, tzinfo=UTC)

    assert due(before, law=in_force(laws, before)).rule == "request:P1M@law 1"
    assert due(on, law=in_force(laws, on)).rule == "request:P2M@law 2"
    assert in_force(laws, datetime(2001, 1, 1, tzinfo=UTC)).version == 1


def test_who_has_to_answer_is_reminded_a_week_before():
    assert remind_from(LAW, due(noon(date(2026, 3, 5))).at) == datetime(2026, 3, 31, 22, tzinfo=UTC)


@pytest.mark.parametrize(
    "wrong",
    [
        {"terms": {"request": "P1M"}},
        {"terms": {**FILE[0]["terms"], "request": "a month"}},
        {"remind_before": "a week"},
        {"lift_notice": "a week"},
        {"erasure_exceptions": {**FILE[0]["erasure_exceptions"], "longest": "a year"}},
        {"erasure_exceptions": {**FILE[0]["erasure_exceptions"], "review": "a year"}},
        {"erasure_exceptions": {**FILE[0]["erasure_exceptions"], "grounds": {}}},
        {"holidays": {"country": "NL", "supplement": [{"name": "some day"}]}},
        {"holidays": {"country": "NL", "supplement": [{"name": "both", "easter": 1, "month": 1, "day": 1}]}},
    ],
)
def test_terms_that_say_too_little_are_refused(wrong):
    with pytest.raises(ValueError, match=r"say nothing|do not say|no ISO|is a month"):
        parse([{**FILE[0], **wrong}])
