"""Who asks to be erased is, but for what the law lets be kept; when that ends the rest goes, and is certified."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

import services.retention
from services.contracts import org
from services.contracts.privacy import Category
from services.contracts.retention import ErasureException, Right
from services.kernel.codec import instant
from services.kernel.context import Context
from services.kernel.store.eventstore import events
from services.retention.domain import clock
from services.retention.domain.exception import ACCOUNT, KEPT
from services.retention.views import holds
from tests.examples import retention as example
from tests.unit.retention.test_effects_wired import refused, told, verified
from tests.unit.retention.test_requests_wired import MINE, found, fulfil
from tests.unit.retention.test_rules_wired import of_categories
from tests.unit.retention.world import NOW, World

OFFICER = Context(actor=example.OFFICER, correlation=str(uuid4()))
YEAR = timedelta(days=365)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    found(made, MINE, org.OrganisationKind.PRIVATE)
    yield made
    assert made.differences() == []
    made.app.engine.dispose()
    made.app.keyring._engine.dispose()


def kept(category: Category = Category.EMAIL, **but: Any) -> dict[str, Any]:
    ground, reasons = ErasureException.LEGAL_CLAIM, f"Er loopt een zaak: {category}."
    return {"category": category, "ground": ground, "reasons": reasons, "until": None, **but}


def asked(world: World) -> tuple[str, str, list[dict[str, Any]]]:
    """A verified request to be erased, and how auth is asked to close the account."""
    person, request = verified(world, Right.ERASURE)
    seen: list[dict[str, Any]] = []

    def close(**args: Any) -> dict[str, Any]:
        seen.append(args)
        return {"erasure": {"id": world.close(account=person, closed_by=example.BEHEERDER)}}

    world.log.close_for_request = close
    return person, request, seen


def completed(world: World, erasure: str) -> None:
    for service in ("auth", "org", "audit"):
        world.complete(service, erasure)
    world.settle()


def test_what_is_excepted_stays_under_its_own_hold_and_the_rest_goes(world):
    person, request, seen = asked(world)
    answer = fulfil(world, request, exceptions=[kept(), kept(Category.CORRESPONDENCE, until=NOW + YEAR)])
    world.settle()

    assert seen[0]["in_part"] is True
    assert answer["excepted"] == ["email", "correspondence"]
    assert [one["code"] for one in answer["remedies"]] == ["complaint_to_ap", "petition_to_court"]
    with world.app.store.reading() as session:
        mine = session.execute(select(holds.holds).where(holds.holds.c.account == person)).all()
    assert {(row.ground, row.categories, row.expires_at) for row in mine} == {
        ("erasure_exception", '["email"]', instant(NOW.replace(year=NOW.year + 5))),
        ("erasure_exception", '["correspondence"]', instant(NOW + YEAR)),
    }
    assert {row.review_at for row in mine} == {instant(NOW + YEAR)}
    assert of_categories(world) == [], "whoever is removed by another has their grace"
    world.later(days=14)
    world.settle()
    assert [(scope, state) for scope, state, _ in of_categories(world)] == [
        ("category/credentials", "ordered"),
        ("category/custom_field", "ordered"),
        ("category/name", "ordered"),
    ]
    assert world.erasure(answer["erasure"])["state"] == "held"


def test_the_answer_names_each_item_why_until_when_and_what_may_be_done_about_it(world):
    _, request, _ = asked(world)
    erasure = fulfil(world, request, exceptions=[kept(until=NOW + YEAR)])["erasure"]
    world.settle()

    [item] = told(world, request)["exceptions"]
    assert (item["category"], item["ground"], item["article"]) == ("email", "legal_claim", "AVG 17(3)(e)")
    assert (item["reasons"], item["until"]) == ("Er loopt een zaak: email.", instant(NOW + YEAR))
    assert set(item["words"]) == {"nl", "en"}
    shown = world.erasure(erasure)
    assert [(one["category"], one["until"], one["ended_at"]) for one in shown["kept"]] == [
        ("email", instant(NOW + YEAR), None)
    ]
    assert "zaak" not in json.dumps(shown), "why in words is for the person and who answers them"
    assert [one["code"] for one in shown["remedies"]] == ["complaint_to_ap", "petition_to_court"]
    with world.app.store.reading() as session:
        assert b"zaak" not in b"\n".join(session.execute(select(events.c.line)).scalars())
    report = world.app.requests.report(MINE, None, None)
    assert (report["totals"]["fulfilled_in_part"], report["rows"][0]["excepted"]) == (1, ["email"])


@pytest.mark.parametrize("ends", ["released", "expired"])
def test_when_the_hold_ends_the_rest_goes_and_the_certificate_comes(world, ends):
    person, request, _ = asked(world)
    erasure = fulfil(world, request, exceptions=[kept(until=NOW + YEAR)])["erasure"]
    world.settle()
    world.later(days=15)
    world.settle()
    assert world.erasure(erasure)["state"] == "held"
    if ends == "released":
        with world.app.store.reading() as session:
            hold = session.execute(select(holds.holds.c.hold).where(holds.holds.c.account == person)).scalar_one()
        world.app.holds.release(OFFICER, hold)
    else:
        world.later(days=351)
    world.settle()
    assert world.erasure(erasure)["state"] == "ordered"
    completed(world, erasure)

    shown = world.erasure(erasure)
    assert shown["state"] == "certified"
    assert [(one["category"], one["ended_at"] is None) for one in shown["kept"]] == [("email", False)]
    line = told(world, request)
    assert (line["person"], line["excepted"], line["exceptions"][0]["reasons"]) == (None, ["email"], None)


@pytest.mark.parametrize(
    ("exceptions", "code"),
    [
        ([kept(Category.ORGANISATION)], "invalid"),
        ([kept(Category.LOG_RECORD)], "invalid"),
        ([kept(), kept()], "invalid"),
        ([kept(one) for one in sorted(ACCOUNT)], "everything_excepted"),
        ([kept(one) for one in sorted(KEPT)], "everything_excepted"),
        ([kept(until=NOW)], "expiry_invalid"),
        ([kept(until=NOW + 6 * YEAR)], "expiry_invalid"),
    ],
)
def test_what_is_no_exception_begins_nothing(world, exceptions, code):
    _, request, seen = asked(world)

    with refused(code):
        fulfil(world, request, exceptions=exceptions)
    assert seen == [], "the account is open"
    assert told(world, request)["state"] == "verified"
    with world.app.store.reading() as session:
        assert session.execute(select(holds.holds)).all() == []


@pytest.mark.parametrize("kind", [Right.ACCESS, Right.RECTIFICATION, Right.RESTRICTION, Right.OBJECTION])
def test_no_other_request_has_exceptions(world, kind):
    _, request = verified(world, kind)

    with refused("invalid"):
        fulfil(world, request, exceptions=[kept()])


def test_while_nobody_knows_the_remedies_nothing_begins(world, tmp_path):
    made = World(tmp_path / "other")
    _, request, seen = asked(made)
    with refused("not_yet"):
        fulfil(made, request, exceptions=[kept()])
    assert seen == []
    made.app.engine.dispose()
    made.app.keyring._engine.dispose()


def test_asked_again_after_a_crash_in_between_it_is_the_same_hold(world, monkeypatch):
    person, request, _ = asked(world)
    keep = world.app.excepting.keep

    def crash(*_: Any, **__: Any) -> None:
        raise RuntimeError("killed")

    monkeypatch.setattr(world.app.excepting, "keep", crash)
    with pytest.raises(RuntimeError, match="killed"):
        fulfil(world, request, exceptions=[kept()])
    assert told(world, request)["state"] == "verified", "all of it or nothing"
    monkeypatch.setattr(world.app.excepting, "keep", keep)

    fulfil(world, request, exceptions=[kept()])
    with world.app.store.reading() as session:
        assert len(session.execute(select(holds.holds).where(holds.holds.c.account == person)).all()) == 1


def test_every_version_of_the_law_says_of_each_ground_what_it_is():
    file = json.loads((Path(services.retention.__file__).parent / "legal.json").read_text())
    for law in clock.parse(file):
        assert set(law.exceptions.grounds) == set(ErasureException)
        assert all(said[name] for said in law.exceptions.grounds.values() for name in ("article", "nl", "en"))
    del file[0]["erasure_exceptions"]["grounds"]["legal_claim"]
    with pytest.raises(ValueError, match="of each ground"):
        clock.parse(file)
