"""Of any agreement, no command of org's records what is outside it; each refusal is on record (P02, P04)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import orjson
import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st
from sqlalchemy import select

from services.contracts.org import CanaryPlanted
from services.contracts.privacy import Category, LegalBasis, Purpose
from services.kernel.decider import Refused
from services.kernel.event import personal_fields
from services.kernel.store import eventstore
from tests.journeys.grounds import ungrounded
from tests.rules.contracts import EVENTS
from tests.unit.org.conftest import World
from tests.unit.org.test_agreements_wired import agree
from tests.unit.org.test_contents_wired import CARD, CONTACT
from tests.unit.org.test_fields_wired import OFFICER, TEAM
from tests.unit.org.test_organisations_wired import beheerder_of, register
from tests.unit.org.test_sub_processors_wired import MAIL

NOT_AGREED = {"purpose_not_agreed", "category_not_agreed", "consent_needed"}
EVERY = sorted(one.value for one in Category)
WHOLE: dict[str, Any] = {"purposes": {"beheer_access": "contract"}, "categories": EVERY}
agreements = st.fixed_dictionaries(
    {
        "purposes": st.dictionaries(
            st.sampled_from([one.value for one in Purpose]),
            st.sampled_from([one.value for one in LegalBasis]),
            min_size=1,
        ),
        "categories": st.lists(st.sampled_from(EVERY), min_size=1, unique=True),
    }
)


@pytest.mark.searching
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(then=agreements)
@example(then=WHOLE)
@example(then={**WHOLE, "purposes": {"beheer_access": "legal_obligation"}, "categories": ["organisation"]})
def test_of_any_agreement_no_command_records_what_is_outside_it(world: World, then: Mapping[str, Any]) -> None:
    world.org.publish()
    region = register(world)
    agree(world, region, **WHOLE, retention={})
    commands = prepared(world, region)
    agree(world, region, **then, retention={})
    before = len(log(world))
    done = {name: attempt(command) for name, command in commands.items()}

    told = log(world)
    assert ungrounded(one for one in told if one.get("organisation") == region) == []
    assert set(done.values()) <= {None, *NOT_AGREED}
    refused = [one["data"]["code"] for one in told[before:] if one["type"].endswith("ProcessingRefused.v1")]
    assert refused == [code for code in done.values() if code is not None], (
        "each refusal is on record, and nothing else"
    )
    if then == WHOLE:
        assert set(done.values()) == {None}
        mine = {one["type"] for one in told if one.get("organisation") == region}
        holding = {name for name, event in EVENTS.items() if event.told_by == "org" and personal_fields(event)}
        holding.discard(CanaryPlanted.type)  # of nobody, by nobody's command
        assert holding <= mine, "a new event that holds something of people needs its command here"


def prepared(world: World, region: str) -> dict[str, Callable[[], object]]:
    """Each command that holds a value, with all that it needs made before under everything."""
    org, beheerder = world.org, beheerder_of(region)
    fields = [org.propose_field(beheerder, region, **TEAM)["field"] for _ in range(2)]
    asked = org.ask_supplement(beheerder, region, fields=fields[:1], reasons="Voor de dienst.")["supplement"]
    card = org.publish_content(beheerder, region, **CARD)["content"]
    post = org.register_sub_processor(OFFICER, **{**MAIL, "name": f"Post {uuid4()}"})["sub_processor"]
    one, two = (org.give_instruction(beheerder, region, said="Doe dit.")["instruction"] for _ in range(2))
    person = {"name": "Joost Visser", "email": "joost@voorbeeld.example", "phone": "+31 20 555 0199"}
    contact = {f"changes the {name}": {"contact": {name: value}} for name, value in person.items()}
    second = {"names a second contact": {"second_contact": {k: person[k] for k in ("name", "email")}}}
    return {
        "renames": lambda: org.change(beheerder, region, contact={"name": "Anders"}),
        **{name: lambda said=said: org.change(beheerder, region, **said) for name, said in (contact | second).items()},
        "changes a second contact": lambda: org.change(beheerder, region, second_contact=person),
        "publishes a card": lambda: org.publish_content(beheerder, region, **CARD),
        "publishes a contact": lambda: org.publish_content(beheerder, region, **CONTACT),
        "changes a card": lambda: org.change_content(beheerder, region, card, **{**CARD, "title": "Brand"}),
        "refuses a supplement": lambda: org.refuse_supplement(OFFICER, region, asked, reasons="Te veel."),
        "instructs": lambda: org.give_instruction(beheerder, region, said="Doe dat."),
        "parks": lambda: org.park_instruction(OFFICER, one, reasons="Mag dat?"),
        "carries out": lambda: org.carry_out_instruction(OFFICER, two, done="Gedaan."),
        "objects": lambda: org.object_to(beheerder, post, reasons="Wij doen dat zelf."),
    }


def attempt(command: Callable[[], object]) -> str | None:
    """None where it was done, else why not."""
    try:
        command()
    except Refused as no:
        return no.code
    return None


def log(world: World) -> list[dict[str, Any]]:
    with world.org.store.reading() as session:
        lines = session.execute(select(eventstore.events.c.line).order_by(eventstore.events.c.position)).scalars()
        return [orjson.loads(line) for line in lines]
