"""Who received a person's data before is told of what became of it, with proof, or with a reason why not (AVG 19)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from services.contracts import auth, org
from services.contracts.privacy import Role
from services.contracts.retention import NotTold, Right
from services.kernel.codec import instant
from services.retention.views import handed_over, requests as view
from tests.unit.retention.test_effects_wired import refused, told, verified
from tests.unit.retention.test_requests_wired import MINE, beheerder, found, fulfil, known, take
from tests.unit.retention.world import NOW, World

DAY = timedelta(days=1)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    found(made, MINE, org.OrganisationKind.PUBLIC)
    yield made
    assert made.differences() == []
    made.app.engine.dispose()
    made.app.keyring._engine.dispose()


def invited(world: World, at: Any) -> str:
    person = known(world)
    event = auth.PersonInvited(
        account=person,
        organisation=MINE,
        invitation=str(uuid4()),
        email=None,
        role=Role.MEMBER,
        token_digest="d",
        expires_at=at + DAY,
        at=at,
    )
    world.tell("auth", event, f"account/{person}", at)
    return person


def exported(world: World, at: Any, organisation: str = MINE) -> str:
    export = str(uuid4())
    event = org.ExportDelivered(
        organisation=organisation,
        erasure=str(uuid4()),
        export=export,
        delivered_to=beheerder().actor,
        manifest_sha256="ab" * 32,
        files=3,
        people=2,
        at=at,
    )
    world.tell("org", event, f"leaving/{organisation}", at)
    world.follow()
    return f"export/{export}"


def corrected(world: World, person: str) -> str:
    _, request = verified(world, Right.RECTIFICATION, person)
    fulfil(world, request, statement="Het was een dinsdag.")
    return request


def tell(world: World, request: str, **said: Any) -> dict[str, Any]:
    return world.app.requests.tell(beheerder(), MINE, request, recipient="De archivaris.", **said)


def waiting(world: World) -> list[tuple[str, str]]:
    return [(one["kind"], one["id"]) for one in world.app.tasks(beheerder(), MINE)["items"]]


def to_tell(world: World) -> int:
    return int(world.app.requests.report(MINE, None, None)["totals"]["recipients_to_tell"])


def test_what_was_handed_over_with_the_person_in_it_waits_to_be_told_of(world):
    exported(world, NOW - 9 * DAY)
    person = invited(world, NOW - 8 * DAY)
    mine = exported(world, NOW - 7 * DAY)
    exported(world, NOW - 7 * DAY, str(uuid4()))
    request = corrected(world, person)

    (line,) = told(world, request)["recipients"]
    assert (line["reference"], line["told_at"], line["why_not"]) == (mine, None, None)
    assert to_tell(world) == 1
    assert waiting(world) == [("recipient_to_tell", request)]

    answer = tell(world, request, reference=mine, told_at=NOW)
    (line,) = told(world, request)["recipients"]
    assert (line["recipient"], line["told_at"], line["event"]) == ("De archivaris.", instant(NOW), answer["events"][0])
    assert (to_tell(world), waiting(world)) == (0, [])
    with refused("not_found"):
        tell(world, request, reference=mine, told_at=NOW)


def test_a_disclosure_that_the_person_knows_of_waits_to_be_told_of_too(world):
    person = known(world)
    world.log.disclosed[person] = ["disclosure/one"]
    request = corrected(world, person)
    tell(world, request, reference="disclosure/one", why_not=NotTold.DISPROPORTIONATE)

    (line,) = told(world, request)["recipients"]
    assert (line["reference"], line["why_not"]) == ("disclosure/one", "disproportionate")


def test_somebody_else_may_be_told_and_why_somebody_is_not(world):
    request = corrected(world, known(world))
    tell(world, request, told_at=NOW)
    tell(world, request, why_not=NotTold.IMPOSSIBLE)

    lines = told(world, request)["recipients"]
    assert [(one["told_at"], one["why_not"]) for one in lines] == [(instant(NOW), None), (None, "impossible")]


def test_nobody_is_told_before_it_was_done_or_of_what_changes_nothing(world):
    open_one = take(world, known(world), Right.RECTIFICATION)
    _, access = verified(world, Right.ACCESS)
    fulfil(world, access)
    request = corrected(world, known(world))
    for which, said, code in (
        (open_one, {"told_at": NOW}, "not_yet"),
        (access, {"told_at": NOW}, "invalid"),
        (request, {}, "invalid"),
        (request, {"told_at": NOW, "why_not": NotTold.IMPOSSIBLE}, "invalid"),
        (request, {"told_at": NOW - DAY}, "moment_impossible"),
        (request, {"told_at": NOW + DAY}, "moment_impossible"),
        (request, {"reference": "export/never", "told_at": NOW}, "not_found"),
        (str(uuid4()), {"told_at": NOW}, "not_found"),
    ):
        with refused(code):
            tell(world, which, **said)


def test_who_was_told_goes_with_the_person(world):
    person = known(world)
    request = corrected(world, person)
    tell(world, request, told_at=NOW)
    erasure = world.close(account=person)
    world.settle()
    for service in ("auth", "org", "audit"):
        world.complete(service, erasure)
    world.settle()

    assert world.erasure(erasure)["state"] == "certified"
    assert told(world, request)["recipients"] == []
    assert {told(world, request)[name] for name in view.SEALED} == {None}


def test_of_an_erasure_they_are_told_while_it_has_its_grace(world):
    person = known(world)
    _, request = verified(world, Right.ERASURE, person)
    closed = {"erasure": {"id": world.close(account=person, closed_by=beheerder().actor)}}
    world.log.close_for_request = lambda **_: closed
    fulfil(world, request)

    tell(world, request, told_at=NOW)
    assert told(world, request)["recipients"][0]["told_at"] == instant(NOW)


def test_an_authority_is_on_the_list_however_often_everything_was_exported(world):
    person = known(world)
    for _ in range(handed_over.MOST + 1):
        exported(world, NOW)
    world.log.disclosed[person] = ["disclosure/one"]
    request = corrected(world, person)

    listed = [one["reference"] for one in told(world, request)["recipients"]]
    assert len(listed) == handed_over.MOST
    assert "disclosure/one" in listed
