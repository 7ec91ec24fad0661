"""The event table, the data map and the message contract say what the code says."""

from __future__ import annotations

import pytest

from crisisconnect import asyncapi, catalogue, told
from services.contracts.canary import of_people
from services.contracts.privacy import Category
from tests.rules.contracts import EVENTS, every_event


def test_the_written_catalogue_is_current():
    assert catalogue.stale() == [], "run `make catalogue`"


def test_the_catalogue_leaves_no_event_out():
    assert {event.type for event in told.events()} == set(EVENTS)
    assert set(asyncapi.document()["components"]["messages"]) == set(EVENTS)


@every_event
def test_the_data_map_says_for_what_each_value_is_used(event):
    for name in of_people(event):
        owner = told.owner_kind(event, name)
        assert catalogue.PURPOSES.get(owner), f"say in catalogue.PURPOSES for what the data of a {owner} is used (P02)"


@pytest.mark.parametrize("category", sorted({m.category for e in EVENTS.values() for m in of_people(e).values()}))
def test_every_category_in_use_has_a_row_in_the_data_map(category):
    assert f"| `{Category(category)}` |" in catalogue.catalogue()


def test_a_changed_contract_makes_the_written_one_stale(tmp_path):
    assert catalogue.write(tmp_path) == ["catalogue.md", "promises.md", "asyncapi.json"]
    assert catalogue.write(tmp_path) == []
    (tmp_path / "catalogue.md").write_text("old")

    assert catalogue.stale(tmp_path) == ["catalogue.md"]
