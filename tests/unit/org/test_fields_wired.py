"""A field takes no value before a supplement that names it is published, and the maker answers within a term (P05)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update

from services.contracts.privacy import Role
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store import eventstore
from services.kernel.store.database import writing
from services.org.app.facts import facts
from services.org.app.fields import MOST_FIELDS
from services.org.domain import supplement as rules
from services.org.views import fields
from tests.unit.org.conftest import MAKER, World
from tests.unit.org.test_agreements_wired import PROPOSAL, agree
from tests.unit.org.test_organisations_wired import beheerder_of, register

OFFICER = Context(actor="account/c0", organisation=MAKER, role=Role.COMPLIANCE.value, correlation="c")
TEAM: dict[str, Any] = {
    "label": {"nl": "Piketploeg", "en": "Duty team"},
    "description": {"nl": "Wanneer u oproepbaar bent.", "en": "When you are on call."},
    "kind": "choice",
    "choices": ["Noord", "Zuid"],
}
TEXT = {"nl": "Wij bewaren uw **piketploeg**.", "en": "We keep your **duty team**."}


def refused(code: str) -> pytest.RaisesExc[Refused]:
    return pytest.raises(Refused, match=f"^{code}$")


@pytest.fixture
def region(world: World) -> str:
    world.org.publish()
    organisation = register(world)
    agree(world, organisation, categories=[*PROPOSAL["categories"], "custom_field"])
    return organisation


def propose(world: World, region: str, **but: Any) -> str:
    return str(world.org.propose_field(beheerder_of(region), region, **{**TEAM, **but})["field"])


def ask(world: World, region: str, *names: str) -> str:
    said = {"fields": list(names), "reasons": "'s Nachts bellen wij alleen wie dienst heeft."}
    return str(world.org.ask_supplement(beheerder_of(region), region, **said)["supplement"])


def publish(world: World, region: str, supplement: str, text: Mapping[str, str] = TEXT) -> dict[str, Any]:
    return world.org.publish_supplement(OFFICER, region, supplement, **text)


def rules_of(world: World, region: str, field: str) -> dict[str, Any]:
    return world.org.value_rules(OFFICER, region, field)


def shown(world: World, region: str, context: Context) -> list[dict[str, Any]]:
    return list(world.org.fields(context, region, None, 100)["items"])


def test_a_field_takes_values_once_a_supplement_names_it_and_none_before(world: World, region: str) -> None:
    field = propose(world, region)
    member = replace(beheerder_of(region), role=Role.MEMBER.value)
    with refused("field_inactive"):
        rules_of(world, region, field)
    assert shown(world, region, member) == []
    supplement = ask(world, region, field)
    with refused("field_inactive"):
        rules_of(world, region, field)

    assert publish(world, region, supplement)["version"] == 1
    assert rules_of(world, region, field) == {"kind": "choice", "choices": ["Noord", "Zuid"]}
    assert [(one["field"], one["supplement_version"]) for one in shown(world, region, member)] == [(field, 1)]
    told = world.org.supplement(member, region, "en")
    assert told is not None
    assert (told["version"], told["text"]) == (1, TEXT["en"])
    assert world.events()[-2:] == ["SupplementPublished", "CustomFieldActivated"]


def test_a_supplement_names_what_is_asked_for_and_what_takes_values_already(world: World, region: str) -> None:
    first = ask(world, region, propose(world, region))
    with refused("field_not_named"):
        publish(world, region, first, {**TEXT, "en": "We keep something."})
    publish(world, region, first)
    second = ask(world, region, propose(world, region, label={"nl": "Maat", "en": "Size"}, kind="text", choices=[]))
    with refused("field_not_named"):
        publish(world, region, second, {"nl": "Ook uw maat.", "en": "Your size, too."})
    whole = {"nl": "Uw piketploeg en uw maat.", "en": "Your duty team and your size."}

    assert publish(world, region, second, whole)["version"] == 2
    current = world.org.supplement(OFFICER, region, "nl")
    assert current is not None
    assert current["text"] == whole["nl"]


def test_the_maker_refuses_with_reasons_and_can_be_asked_again(world: World, region: str) -> None:
    field = propose(world, region)
    supplement = ask(world, region, field)
    with refused("supplement_open"):
        ask(world, region, field)
    world.org.refuse_supplement(OFFICER, region, supplement, reasons="Dit staat in het rooster.")
    for again in (
        lambda: publish(world, region, supplement),
        lambda: world.org.refuse_supplement(OFFICER, region, supplement, reasons="Nogmaals."),
    ):
        with refused("supplement_answered"):
            again()

    [one] = world.org.supplements(beheerder_of(region), region, None, 100)["items"]
    assert (one["state"], one["refusal"]) == ("refused", "Dit staat in het rooster.")
    assert one["reasons"] == "'s Nachts bellen wij alleen wie dienst heeft."
    with refused("field_inactive"):
        rules_of(world, region, field)
    publish(world, region, ask(world, region, field))
    with refused("field_settled"):
        ask(world, region, field)


def test_what_waits_too_long_is_a_number(world: World, region: str) -> None:
    world.clock.now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    supplement = ask(world, region, propose(world, region))
    page = world.org.supplements(OFFICER, region, None, 100)
    assert (page["waiting"], page["overdue"], page["items"][0]["rule"]) == (1, 0, "supplement_requested:P14D@1")
    world.clock.now += timedelta(days=14)

    page = world.org.supplements(OFFICER, region, None, 100)
    assert (page["overdue"], page["items"][0]["overdue"]) == (1, True)
    late = {"waiting": 1, "overdue": 1, "active": 0, "unnamed": 0}
    assert facts(world.org, None)["supplements"] == late
    publish(world, region, supplement)
    assert facts(world.org, region)["supplements"] == {"waiting": 0, "overdue": 0, "active": 1, "unnamed": 0}


def test_a_field_that_no_text_names_is_a_number(world: World, region: str) -> None:
    publish(world, region, ask(world, region, propose(world, region)))
    with writing(world.org.store.engine) as session:
        session.execute(update(fields.fields).values(label_en="Something else"))
    assert facts(world.org, None)["supplements"]["unnamed"] == 1


def test_a_retired_field_takes_nothing_and_needs_naming_no_more(world: World, region: str) -> None:
    field = propose(world, region)
    publish(world, region, ask(world, region, field))
    assert world.org.retire_field(beheerder_of(region), region, field)["events"]
    assert world.org.retire_field(beheerder_of(region), region, field)["events"] == []
    with refused("field_inactive"):
        rules_of(world, region, field)
    with refused("field_settled"):
        ask(world, region, field)
    other = propose(world, region, label={"nl": "Maat", "en": "Size"}, kind="number", choices=[])

    assert publish(world, region, ask(world, region, other), {"nl": "Uw maat.", "en": "Your size."})["version"] == 2


def test_before_the_statement_lists_own_fields_none_is_activated(world: World, region: str) -> None:
    supplement = ask(world, region, propose(world, region))
    named = world.org.written.pop(2)
    try:
        with refused("category_not_stated"):
            publish(world, region, supplement)
    finally:
        world.org.written[2] = named


def test_the_category_has_to_be_agreed(world: World) -> None:
    organisation = register(world)
    agree(world, organisation)
    supplement = ask(world, organisation, propose(world, organisation))
    with refused("category_not_agreed"):
        publish(world, organisation, supplement)


NO_FIELD: list[dict[str, Any]] = [
    {"kind": "picture"},
    {"kind": "text"},
    {"choices": ["Noord"]},
    {"choices": ["Noord", "Noord"]},
    {"label": {"nl": "Ploeg"}},
    {"label": {"nl": "<b>Ploeg</b>", "en": "Team"}},
    {"label": {"nl": "{{7*7}}", "en": "Team"}},
    {"label": {"nl": "P" * 61, "en": "Team"}},
    {"serves": "marketing"},
    {"personal": False},
]


def test_a_field_is_of_a_known_shape(world: World, region: str) -> None:
    for but in NO_FIELD:
        with pytest.raises(Refused, match=r"^(invalid|unknown_field)$"):
            propose(world, region, **but)
    assert shown(world, region, beheerder_of(region)) == []


def test_a_supplement_is_markdown_and_nothing_else(world: World, region: str) -> None:
    supplement = ask(world, region, propose(world, region))
    for text in ("<script>alert(1)</script>", "![x](https://a.example/x.png)", "[x](javascript:y)"):
        with refused("markup_not_allowed"):
            publish(world, region, supplement, {**TEXT, "nl": f"{TEXT['nl']} {text}"})


def test_template_marks_are_text_like_any_other(world: World, region: str) -> None:
    text = {**TEXT, "nl": TEXT["nl"] + " {{7*7}} ${7*7} {{purposes}}"}
    publish(world, region, ask(world, region, propose(world, region)), text)
    found = world.org.supplement(OFFICER, region, "nl")
    assert found is not None
    assert found["text"] == text["nl"]


def test_another_organisation_finds_neither_fields_nor_supplements(world: World, region: str) -> None:
    other = register(world)
    agree(world, other)
    field = propose(world, region)
    supplement = ask(world, region, field)
    stranger = beheerder_of(other)
    assert shown(world, other, stranger) == []
    assert world.org.supplement(stranger, other, "nl") is None
    for name in (field, str(uuid4())):
        for asked in (
            lambda name=name: world.org.retire_field(stranger, other, name),
            lambda name=name: world.org.ask_supplement(stranger, other, fields=[name], reasons="Wel zo handig."),
            lambda name=name: rules_of(world, other, name),
        ):
            with refused("not_found"):
                asked()
    for asked in (
        lambda: publish(world, other, supplement),
        lambda: world.org.fields(stranger, region, None, 10),
        lambda: world.org.supplements(stranger, region, None, 10),
    ):
        with refused("not_found"):
            asked()


def test_there_are_only_so_many_fields(world: World, region: str) -> None:
    made = [propose(world, region) for _ in range(MOST_FIELDS)]
    with refused("limit_reached"):
        propose(world, region)
    world.org.retire_field(beheerder_of(region), region, made[0])
    propose(world, region)


def test_both_texts_of_the_greatest_length_fit_into_one_event() -> None:
    worst = '"' * 10_000
    event = rules.decide(
        rules.Supplement(state=rules.State.REQUESTED, supplement=str(uuid4()), organisation=str(uuid4())),
        rules.Publish(
            version=1,
            fields=tuple(str(uuid4()) for _ in range(MOST_FIELDS)),
            labels=[],
            texts={"nl": worst, "en": worst},
            at=datetime(2026, 3, 2, tzinfo=UTC),
        ),
    )[0]
    assert len(json.dumps(event.__dict__, default=str)) < eventstore.MAX_EVENT - 2000
