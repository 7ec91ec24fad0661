"""An amended term is the organisation's once both sides have signed it, and not before (P01, P06)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from services.contracts import org
from services.contracts.privacy import Category, LegalBasis, Purpose
from services.kernel.codec import instant
from services.kernel.decider import Refused
from services.retention.views import rules
from tests.unit.retention.test_rules_wired import MINE, MONTH, agree, of_categories
from tests.unit.retention.world import NOW, World

FORTNIGHT = {**MONTH, Category.EMAIL: "P14D"}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    assert made.differences() == []
    made.app.engine.dispose()
    made.app.keyring._engine.dispose()


def amend(world: World, agreement: str, version: int, *sides: org.Side) -> None:
    amended = org.AgreementAmended(
        agreement=agreement,
        organisation=MINE,
        agreement_version=version,
        amends=1,
        proposed_by=org.Side.CONTROLLER,
        purposes={Purpose.APP_ACCESS: LegalBasis.PUBLIC_TASK},
        categories=tuple(Category),
        retention=FORTNIGHT,
        sub_processors=(),
        starts_on=date(2025, 1, 1),
        at=NOW,
    )
    world.tell("org", amended, f"agreement/{agreement}")
    for side in sides:
        sign(world, agreement, version, side)


def sign(world: World, agreement: str, version: int, side: org.Side) -> None:
    signed = org.AgreementSigned(
        agreement=agreement,
        organisation=MINE,
        agreement_version=version,
        side=side,
        signatory=str(uuid4()),
        document_sha256="cd" * 32,
        signed_on=date(2025, 1, 1),
        at=NOW,
    )
    world.tell("org", signed, f"agreement/{agreement}")
    world.settle()


def term(world: World) -> tuple[int, str]:
    with world.app.store.reading() as session:
        agreed = rules.in_force(session, MINE, world.now.date())
    assert agreed is not None
    return agreed.version, agreed.terms[Category.EMAIL]


def test_an_amended_term_holds_once_both_have_signed_it(world: World) -> None:
    agreement = agree(world, MONTH)
    amend(world, agreement, 2, org.Side.CONTROLLER)
    assert term(world) == (1, "P30D")
    sign(world, agreement, 2, org.Side.PROCESSOR)
    assert term(world) == (2, "P14D")


def test_what_an_amendment_would_touch_is_seen_before_it_is_signed(world: World) -> None:
    agreement = agree(world, MONTH)
    with pytest.raises(Refused, match="agreement_not_open"):
        world.app.previewing.preview(MINE, agreement, "", 10)
    amend(world, agreement, 2)
    world.settle()
    assert world.app.previewing.preview(MINE, agreement, "", 10)["version"] == 2


def test_a_rule_moves_the_organisations_own_fields_like_everything_else(world):
    agree(world, {**MONTH, Category.CUSTOM_FIELD: "P7D"})
    world.close()
    world.settle()
    for term, version in (("P3D", 2), ("P10D", 3)):
        agree(world, {**MONTH, Category.CUSTOM_FIELD: term}, version=version)
        world.settle()
        [(scope, state, due)] = of_categories(world)
        days = int(term[1:-1])
        assert (scope, state, due) == ("category/custom_field", "scheduled", instant(NOW + timedelta(days=days)))


def test_no_rule_empties_the_own_fields_of_all_an_organisations_people_overnight(world):
    agree(world, {**MONTH, Category.CUSTOM_FIELD: "P0D"})
    for _ in range(23):
        world.close()
    world.settle()

    states = [state for _, state, _ in of_categories(world)]
    assert (states.count("ordered"), states.count("scheduled")) == (20, 3)
