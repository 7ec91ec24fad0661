"""What an organisation shows has a revision, marks other sites, names people sealed, and forgets them (P05, P13)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import update

from services.contracts.org import ContentPublished
from services.contracts.privacy import Role
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store import eventstore
from services.kernel.store.database import writing
from services.org.app.contents import LONGEST, MOST_LINKS
from services.org.app.facts import facts
from services.org.views import contents
from tests.unit.org.conftest import World
from tests.unit.org.test_agreements_wired import PROPOSAL, agree
from tests.unit.org.test_organisations_wired import beheerder_of, register

CARD: dict[str, Any] = {
    "kind": "card",
    "title": "Wat te doen bij brand {{7*7}}",
    "body": "# Brand\n\nBel [112](tel:112), zie [de site](https://brand.example/kaart?van=app). ${7*7}",
}
CONTACT: dict[str, Any] = {
    "kind": "contact",
    "title": "Crisisteam",
    "contact": {"name": "Loket Crisis", "email": "crisis@voorbeeld.example", "phone": "+31 20 5550100"},
}


def refused(code: str) -> pytest.RaisesExc[Refused]:
    return pytest.raises(Refused, match=f"^{code}$")


@pytest.fixture
def region(world: World) -> str:
    organisation = register(world)
    agree(world, organisation, categories=[*PROPOSAL["categories"], "organisation"])
    return organisation


def member(organisation: str) -> Context:
    return replace(beheerder_of(organisation), role=Role.MEMBER.value)


def publish(world: World, region: str, said: dict[str, Any] = CARD, **but: Any) -> str:
    return str(world.org.publish_content(beheerder_of(region), region, **{**said, **but})["content"])


def since(world: World, region: str, revision: int = 0, limit: int = 100) -> dict[str, Any]:
    return world.org.contents(member(region), region, revision, limit)


def told(world: World) -> list[ContentPublished]:
    with world.org.store.reading() as session:
        events = [record.event for record in eventstore.everything(session)]
    return [event for event in events if isinstance(event, ContentPublished)]


def test_members_read_what_is_shown_with_other_sites_marked(world: World, region: str) -> None:
    card = publish(world, region)
    publish(world, region, CONTACT)
    first, second = since(world, region)["items"]

    assert (first["content"], first["title"], first["body"]) == (card, CARD["title"], CARD["body"])
    marked = [(link["url"], link["external"]) for link in first["links"]]
    assert marked == [("tel:112", False), ("https://brand.example/kaart?van=app", True)]
    assert {link["rel"] for link in first["links"]} == {"noopener noreferrer"}
    assert second["contact"] == CONTACT["contact"]
    assert told(world)[0].external_links == ("https://brand.example",)
    assert (told(world)[0].body, told(world)[1].contact_name) == (None, None), "sealed"


def test_who_was_off_line_hears_what_changed_and_what_went(world: World, region: str) -> None:
    one, two, three = (publish(world, region, title=title) for title in ("Een", "Twee", "Drie"))
    seen = since(world, region)
    assert (seen["revision"], seen["more"], seen["withdrawn"]) == (3, False, [])
    world.org.change_content(beheerder_of(region), region, one, **{**CARD, "title": "Eén"})
    world.org.withdraw_content(beheerder_of(region), region, two)

    news = since(world, region, seen["revision"])
    assert [(item["content"], item["title"], item["revision"]) for item in news["items"]] == [(one, "Eén", 4)]
    assert (news["withdrawn"], news["revision"]) == ([two], 5)
    assert since(world, region, 5)["items"] == []
    assert [item["content"] for item in since(world, region)["items"]] == [three, one]
    page = since(world, region, 0, 1)
    assert (page["revision"], page["more"]) == (3, True)
    assert [item["content"] for item in since(world, region, 3, 1)["items"]] == [one]


def test_what_two_can_edit_is_changed_by_who_has_read_it(world: World, region: str) -> None:
    card = publish(world, region)
    boss = beheerder_of(region)
    revision = world.org.content(boss, region, card)["version"]
    world.org.change_content(boss, region, card, **CARD, if_match=revision)
    for late in (
        lambda: world.org.change_content(boss, region, card, **CARD, if_match=revision),
        lambda: world.org.withdraw_content(boss, region, card, revision),
    ):
        with refused("precondition_failed"):
            late()


def test_what_was_withdrawn_names_nobody_any_more(world: World, region: str) -> None:
    content = publish(world, region, CONTACT)
    boss = beheerder_of(region)
    owner = [f"content/{content}"]
    assert world.org.keyring.living(owner) == 4
    assert world.org.withdraw_content(boss, region, content)["events"]
    assert world.org.withdraw_content(boss, region, content)["events"] == []
    world.follow()

    assert world.org.keyring.living(owner) == 0
    for gone in (
        lambda: world.org.content(boss, region, content),
        lambda: world.org.change_content(boss, region, content, **CONTACT),
    ):
        with refused("not_found"):
            gone()


def test_an_organisation_finds_its_own_alone(world: World, region: str) -> None:
    other = register(world)
    agree(world, other, categories=[*PROPOSAL["categories"], "organisation"])
    content, stranger = publish(world, region), beheerder_of(other)
    assert since(world, other)["items"] == []
    for name in (content, str(uuid4())):
        for asked in (
            lambda name=name: world.org.content(stranger, other, name),
            lambda name=name: world.org.change_content(stranger, other, name, **CARD),
            lambda name=name: world.org.withdraw_content(stranger, other, name),
        ):
            with refused("not_found"):
                asked()
    with refused("not_found"):
        world.org.contents(stranger, region, 0, 10)
    assert world.org.keyring.living([f"content/{content}"]) == 1


NO_CONTENT: list[tuple[dict[str, Any], str]] = [
    ({"body": "<script>alert(1)</script>"}, "markup_not_allowed"),
    ({"body": "![x](https://a.example/x.png)"}, "markup_not_allowed"),
    ({"body": "[x](javascript:alert(1))"}, "markup_not_allowed"),
    ({"body": "é" * (LONGEST // 2 + 1)}, "invalid"),
    ({"body": " ".join(f"https://a{number}.example" for number in range(MOST_LINKS + 1))}, "limit_reached"),
    ({"body": None}, "invalid"),
    ({"title": "twee\nregels"}, "invalid"),
    ({"kind": "page"}, "invalid"),
    ({"kind": "contact"}, "invalid"),
    ({"contact": CONTACT["contact"]}, "invalid"),
    ({"contact": {"name": "x", "phone": "bel mij"}, "kind": "contact"}, "invalid"),
    ({"colour": "red"}, "unknown_field"),
]


def test_what_is_no_content_is_refused(world: World, region: str) -> None:
    for but, code in NO_CONTENT:
        with refused(code):
            publish(world, region, **but)
    assert since(world, region)["revision"] == 0


def test_the_longest_body_fits_into_one_event(world: World, region: str) -> None:
    links = " ".join(f"https://{'a' * 60}{number}.example" for number in range(MOST_LINKS))
    body = (links + " " + "é" * LONGEST)[: LONGEST // 2 + len(links) // 2]
    while len(body.encode()) > LONGEST:
        body = body[:-1]
    assert publish(world, region, {**CONTACT, "body": body, "title": "é" * 200})


def test_without_an_agreement_nothing_is_shown_anew(world: World) -> None:
    organisation = register(world)
    with refused("agreement_missing"):
        publish(world, organisation)
    agree(world, organisation, categories=["organisation", "name", "email"])
    with refused("category_not_agreed"):
        publish(world, organisation, CONTACT)


def test_a_link_that_the_log_was_not_told_of_is_a_number(world: World, region: str) -> None:
    publish(world, region)
    publish(world, region, CONTACT)
    assert facts(world.org, region)["content"] == {"shown": 2, "looked_at": 2, "unmarked": 0}
    with writing(world.org.store.engine) as session:
        session.execute(update(contents.contents).values(sites='["https://elders.example"]'))
    assert facts(world.org, None)["content"]["unmarked"] == 2
