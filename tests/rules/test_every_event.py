"""Rules that hold for every event of the contracts, however many there are."""

from __future__ import annotations

import inspect
from dataclasses import fields, is_dataclass, replace
from datetime import datetime
from types import NoneType
from typing import get_args, get_type_hints

from services.kernel.codec import freeze, schema, thaw
from services.kernel.event import owner_of, personal_fields, plain_fields, subject_field
from services.kernel.store.eventstore import events
from services.org.app.written import written
from tests.contracts.frozen import GOLDEN, sealed_stand_ins
from tests.rules.contracts import every_event, example

SERVICES = ("auth", "org", "audit", "retention")
STATED = frozenset(item.code for item in list(written().values())[-1].statement.lists["categories"])
"""The categories that the statement lists: seven of 2018 and the additions (P04)."""


@every_event
def test_says_in_one_sentence_what_happened(event):
    said = inspect.cleandoc(event.__doc__ or "")

    assert not said.startswith(event.__name__ + "("), "write a docstring: one sentence, in the past tense"
    assert said.endswith(".")
    assert "\n" not in said, "one sentence; what needs more belongs to the fields' names"


@every_event
def test_belongs_to_the_service_whose_contract_it_is_in(event):
    assert event.told_by in SERVICES, f"move it from {event.__module__} to the contract of who tells it"
    assert event.type == f"nl.crisisconnect.{event.told_by}.{event.__name__}.v{event.version}"
    assert len(event.type) <= events.c.type.type.length
    assert is_dataclass(event)
    assert event.__dataclass_params__.frozen, "an event never changes: @dataclass(frozen=True, kw_only=True)"


@every_event
def test_has_a_believable_example(event):
    assert type(example(event)) is event


@every_event
def test_was_frozen_in_a_golden_file(event):
    assert (GOLDEN / f"{event.type}.json").exists(), f"{event.type} was never frozen; run `make golden`"


@every_event
def test_says_when(event):
    assert get_type_hints(event).get("at") is datetime, "give it `at: datetime`, the app's clock at the decision"


@every_event
def test_no_field_hides_what_every_event_has(event):
    hidden = {field.name for field in fields(event)} & {"type", "kind", "version"}

    assert not hidden, f"rename {sorted(hidden)}: an event's class already says something else by that name"


@every_event
def test_personal_data_has_an_owner_whose_key_can_be_destroyed(event):
    for name, mark in personal_fields(event).items():
        owner = mark.owner or subject_field(event)
        assert owner, f"say whose {name} is: mark a field with subject(), or name the owner"
        assert owner in plain_fields(event), f"{owner} names the key of {name}, so it must be a plain field"
        assert owner_of(example(event), name).split("/", 1)[1], f"the example leaves {owner} empty"


@every_event
def test_personal_data_may_be_gone_one_day(event):
    hints = get_type_hints(event)
    sure = [name for name in personal_fields(event) if set(get_args(hints[name])) != {str, NoneType}]

    assert not sure, f"type these `str | None`: {sure}"


@every_event
def test_personal_data_has_a_category_that_the_statement_lists(event):
    unstated = {name: mark.category for name, mark in personal_fields(event).items() if mark.category not in STATED}

    assert not unstated, "declare it in privacy.Category, and publish a statement that lists it first (P04)"


@every_event
def test_says_whose_organisation_it_is_about_when_it_is_about_a_person(event):
    about_people = subject_field(event) or personal_fields(event)

    assert not about_people or "organisation" in plain_fields(event), "add `organisation`: tenants are kept apart by it"


@every_event
def test_can_be_written_and_read_again(event):
    made = example(event)
    sealed = sealed_stand_ins(made)

    bare, still_sealed = thaw(event, freeze(made, sealed))

    assert bare == replace(made, **dict.fromkeys(personal_fields(event)))
    assert still_sealed == sealed


@every_event
def test_never_writes_a_personal_value_open(event):
    written = str(freeze(example(event), {}))
    values = [value for name in personal_fields(event) if (value := getattr(example(event), name))]

    assert not [value for value in values if value in written]


@every_event
def test_its_schema_is_derived_and_takes_what_is_written(event):
    made = example(event)

    assert schema(event).validate(freeze(made, sealed_stand_ins(made))) == {}
