"""Signing in tells from where, gets slower with each failure, and is over at once when revoked."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from services.auth.app.strangers import wait_after
from services.auth.views import work
from services.kernel.codec import instant
from services.kernel.decider import Refused
from services.kernel.store import eventstore
from services.kernel.store.database import writing
from tests.unit.auth.world import World

FREE_TRIES, LONGEST_WAIT = 5, 900.0
"""As it was promised, and not as the code has it: another number there must fail here."""
AGENT = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 15_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/15.1 Mobile/15E148 Safari/604.1"
)


def fails(world: World, username: str, times: int) -> list[str]:
    codes = []
    for _ in range(times):
        with pytest.raises(Refused) as refused:
            world.signed_in(username, "not the password at all")
        codes.append(refused.value.code)
    return codes


def test_the_equipment_is_recognised_and_the_agent_itself_is_not_kept(world: World) -> None:
    world.registered()
    me = world.signed_in(ip="203.0.113.7", user_agent=AGENT)

    [session] = world.auth.sign_ins.mine(me)["items"]

    assert session["ip"] == "203.0.113.7"
    assert session["device"] == {
        "kind": "iPhone",
        "os": "iOS 15",
        "browser": "Mobile Safari 15",
        "app_version": None,
    }


def test_what_the_app_says_of_its_device_goes_first(world: World) -> None:
    world.registered()
    me = world.signed_in(user_agent=AGENT, device={"kind": "tablet", "app_version": "4.2.0"})

    [session] = world.auth.sign_ins.mine(me)["items"]

    assert (session["device"]["kind"], session["device"]["app_version"]) == ("tablet", "4.2.0")


def test_a_session_that_was_ended_is_nobodys(world: World) -> None:
    world.registered()
    said = world.auth.sign_ins.sign_in(
        world.context(actor=""), username="sanne", password="vier paarden en een kruiwagen 71"
    )
    me = world.signed_in()

    world.auth.sign_ins.end(me, session=said["session"])

    with pytest.raises(Refused, match="unauthenticated"):
        world.auth.sign_ins.who(token=said["token"])


def test_another_persons_session_is_not_found(world: World) -> None:
    world.registered()
    world.registered("noor@voorbeeld.example", "noor")
    hers = world.signed_in("noor").session

    with pytest.raises(Refused, match="not_found"):
        world.auth.sign_ins.end(world.signed_in(), session=str(hers))


def test_refreshing_gives_another_token_and_ends_the_old_session(world: World) -> None:
    world.registered()
    me = world.signed_in(ip="203.0.113.7")

    fresh = world.auth.sign_ins.refresh(me)

    assert world.auth.sign_ins.who(token=fresh["token"])["session"] == fresh["session"] != me.session
    with pytest.raises(Refused, match="unauthenticated"):
        world.auth.people.me(me)


def test_an_unknown_name_is_told_and_throttled_just_like_a_known_one(world: World) -> None:
    world.registered()
    expected = ["sign_in_failed"] * FREE_TRIES + ["throttled"]

    assert fails(world, "sanne", FREE_TRIES + 1) == expected
    assert fails(world, "niemand", FREE_TRIES + 1) == expected


def test_the_right_password_does_not_pass_a_throttle(world: World) -> None:
    world.registered()
    fails(world, "sanne", FREE_TRIES + 1)

    with pytest.raises(Refused, match="throttled"):
        world.signed_in()


def test_failures_of_a_minute_are_one_event_with_their_number(world: World) -> None:
    world.registered()
    fails(world, "sanne", 3)
    a_minute_ago = instant(datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=1))
    with writing(world.auth.engine) as session:
        session.execute(update(work.failures).values(minute=a_minute_ago))

    world.auth.sign_ins.count_failures()
    world.auth.sign_ins.count_failures()

    with world.auth.store.reading() as session:
        lines = session.execute(
            select(eventstore.events.c.line).where(eventstore.events.c.type.like("%SignInFailed%"))
        ).scalars()
        [event] = [eventstore.parse(line).event for line in lines]
    assert event.count == 3  # type: ignore[attr-defined]


def test_what_was_typed_is_kept_nowhere(world: World) -> None:
    world.registered()
    fails(world, "sanne", 2)
    fails(world, "een-getypte-naam", 2)

    kept = b"".join(path.read_bytes() for path in (world.auth.configuration.var / "data").iterdir())

    assert b"not the password" not in kept
    assert b"een-getypte-naam" not in kept


def test_waiting_doubles_up_to_a_quarter_of_an_hour() -> None:
    assert [wait_after(n) for n in (0, 4, 5, 6, 7)] == [0.0, 0.0, 2.0, 4.0, 8.0]
    assert wait_after(60) == LONGEST_WAIT


@pytest.mark.parametrize("role", ["beheerder", "auditor"])
def test_whoever_works_in_the_beheeromgeving_may_have_the_session_kept_in_a_cookie(world: World, role: str) -> None:
    world.registered(role=role)
    assert world.auth.sign_ins.refresh(world.signed_in(cookie=True), cookie=True)["token"]


def test_a_member_may_not_as_their_session_would_outlive_the_registers_cookie(world: World) -> None:
    world.registered()
    with pytest.raises(Refused, match=r"^forbidden$"):
        world.signed_in(cookie=True)
    with pytest.raises(Refused, match=r"^forbidden$"):
        world.auth.sign_ins.refresh(world.signed_in(), cookie=True)
    assert fails(world, "sanne", 1) == ["sign_in_failed"], "who has not shown the password learns nothing of the role"
