"""What a rule would touch is told before it is signed, and is what the rule then does (P01, P06)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.contracts import org
from services.contracts.privacy import Category, TermTrigger
from services.contracts.retention import ErasureCancelled, ErasureRescheduled, ErasureScheduled
from services.kernel import eventstore
from services.kernel.codec import instant
from services.kernel.decider import Refused
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
    items, after = [], ""
    while True:
        page = world.app.previewing.preview(MINE, agreement, after, limit)
        items += page["items"]
        if page["next"] is None:
            return items, page["totals"]
        after = page["next"]


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
    for _ in range(70):
        world.later(days=1)
        world.settle()

    assert done_since(world, before) == as_told(items)


def test_a_rule_that_changes_nothing_touches_nobody(world):
    agree(world, MONTH)
    peopled(world)
    agreement = agree(world, MONTH, version=2, sides=1)

    assert previewed(world, agreement) == ([], {"people": 0, "dates": 0, "by_category": {}})


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
