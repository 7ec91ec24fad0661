"""What is due when is data with a version, and counts from the event's own moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from services.contracts.privacy import Category
from services.kernel.durations import after
from services.retention.app import default_terms
from services.retention.domain.terms import Agreed, Trigger, closing, due, earlier, parse

SATURDAY = datetime(2025, 3, 1, 9, 30, tzinfo=UTC)


def version(number, day, closed, withdrawn="P0D"):
    terms = dict.fromkeys(Trigger, "P14D") | {"account_closed": closed, "invitation_withdrawn": withdrawn}
    return {"version": number, "in_force_from": day, "terms": terms}


def test_a_closed_account_is_due_at_once_by_the_statement_of_2018():
    found = due(default_terms(), Trigger.ACCOUNT_CLOSED, SATURDAY)

    assert (found.at, found.rule) == (SATURDAY, "account_closed:P0D@1")


def test_the_terms_in_force_at_the_event_count_whatever_came_later():
    terms = parse([version(2, "2025-03-02", "P30D"), version(1, "2018-02-21", "P7D")])

    assert due(terms, Trigger.ACCOUNT_CLOSED, SATURDAY).rule == "account_closed:P7D@1"
    assert due(terms, Trigger.ACCOUNT_CLOSED, datetime(2025, 3, 2, tzinfo=UTC)).rule == "account_closed:P30D@2"


def test_what_happened_before_the_first_terms_falls_under_them():
    terms = parse([version(1, "2018-02-21", "P7D")])

    assert due(terms, Trigger.ACCOUNT_CLOSED, datetime(2017, 1, 1, tzinfo=UTC)).at == datetime(2017, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("duration", "moment"),
    [
        ("P0D", "2024-01-31T12:00"),
        ("P1M", "2024-02-29T12:00"),
        ("P1Y1M", "2025-02-28T12:00"),
        ("P2W", "2024-02-14T12:00"),
        ("PT72H", "2024-02-03T12:00"),
        ("P1DT12H30M", "2024-02-02T00:30"),
    ],
)
def test_a_term_is_an_iso_8601_duration(duration, moment):
    assert after(datetime(2024, 1, 31, 12, tzinfo=UTC), duration).isoformat()[:16] == moment


@pytest.mark.parametrize("duration", ["", "P", "PT", "P1DT", "30D", "P-1D", "P1.5D", "P1M2Y"])
def test_anything_else_is_no_term(duration):
    with pytest.raises(ValueError, match="no ISO 8601 duration"):
        after(SATURDAY, duration)


def test_terms_that_forget_a_trigger_do_not_load():
    with pytest.raises(ValueError, match="invitation_withdrawn"):
        parse([{"version": 1, "in_force_from": "2018-02-21", "terms": {"account_closed": "P0D"}}])


def test_own_fields_go_with_the_person_where_nothing_was_agreed_of_them_and_sooner_where_it_was():
    name = {Category.NAME: "P30D"}
    silent = Agreed(version=1, terms=name, entry=3)
    said = Agreed(version=1, terms=name | {Category.CUSTOM_FIELD: "P7D"}, entry=3)

    whole, parts = closing(default_terms(), silent, Trigger.ACCOUNT_CLOSED, SATURDAY)
    assert (whole.at, Category.CUSTOM_FIELD in parts) == (SATURDAY + timedelta(days=30), False)
    whole, parts = closing(default_terms(), said, Trigger.ACCOUNT_CLOSED, SATURDAY)
    assert (whole.at, parts[Category.CUSTOM_FIELD].at) == (SATURDAY + timedelta(days=30), SATURDAY + timedelta(days=7))


@pytest.mark.parametrize("duration", ["P30D", "PT90M", "P1M", "P6M", "P1Y", "P1Y1M1D"])
def test_whatever_ended_a_term_ago_is_looked_at_and_little_else(duration):
    for days in range(3 * 366):
        ended = SATURDAY + timedelta(days=days)
        early = earlier(after(ended, duration), duration) - ended
        assert timedelta() <= early <= timedelta(days=0 if duration in ("P30D", "PT90M") else 8)
