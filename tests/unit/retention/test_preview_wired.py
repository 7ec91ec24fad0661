"""What a rule would touch is told before it is signed, and is what the rule then does (P01, P06)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event as listening

from services.contracts import org
from services.contracts.privacy import Category, TermTrigger
from services.contracts.retention import ErasureCancelled, ErasureRescheduled, ErasureScheduled
from services.kernel.codec import instant
from services.kernel.decider import Refused
from services.kernel.store import eventstore
from services.retention.app import previewing, touched
from services.retention.domain.plan import categories_of
from tests.unit.retention.test_rules_wired import MINE, MONTH, RECORDED, agree, register, sign_in, sign_out
from tests.unit.retention.world import NOW, World

NEW = {
    Category.NAME: "P60D",
    Category.EMAIL: "P7D",
    Category.CREDENTIALS: "P40D",
    Category.IP_ADDRESS: "P7D",
    Category.TECHNICAL: "P7D",
}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    assert made.differences() == []
    made.app.engine.dispose()
    made.app.keyring._engine.dispose()


def sign(world: World, agreement: str, version: int) -> None:
    for side in org.Side:
        signed = org.AgreementSigned(
            agreement=agreement,
            organisation=MINE,
            agreement_version=version,
            side=side,
            signatory=str(uuid4()),
            document_sha256="ab" * 32,
            signed_on=date(2025, 1, 1),
            at=NOW,
        )
        world.tell("org", signed, f"agreement/{agreement}")
    world.settle()


def previewed(world: World, agreement: str, limit: int = 3) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    """All items, page by page, and the numbers."""
    first = page = world.app.previewing.preview(MINE, agreement, "", limit)
    items = list(first["items"])
    while page["next"] is not None:
        page = world.app.previewing.preview(MINE, agreement, page["next"], limit)
        assert page["totals"] is None, "they are counted once"
        items += page["items"]
    return items, first["totals"]


def events(world: World) -> list[Any]:
    with world.app.store.reading() as session:
        return [record.event for record in eventstore.everything(session)]


def done_since(world: World, before: int) -> set[tuple[str, tuple[str, ...], str | None]]:
    """Person, fields and new date of every change that retention has said since."""
    told, scopes = events(world), {}
    found = set()
    for place, event in enumerate(told):
        if isinstance(event, ErasureScheduled):
            scopes[event.erasure] = event.scope
        if place < before or getattr(event, "organisation", MINE) != MINE:
            continue
        if isinstance(event, ErasureScheduled | ErasureRescheduled | ErasureCancelled):
            fields = tuple(category.value for category in categories_of(scopes[event.erasure]))
            due = None if isinstance(event, ErasureCancelled) else instant(event.due)
            found.add((event.account, fields, due))
    return found


def as_told(items: list[dict[str, Any]]) -> set[tuple[str, tuple[str, ...], str | None]]:
    return {(item["person"], tuple(item["fields"]), item["due"]) for item in items}


def peopled(world: World) -> None:
    """People who are there, who left, whose sessions ended; and somebody of another organisation."""
    for _ in range(3):
        person = register(world)
        sign_out(world, sign_in(world, person), person)
    for _ in range(4):
        world.close(account=register(world))
    elsewhere = str(uuid4())
    stranger = register(world, organisation=elsewhere)
    sign_in(world, stranger, elsewhere)
    world.close(account=register(world, organisation=elsewhere), organisation=elsewhere)
    world.settle()


@pytest.mark.searching
@pytest.mark.parametrize("triggers", [None, RECORDED, {**RECORDED, Category.EMAIL: TermTrigger.RECORDED}])
def test_what_is_previewed_is_what_the_rule_then_does(world, triggers):
    agree(world, {**MONTH, Category.EMAIL: "P20D"})
    peopled(world)
    agreement = agree(world, NEW, version=2, sides=0, triggers=triggers)
    items, totals = previewed(world, agreement)
    before = len(events(world))
    assert items
    assert totals["dates"] == len(items) == len(as_told(items))
    assert totals["people"] == len({item["person"] for item in items})
    assert sum(totals["by_category"].values()) == sum(len(item["fields"]) for item in items)

    sign(world, agreement, version=2)
    for _ in range(14):
        world.later(days=5)
        world.settle()

    assert done_since(world, before) == as_told(items)


def test_a_rule_that_changes_nothing_touches_nobody(world):
    agree(world, MONTH)
    peopled(world)
    agreement = agree(world, MONTH, version=2, sides=1)

    assert previewed(world, agreement) == ([], {"people": 0, "dates": 0, "by_category": {}, "exact": True})


def test_a_date_that_stands_is_named_by_its_erasure_and_what_it_was_before(world):
    agree(world, MONTH)
    erasure = world.close()
    world.settle()
    agreement = agree(world, dict.fromkeys(MONTH, "P90D"), version=2, sides=1)

    [item], _ = previewed(world, agreement)
    assert item["erasure"] == erasure
    assert (item["due_before"], item["due"]) == (
        instant(NOW + timedelta(days=30)),
        instant(NOW + timedelta(days=90)),
    )


def test_only_ones_own_open_agreement_can_be_previewed(world):
    signed = agree(world, MONTH)
    mine = agree(world, NEW, version=2, sides=1)
    for organisation, agreement, code in (
        (MINE, signed, "agreement_not_open"),
        (MINE, str(uuid4()), "not_found"),
        (str(uuid4()), mine, "not_found"),
    ):
        with pytest.raises(Refused, match=f"^{code}$"):
            world.app.previewing.preview(organisation, agreement, "", 10)


def test_read_in_pieces_it_is_the_same(world, monkeypatch):
    agree(world, {**MONTH, Category.EMAIL: "P20D"})
    peopled(world)
    agreement = agree(world, NEW, version=2, sides=1, triggers=RECORDED)
    whole, totals = previewed(world, agreement, limit=100)
    monkeypatch.setattr(touched, "A_READ", 2)
    monkeypatch.setattr(previewing, "A_PAGE", 3)

    assert previewed(world, agreement) == (whole, totals)


@pytest.mark.searching
def test_a_page_costs_the_same_of_many_as_of_few(world, monkeypatch):
    agree(world, {**MONTH, Category.EMAIL: "P20D"})
    peopled(world)
    agreement = agree(world, NEW, version=2, sides=1, triggers=RECORDED)
    monkeypatch.setattr(touched, "A_READ", 2)
    asked: list[str] = []
    listening.listen(world.app.engine, "before_cursor_execute", lambda *said: asked.append(said[2]))

    def cost() -> int:
        place = world.app.previewing.preview(MINE, agreement, "", 1)["next"]
        asked.clear()
        world.app.previewing.preview(MINE, agreement, place, 1)
        return len(asked)

    few = cost()
    for _ in range(4):
        peopled(world)
    assert cost() == few


def test_of_more_dates_than_are_counted_the_numbers_say_so(world, monkeypatch):
    agree(world, MONTH)
    peopled(world)
    agreement = agree(world, NEW, version=2, sides=1)
    whole = previewed(world, agreement)[1]
    monkeypatch.setattr(previewing, "COUNTED", 2)

    some = previewed(world, agreement)[1]
    assert (whole["exact"], some["exact"]) == (True, False)
    assert some["dates"] <= 2 < whole["dates"]


@pytest.mark.parametrize("place", ["4|x", "1|x|y|z", "2|name", "nonsense", "3|only"])
def test_a_place_that_is_none_is_refused(world, place):
    agree(world, MONTH)
    agreement = agree(world, NEW, version=2, sides=1)
    with pytest.raises(Refused, match=r"^cursor_invalid$"):
        world.app.previewing.preview(MINE, agreement, place, 10)
