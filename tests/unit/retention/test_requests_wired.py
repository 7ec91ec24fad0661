"""Data requests from intake to answer: whose they are, by when, and that nothing of them outlives the person (P15)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from services.contracts import org
from services.contracts.privacy import Purpose
from services.contracts.retention import (
    Channel,
    Decision,
    ExtensionGround,
    IdentityCheck,
    RefusalGround,
    RestrictionGround,
    Right,
)
from services.kernel.codec import instant
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store.eventstore import events
from services.retention.views import requests as view
from tests.examples import retention as example
from tests.unit.retention.world import NOW, World

MINE = example.WHOSE["organisation"]
OTHERS = ("auth", "org", "audit")
ANSWER: dict[Right, dict[str, Any]] = {
    Right.RECTIFICATION: {"statement": "Het was een dinsdag."},
    Right.RESTRICTION: {"ground": RestrictionGround.LEGAL_CLAIM},
    Right.OBJECTION: {
        "decisions": [{"purpose": Purpose.USAGE_INSIGHT, "decision": Decision.UPHELD, "reasons": "Het kan zonder."}]
    },
}
RECEIVED = datetime(2025, 2, 27, 10, tzinfo=UTC)


def found(world: World, organisation: str, kind: org.OrganisationKind) -> None:
    made = org.OrganisationRegistered(organisation=organisation, name="Voorbeeld", organisation_kind=kind, at=NOW)
    world.tell("org", made, f"organisation/{organisation}")
    world.follow()


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    found(made, MINE, org.OrganisationKind.PUBLIC)
    yield made
    assert made.differences() == []
    made.app.engine.dispose()
    made.app.keyring._engine.dispose()


def beheerder(**more: str) -> Context:
    return Context(actor=example.BEHEERDER, purpose="beheer_access", role="beheerder", correlation=str(uuid4()), **more)


def known(world: World, organisation: str = MINE) -> str:
    person = str(uuid4())
    world.log.people[person] = (person, organisation)
    return person


def take(world: World, person: str, kind: Right = Right.ACCESS, **but: object) -> str:
    said = {"organisation": MINE, "account": person, "kind": kind, "channel": Channel.TELEPHONE, "text": "Wat weet u?"}
    return str(world.app.requests.take(beheerder(), **{**said, "received_at": RECEIVED, **but})["request"])


def verify(world: World, request: str) -> dict[str, object]:
    return world.app.requests.verify(beheerder(), MINE, request, how=IdentityCheck.CALLED_BACK)


def fulfil(world: World, request: str, **said: Any) -> dict[str, object]:
    return world.app.fulfilling.fulfil(beheerder(), MINE, request, outcome="Meegegeven.", **said)


def refuse(world: World, request: str, organisation: str = MINE) -> dict[str, object]:
    ground = RefusalGround.EXCESSIVE
    return world.app.requests.refuse(beheerder(), organisation, request, ground=ground, reasons="De tiende keer.")


def lines(world: World) -> bytes:
    with world.app.store.reading() as session:
        return b"\n".join(session.execute(select(events.c.line)).scalars())


def test_a_request_runs_from_the_receipt_through_an_extension_to_its_answer(world):
    request = take(world, known(world))
    assert world.app.requests.one(MINE, request)["due_on"] == "2025-03-27"

    both = verify(world, request)
    assert (both["due_on"], both["due_on_from_identity"]) == ("2025-03-27", "2025-04-01")

    longer = world.app.requests.extend(
        beheerder(), MINE, request, ground=ExtensionGround.COMPLEXITY, reasons="Veel bronnen."
    )
    assert (longer["due_on"], longer["rule"]) == ("2025-05-27", "request_extended:P3M@law 1")

    fulfil(world, request)
    told = world.app.requests.one(MINE, request)
    assert (told["state"], told["first_due_on"]) == ("fulfilled", "2025-03-27")
    words = {name: told[name] for name in view.SEALED}
    said = {"said": "Wat weet u?", "reasons": "Veel bronnen.", "outcome": "Meegegeven."}
    assert words == {**dict.fromkeys(view.SEALED), **said}


@pytest.mark.parametrize("kind", list(Right))
def test_every_right_can_be_asked_for_and_answered(world, kind):
    world.log.close_for_request = lambda **_: {"erasure": {"id": str(uuid4())}}
    world.log.auth["restrict"] = lambda **_: {"event": str(uuid4())}
    request = take(world, known(world), kind)
    verify(world, request)
    fulfil(world, request, **ANSWER.get(kind, {}))

    assert world.app.requests.one(MINE, request)["state"] == "fulfilled"


def test_no_word_of_a_request_stands_open_in_a_store(world):
    request = take(world, known(world), text="Een geheim van Sanne")
    refuse(world, request)

    assert b"geheim" not in lines(world)
    assert b"tiende keer" not in lines(world)


def test_a_moment_before_the_account_or_yet_to_come_is_refused(world):
    person = known(world)
    for moment in (
        NOW + timedelta(seconds=1),
        NOW - timedelta(days=701),
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, tzinfo=UTC),
    ):
        with pytest.raises(Refused, match="moment_impossible"):
            take(world, person, received_at=moment)
    assert "DataRequested" not in world.said()


def test_nobody_asks_for_somebody_of_another_organisation(world):
    for person in (known(world, str(uuid4())), str(uuid4())):
        with pytest.raises(Refused, match="account_unknown"):
            take(world, person)


def test_another_organisation_finds_nothing_and_takes_no_step(world):
    request, theirs = take(world, known(world)), str(uuid4())
    asks = world.app.requests
    for ask in (
        lambda which: asks.one(theirs, which),
        lambda which: asks.verify(beheerder(), theirs, which, how=IdentityCheck.CALLED_BACK),
        lambda which: asks.extend(beheerder(), theirs, which, ground=ExtensionGround.NUMBER, reasons="x"),
        lambda which: world.app.fulfilling.fulfil(beheerder(), theirs, which, outcome="x"),
        lambda which: refuse(world, which, theirs),
    ):
        for which in (request, str(uuid4())):
            with pytest.raises(Refused, match="not_found"):
                ask(which)
    assert asks.of_organisation(theirs, "", 100) == {"items": [], "next": None}
    assert world.said() == ["DataRequested"]


def test_a_second_request_for_the_same_is_noticed_until_the_first_is_answered(world):
    person = known(world)
    first = take(world, person)
    again = world.app.requests.one(MINE, take(world, person))
    other = world.app.requests.one(MINE, take(world, person, Right.RECTIFICATION))
    refuse(world, first)
    refuse(world, again["id"])
    later = world.app.requests.one(MINE, take(world, person))

    assert (again["duplicate_of"], other["duplicate_of"], later["duplicate_of"]) == (first, None, None)


def test_who_asks_in_the_app_is_known_and_sees_their_own_and_nobody_elses(world):
    person = known(world)
    mine = Context(
        actor=f"account/{person}", purpose="app_access", organisation=MINE, role="member", correlation=str(uuid4())
    )
    asked = world.app.requests.ask(mine, kind=Right.OBJECTION, text="Liever niet.")
    take(world, known(world))

    seen = world.app.requests.mine(mine, "", 100)["items"]
    assert [(one["id"], one["state"], one["how"], one["said"]) for one in seen] == [
        (asked["request"], "verified", "session", "Liever niet.")
    ]
    assert person not in str(seen)
    assert asked["due_on"] == "2025-04-01"


@pytest.mark.parametrize(
    ("kind", "court"),
    [(org.OrganisationKind.PUBLIC, "objection_and_appeal"), (org.OrganisationKind.PRIVATE, "petition_to_court")],
)
def test_a_refusal_names_the_authority_and_the_court_of_this_kind_of_controller(world, kind, court):
    organisation = str(uuid4())
    found(world, organisation, kind)
    request = take(world, known(world, organisation), organisation=organisation)
    remedies = refuse(world, request, organisation)["remedies"]

    assert [remedy["code"] for remedy in remedies] == ["complaint_to_ap", court]
    assert all(remedy["nl"] and remedy["en"] for remedy in remedies)


def test_an_erasure_asked_for_begins_as_it_is_fulfilled(world):
    person = known(world)
    request = take(world, person, Right.ERASURE)
    asked: list[dict[str, str]] = []

    def close(**args: str) -> dict[str, object]:
        asked.append(args)
        return {"erasure": {"id": world.close(account=person, closed_by=example.BEHEERDER)}}

    world.log.close_for_request = close
    with pytest.raises(Refused, match="identity_needed"):
        fulfil(world, request)
    assert asked == [], "an account is closed for nobody who was not verified"
    verify(world, request)
    erasure = str(fulfil(world, request)["erasure"])
    world.settle()

    assert asked == [{"organisation": MINE, "person": person, "by": example.BEHEERDER, "in_part": False}]
    assert world.erasure(erasure)["brake"] is not None, "whoever is removed by another has their grace"
    with pytest.raises(Refused, match="request_closed"):
        fulfil(world, request)
    assert len(asked) == 1


def test_an_account_closed_meanwhile_is_found_by_its_erasure(world):
    person = known(world)
    request = take(world, person, Right.ERASURE)
    verify(world, request)

    def closed(**_: str) -> dict[str, object]:
        raise Refused("account_closed")

    world.log.close_for_request = closed
    with pytest.raises(Refused, match="not_yet"):
        fulfil(world, request)
    erasure = world.close(account=person)
    world.follow()

    assert fulfil(world, request)["erasure"] == erasure


def test_with_the_person_goes_every_word_and_whose_it_was_but_not_that_it_was_asked(world):
    person = known(world)
    request = take(world, person)
    verify(world, request)
    fulfil(world, request)
    erasure = world.close(account=person)
    world.settle()
    for service in OTHERS:
        world.complete(service, erasure)
    world.settle()

    assert world.erasure(erasure)["state"] == "certified"
    told = world.app.requests.one(MINE, request)
    assert {told[name] for name in ("person", *view.SEALED)} == {None}
    assert (told["state"], told["kind"]) == ("fulfilled", "access")
    assert not world.app.keyring.living({f"request/{request}"})


def test_nothing_is_taken_in_for_a_person_once_their_erasure_was_ordered(world):
    person = known(world)
    open_one = take(world, person)
    world.close(account=person)
    world.follow()
    world.app.sweeping.sweep()

    with pytest.raises(Refused, match="too_late"):
        take(world, person)
    world.settle()
    with pytest.raises(Refused, match="erased"):
        take(world, person)
    with pytest.raises(Refused, match="erased"):
        refuse(world, open_one)


def test_the_register_reminds_and_says_what_is_late(world):
    late = take(world, known(world), received_at=RECEIVED - timedelta(days=60))
    soon = take(world, known(world), received_at=RECEIVED - timedelta(days=23))
    take(world, known(world))
    told = world.app.requests.report(MINE, None, None)

    assert {name: told["totals"][name] for name in ("received", "open", "overdue", "to_remind")} == {
        "received": 3, "open": 3, "overdue": 1, "to_remind": 1,
    }  # fmt: skip
    assert [(row["request"], row["late"], row["to_remind"]) for row in told["rows"]][:2] == [
        (late, True, False),
        (soon, False, True),
    ]
    refuse(world, late)
    assert world.app.requests.report(MINE, None, None)["totals"]["answered_late"] == 1
    assert world.app.requests.report(str(uuid4()), None, None)["rows"] == []
    assert world.app.requests.report(None, RECEIVED, None)["totals"]["received"] == 1


def test_the_register_is_paged_the_newest_first_and_holds_no_words(world):
    taken = [take(world, known(world)) for _ in range(3)]
    first = world.app.requests.of_organisation(MINE, "", 2)
    rest = world.app.requests.of_organisation(MINE, first["next"], 2)

    assert [one["id"] for one in (*first["items"], *rest["items"])] == taken[::-1]
    assert rest["next"] is None
    assert not set(view.SEALED) & set(first["items"][0])


def test_what_is_repeated_under_one_key_is_taken_in_once(world):
    person = known(world)
    said = {"organisation": MINE, "account": person, "kind": Right.ACCESS, "channel": Channel.EMAIL}
    key = beheerder(idempotency="one", digest="same")
    answers = [world.app.requests.take(key, **said, received_at=RECEIVED) for _ in range(2)]

    assert answers[0] == answers[1]
    assert world.said() == ["DataRequested"]
    assert instant(RECEIVED) == world.app.requests.one(MINE, answers[0]["request"])["received_at"]
