"""What auth does for a person who asked for it: corrected, restricted, told, and let go again (AVG 16, 18)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import select

from services.auth.app.mail import spoken
from services.auth.views import accounts, restrictions
from services.contracts.privacy import Role
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.moments import AMSTERDAM
from services.kernel.store import eventstore
from tests.unit.auth.world import GEMEENTE, MAKER, World

BY = "account/7c1e2d3f-4a5b-4c6d-8e7f-9a0b1c2d3e02"


def refused(code: str) -> pytest.RaisesExc[Refused]:
    return pytest.raises(Refused, match=f"^{code}$")


def person(world: World, username: str = "sanne") -> str:
    """Their pseudonym, once they have an account."""
    said = world.registered(f"{username}@voorbeeld.example", username)
    return str(world.auth.people.pseudonym_of(account=said["account"], organisation=GEMEENTE)["pseudonym"])


def own(world: World, **more: Any) -> Context:
    """As retention asks, in its own name."""
    return world.context(actor="system/retention", legal_basis="legal_obligation", **more)


def whose(person: str, request: str, **more: Any) -> dict[str, Any]:
    return {"organisation": GEMEENTE, "person": person, "by": BY, "request": request, **more}


def restricted(world: World, person: str) -> str:
    request = str(uuid4())
    world.auth.rights.restrict(own(world), **whose(person, request))
    return request


def members(world: World) -> list[dict[str, Any]]:
    found = world.auth.people.members(world.context(role=Role.BEHEERDER), organisation=GEMEENTE, after="", limit=100)
    return list(found["items"])


def lines(world: World) -> bytes:
    with world.auth.store.reading() as session:
        return b"\n".join(session.execute(select(eventstore.events.c.line)).scalars())


def test_a_correction_is_made_for_the_person_and_says_for_which_request(world: World) -> None:
    sanne = person(world)
    values = {"first_name": "Susanne", "email": "susanne@voorbeeld.example", "infix": None}
    answer = world.auth.rights.correct(own(world), **whose(sanne, "r1", values=values))

    me = world.auth.people.me(world.signed_in())
    assert (me["first_name"], me["infix"], me["last_name"]) == ("Susanne", None, "Velde")
    assert me["email"] == "susanne@voorbeeld.example"
    assert set(answer) == {"events"}, "the Beheerder is told nothing of what stands there"
    assert b'"request":"r1"' in lines(world)
    assert b"usanne" not in lines(world)


def test_the_same_correction_asked_for_twice_is_made_once(world: World) -> None:
    sanne = person(world)
    once = own(world, idempotency="request:r1:x", digest="request")
    answers = [world.auth.rights.correct(once, **whose(sanne, "r1", values={"infix": None})) for _ in range(2)]

    assert answers[0] == answers[1]
    assert world.told().count("PersonalDataCorrected") == 1


def test_an_address_that_somebody_else_has_is_refused(world: World) -> None:
    sanne = person(world)
    person(world, "noor")

    with refused("already_invited"):
        world.auth.rights.correct(own(world), **whose(sanne, "r1", values={"email": "Noor@voorbeeld.example"}))


def test_nobody_is_corrected_or_restricted_in_another_organisation(world: World) -> None:
    asked = whose(person(world), "r1") | {"organisation": MAKER}
    for ask in (
        lambda: world.auth.rights.correct(own(world), **asked, values={"infix": None}),
        lambda: world.auth.rights.restrict(own(world), **asked),
        lambda: world.auth.rights.announce_lift(own(world), **asked, lifts_at=datetime.now(UTC)),
    ):
        with refused("not_found"):
            ask()


def test_of_who_is_restricted_the_line_stays_without_a_value(world: World) -> None:
    sanne = person(world)
    person(world, "noor")
    restricted(world, sanne)

    lines = {one["status"]: one for one in members(world)}
    assert set(lines) == {"open", "restricted"}
    names = ("first_name", "infix", "last_name", "email")
    assert [lines["restricted"][name] for name in names] == [None] * 4
    assert lines["restricted"]["account"] is not None, "or nobody could take in their next request"
    assert lines["open"]["first_name"] == "Sanne"
    with refused("restricted"):
        world.auth.people.member(
            world.context(role=Role.BEHEERDER), organisation=GEMEENTE, account=lines["restricted"]["account"]
        )


def test_where_nothing_is_shown_nobody_has_looked(world: World) -> None:
    sanne = person(world)
    restricted(world, sanne)
    members(world)

    assert "DataViewed" not in world.told()


def test_the_person_goes_on_and_sees_that_it_is_so(world: World) -> None:
    restricted(world, person(world))
    me = world.signed_in()

    assert world.auth.people.me(me)["status"] == "restricted"
    assert world.auth.own_data.everything(me)["account"]["status"] == "restricted"
    world.auth.people.correct_me(me, values={"infix": None})


def test_who_is_told_by_mail_is_let_go_when_the_notice_is_over(world: World) -> None:
    sanne = person(world)
    request = restricted(world, sanne)
    day = datetime.now(UTC) + timedelta(days=7)
    told = world.auth.rights.announce_lift(own(world), **whose(sanne, request, lifts_at=day))
    again = world.auth.rights.announce_lift(own(world), **whose(sanne, request, lifts_at=day + timedelta(days=9)))
    world.auth.mailer.send_due()
    mails = [mail for mail in world.auth.mailer.shown("sanne@voorbeeld.example") if "bewaard" in mail["text"]]

    assert (told["event"], told["lifts_at"]) == (again["event"], again["lifts_at"])
    on = day.astimezone(AMSTERDAM).date().isoformat()
    assert [spoken(on, "nl") in mail["text"] and spoken(on, "en") in mail["text"] for mail in mails] == [True], (  # type: ignore[operator]
        "one mail, with the day"
    )
    world.auth.rights.lift_due()
    assert [one["status"] for one in members(world)] == ["restricted"]


def test_what_was_announced_to_end_by_now_ends(world: World) -> None:
    sanne = person(world)
    request = restricted(world, sanne)
    now = datetime.now(UTC)
    world.auth.rights.announce_lift(own(world), **whose(sanne, request, lifts_at=now))
    world.auth.rights.lift_due()
    world.auth.rights.lift_due()

    assert [one["status"] for one in members(world)] == ["open"]
    assert world.told().count("RestrictionLifted") == 1


def test_with_the_account_goes_what_says_that_it_is_restricted(world: World) -> None:
    restricted(world, person(world))
    world.auth.closing.close_me(world.signed_in())

    with world.auth.store.reading() as session:
        assert session.execute(select(restrictions.restrictions)).all() == []
        assert [row.status for row in session.execute(select(accounts.accounts))] == ["closed"]
