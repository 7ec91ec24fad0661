"""Rules that hold for every personal field: somewhere in the journey of the canaries it holds one."""

from __future__ import annotations

from collections import Counter

import pytest

from services.contracts.canary import CANARY, of_people
from services.contracts.privacy import Category
from services.kernel.event import personal_fields
from tests.journeys.fields import FIELDS, GONE, HASHED, LAST, MADE
from tests.rules.contracts import EVENTS, short

PERSONAL = {f"{short(event.type)}.{name}": mark for event in EVENTS.values() for name, mark in of_people(event).items()}


@pytest.mark.parametrize("field", sorted(PERSONAL))
def test_every_personal_field_holds_a_canary(field):
    assert field in FIELDS or field in MADE, (
        f"plant a value in {field} (tests/journeys/planting.py), and name it in fields.py"
    )


def test_nothing_is_said_of_fields_that_there_are_not():
    assert set(FIELDS) | GONE | HASHED | LAST | MADE == set(PERSONAL)


def test_no_two_fields_of_one_event_hold_the_same_canary():
    pairs = [(field.rsplit(".", 1)[0], canary) for field, canary in FIELDS.items()]

    assert len(set(pairs)) == len(pairs), "were they mixed up, the search would not notice"


@pytest.mark.parametrize(
    "category", [one for one in Category if one not in (Category.ORGANISATION, Category.LOG_RECORD)]
)
def test_every_category_of_people_s_data_has_a_field(category):
    assert category in {mark.category for mark in PERSONAL.values()}


@pytest.mark.parametrize("service", ["auth", "org", "audit", "retention"])
def test_every_service_plants_one_value_of_each_category_that_is_nobody_s(service):
    events = [event for event in EVENTS.values() if event.told_by == service]
    marks = [mark for event in events for mark in personal_fields(event).values() if mark.owner == CANARY]

    assert Counter(mark.category for mark in marks) == Counter(Category), "a category that is not planted is not found"
    assert not any(mark.indexed for mark in marks), "nobody looks one up"
