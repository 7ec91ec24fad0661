"""Rules that hold for every personal field: somewhere in the journey of the canaries it holds one."""

from __future__ import annotations

import pytest

from services.contracts.privacy import Category
from services.kernel.event import personal_fields
from tests.journeys.fields import FIELDS, GONE, HASHED, LAST, MADE
from tests.rules.contracts import EVENTS, short

PERSONAL = {
    f"{short(event.type)}.{name}": mark for event in EVENTS.values() for name, mark in personal_fields(event).items()
}


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
