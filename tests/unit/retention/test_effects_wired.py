"""What a data request does: corrects, restricts, stops a purpose; and who owes the answer is reminded (P15)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from services.contracts import auth, org
from services.contracts.privacy import Purpose
from services.contracts.retention import Decision, RestrictionGround, Right
from services.kernel.calls.rpc import Unavailable
from services.kernel.codec import instant
from services.kernel.decider import Refused
from services.kernel.store.eventstore import events
from services.retention.views import holds
from tests.examples import retention as example
from tests.unit.retention.test_requests_wired import MINE, OTHERS, beheerder, found, fulfil, known, refuse, take, verify
from tests.unit.retention.world import NOW, World

EFFECT = "0195538e-6f70-7192-8da4-0f1a2b3c4d56"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    found(made, MINE, org.OrganisationKind.PRIVATE)
    made.log.auth["restrict"] = lambda **_: {"event": EFFECT}
    made.log.auth["announce_lift"] = lambda **asked: {"event": EFFECT, "lifts_at": asked["lifts_at"]}
    yield made
    assert made.differences() == []
    made.app.engine.dispose()
    made.app.keyring._engine.dispose()


def verified(world: World, kind: Right, person: str | None = None) -> tuple[str, str]:
    person = person or known(world)
    request = take(world, person, kind)
    verify(world, request)
    return person, request


def restricted(world: World) -> tuple[str, str]:
    person, request = verified(world, Right.RESTRICTION)
    fulfil(world, request, ground=RestrictionGround.ACCURACY_CONTESTED)
    return person, request


def decided(purpose: Purpose = Purpose.USAGE_INSIGHT, decision: Decision = Decision.UPHELD) -> dict[str, Any]:
    return {"purpose": purpose, "decision": decision, "reasons": f"Over {purpose}: {decision}."}


def lifted(world: World, person: str, request: str) -> None:
    event = auth.RestrictionLifted(account=person, organisation=MINE, request=request, at=NOW)
    world.tell("auth", event, f"account/{person}")
    world.settle()


def refused(code: str) -> pytest.RaisesExc[Refused]:
    return pytest.raises(Refused, match=f"^{code}$")


def told(world: World, request: str) -> dict[str, Any]:
    return world.app.requests.one(MINE, request)


# -- rectification


def test_a_rectification_is_done_by_auth_and_cites_its_event(world):
    person, request = verified(world, Right.RECTIFICATION)
    asked: list[dict[str, Any]] = []

    def correct(**args: Any) -> dict[str, Any]:
        asked.append(args)
        return {"events": [EFFECT]}

    world.log.auth["correct_for_request"] = correct
    answer = fulfil(world, request, changes={"last_name": "Vries"}, statement="Mijn naam was al goed op papier.")

    assert asked == [
        {"organisation": MINE, "person": person, "by": example.BEHEERDER, "request": request}
        | {"changes": {"last_name": "Vries"}}
    ]
    assert answer["effect"] == EFFECT
    assert told(world, request)["statement"] == "Mijn naam was al goed op papier."
    with world.app.store.reading() as session:
        stored = b"\n".join(session.execute(select(events.c.line)).scalars())
    assert b"Vries" not in stored, "what was corrected is auth's to keep"
    assert b"papier" not in stored


def test_what_auth_refuses_is_refused_and_the_request_stays_open(world):
    _, request = verified(world, Right.RECTIFICATION)

    def taken(**_: Any) -> dict[str, Any]:
        raise Refused("already_invited")

    world.log.auth["correct_for_request"] = taken
    with refused("already_invited"):
        fulfil(world, request, changes={"email": "noor@voorbeeld.example"})
    assert told(world, request)["state"] == "verified"


@pytest.mark.parametrize(
    ("kind", "said", "code"),
    [
        (Right.RECTIFICATION, {}, "invalid"),
        (Right.RECTIFICATION, {"changes": {}}, "invalid"),
        (Right.ACCESS, {"changes": {"infix": None}}, "invalid"),
        (Right.ERASURE, {"statement": "x"}, "invalid"),
        (Right.RESTRICTION, {}, "ground_needed"),
        (Right.RESTRICTION, {"decisions": [decided()]}, "invalid"),
        (Right.OBJECTION, {}, "invalid"),
        (Right.OBJECTION, {"ground": RestrictionGround.LEGAL_CLAIM}, "invalid"),
    ],
)
def test_what_does_not_belong_to_a_kind_or_is_missing_from_it_is_refused(world, kind, said, code):
    _, request = verified(world, kind)

    with refused(code):
        fulfil(world, request, **said)
    assert told(world, request)["state"] == "verified"


def test_nothing_is_done_for_somebody_who_is_not_known_to_be_who_they_say(world):
    for kind, said in (
        (Right.RECTIFICATION, {"changes": {"infix": None}}),
        (Right.RESTRICTION, {"ground": RestrictionGround.LEGAL_CLAIM}),
        (Right.OBJECTION, {"decisions": [decided()]}),
    ):
        world.log.auth.clear()
        with refused("identity_needed"):
            fulfil(world, take(world, known(world), kind), **said)


# -- restriction


def test_who_is_restricted_is_held_until_the_log_says_that_it_was_lifted(world):
    person, request = restricted(world)
    erasure = world.close(account=person, closed_by=example.BEHEERDER)
    world.settle()
    world.later(days=15)
    world.settle()
    assert world.erasure(erasure)["state"] == "held"
    assert world.app.requests.report(MINE, None, None)["totals"]["restricted"] == 1

    lifted(world, person, request)
    assert world.erasure(erasure)["state"] == "ordered"
    assert told(world, request)["lifted_at"] is not None
    assert world.app.requests.report(MINE, None, None)["totals"]["restricted"] == 0


def test_it_ends_with_notice_and_reasons_and_once(world):
    _, request = restricted(world)
    end = world.app.restricting.end
    answer = end(beheerder(), MINE, request, reasons="Nagezien: het klopt.")
    again = end(beheerder(), MINE, request, reasons="Nog eens.")

    assert answer["lifts_at"] == again["lifts_at"] == instant(NOW + timedelta(days=7))
    assert (told(world, request)["lift_reasons"], again["events"]) == ("Nagezien: het klopt.", [])
    assert world.said().count("RestrictionEnding") == 1


def test_only_what_restricts_can_be_lifted(world):
    _, other = verified(world, Right.RESTRICTION)
    person, over = restricted(world)
    lifted(world, person, over)
    for request in (other, over, take(world, known(world))):
        with refused("not_restricted"):
            world.app.restricting.end(beheerder(), MINE, request, reasons="x")
    with refused("not_found"):
        world.app.restricting.end(beheerder(), str(uuid4()), over, reasons="x")


def test_who_then_leaves_of_their_own_is_not_kept(world):
    person, _ = restricted(world)
    erasure = world.close(account=person)
    world.settle()

    assert world.erasure(erasure)["state"] == "ordered"


def test_who_then_asks_to_be_erased_is_not_kept(world):
    person, _ = restricted(world)
    _, request = verified(world, Right.ERASURE, person)
    world.log.close_for_request = lambda **_: {
        "erasure": {"id": world.close(account=person, closed_by=example.BEHEERDER)}
    }
    erasure = str(fulfil(world, request)["erasure"])
    world.settle()
    world.later(days=15)
    world.settle()

    assert world.erasure(erasure)["state"] == "ordered"


def test_with_the_person_goes_what_their_requests_said_and_kept(world):
    person, request = restricted(world)
    _, objection = verified(world, Right.OBJECTION, person)
    fulfil(world, objection, decisions=[decided()])
    world.app.restricting.end(beheerder(), MINE, request, reasons="Het klopt.")
    erasure = world.close(account=person)
    world.settle()
    for service in OTHERS:
        world.complete(service, erasure)
    world.settle()

    assert world.erasure(erasure)["state"] == "certified"
    assert told(world, objection)["decisions"] == []
    assert told(world, request)["lift_reasons"] is None
    owners = {f"{kind}/{one}" for kind in ("request", "hold") for one in (request, objection)}
    assert not world.app.keyring.living(owners)


# -- objection


def test_an_objection_upheld_is_a_fact_that_others_can_ask_for(world):
    person, request = verified(world, Right.OBJECTION)
    fulfil(world, request, decisions=[decided()])

    assert told(world, request)["state"] == "fulfilled"
    assert told(world, request)["decisions"] == [decided()]
    assert world.app.requests.objections(MINE, person) == {"purposes": ["usage_insight"]}
    assert world.app.requests.objections(str(uuid4()), person) == {"purposes": []}


def test_an_objection_rejected_is_a_refusal_with_its_remedies(world):
    person, request = verified(world, Right.OBJECTION)
    answer = fulfil(world, request, decisions=[decided(decision=Decision.REJECTED)])

    assert (answer["state"], [one["code"] for one in answer["remedies"]]) == (
        "refused",
        ["complaint_to_ap", "petition_to_court"],
    )
    assert told(world, request)["ground"] == "compelling_grounds"
    assert world.app.requests.objections(MINE, person) == {"purposes": []}


def test_what_is_upheld_in_part_names_the_remedies_against_the_rest(world):
    _, request = verified(world, Right.OBJECTION)
    both = [decided(), decided(Purpose.APP_ACCESS, Decision.REJECTED)]
    answer = fulfil(world, request, decisions=both)

    assert (answer["state"], len(answer["remedies"])) == ("fulfilled", 2)
    assert {one["purpose"] for one in told(world, request)["decisions"]} == {"usage_insight", "app_access"}


@pytest.mark.parametrize("purpose", [Purpose.APP_ACCESS, Purpose.BEHEER_ACCESS])
def test_what_an_account_is_for_stops_with_the_account_and_not_otherwise(world, purpose):
    _, request = verified(world, Right.OBJECTION)

    with refused("account_needs_purpose"):
        fulfil(world, request, decisions=[decided(purpose)])


# -- reminders


def test_who_owes_an_answer_is_reminded_once_when_it_is_due_soon_and_once_when_it_is_late(world):
    mailed: list[str] = []

    def remind(**asked: Any) -> dict[str, Any]:
        assert asked["request"] == request
        mailed.append(asked["why"])
        return {"told": 2}

    world.log.auth["remind"] = remind
    request = take(world, known(world))
    turn = world.app.reminding.remind
    turn()
    assert mailed == []
    world.later(days=20)
    turn()
    turn()
    assert mailed == ["due_soon"]
    world.later(days=12)
    turn()
    turn()
    assert mailed == ["due_soon", "overdue"]
    assert world.app.requests.report(MINE, None, None)["totals"]["reminded"] == 2
    refuse(world, request)
    turn()
    assert len(mailed) == 2


def test_of_who_is_gone_nobody_is_reminded_and_of_the_others_they_are(world):
    gone = known(world)
    take(world, gone)
    erasure = world.close(account=gone)
    world.settle()
    for service in OTHERS:
        world.complete(service, erasure)
    world.settle()
    stays = take(world, known(world))
    mailed: list[str] = []
    world.log.auth["remind"] = lambda **asked: {"told": mailed.append(asked["request"]) or 1}
    world.later(days=20)
    world.app.reminding.remind()

    assert mailed == [stays]


def test_what_could_not_be_mailed_is_tried_again(world):
    def away(**_: Any) -> dict[str, Any]:
        raise Unavailable("auth")

    world.log.auth["remind"] = away
    request = take(world, known(world))
    world.later(days=20)
    with pytest.raises(Unavailable):
        world.app.reminding.remind()
    assert told(world, request)["reminded_at"] is None
    world.log.auth["remind"] = lambda **_: {"told": 0}
    world.app.reminding.remind()
    assert told(world, request)["reminded_at"] is not None


def test_every_restriction_has_a_hold_of_its_own_id(world):
    person, request = restricted(world)

    with world.app.store.reading() as session:
        row = holds.by_id(session, request)
    assert (row.account, row.ground, row.state) == (person, "subject_asked", "in_force")


def test_where_a_statement_is_kept_and_nothing_put_right_the_remedies_are_named(world):
    _, kept = verified(world, Right.RECTIFICATION)
    answer = fulfil(world, kept, statement="Het was een dinsdag.")
    assert [one["code"] for one in answer["remedies"]] == ["complaint_to_ap", "petition_to_court"]
    assert [one["code"] for one in told(world, kept)["remedies"]] == ["complaint_to_ap", "petition_to_court"]

    world.log.auth["correct_for_request"] = lambda **_: {"events": [EFFECT]}
    _, right = verified(world, Right.RECTIFICATION)
    done = fulfil(world, right, changes={"last_name": "Vries"}, statement="Mijn naam was al goed op papier.")
    assert done["remedies"] == []
