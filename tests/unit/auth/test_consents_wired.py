"""A purpose that rests on consent is refused to whoever gave none; the way to give one stays open (P03)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import select

from services.auth.app import terms as limits
from services.kernel.calls.rpc import Unavailable
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store import eventstore
from tests.unit.auth.world import GEMEENTE, TERMS, World

ON_CONSENT = {**TERMS, "purposes": {**TERMS["purposes"], "app_access": "consent"}}


@pytest.fixture
def given(world: World, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The pseudonyms whose consent is in force; org is asked, and may be away."""
    people: set[str] = set()
    world.org.terms[GEMEENTE] = ON_CONSENT
    others = world.org.call

    def call(service: str, method: str, args: Mapping[str, Any], context: Context, timeout: float = 4.0) -> Any:
        if method != "consent_in_force":
            return others(service, method, args, context, timeout)
        if world.org.away:
            raise Unavailable("org")
        return {"in_force": args["account"] in people and args["purpose"] == "app_access"}

    monkeypatch.setattr(world.org, "call", call)
    return people


def bases(world: World, name: str) -> list[tuple[str | None, str | None]]:
    with world.auth.store.reading() as session:
        lines = session.execute(select(eventstore.events.c.line).order_by(eventstore.events.c.position)).scalars()
        records = [eventstore.parse(line) for line in lines]
    found = [one.envelope for one in records if type(one.event).__name__ == name]
    return [(one.purpose, one.legalbasis) for one in found]


def correct(world: World, me: Context) -> Any:
    return world.auth.people.correct_me(me, values={"first_name": "Anna"})


def test_without_a_consent_one_comes_in_and_can_do_nothing_that_needs_it(world: World, given: set[str]) -> None:
    world.registered()
    me = world.signed_in()
    with pytest.raises(Refused, match="consent_needed"):
        correct(world, me)
    assert world.told()[-1] == "ProcessingRefused"
    assert bases(world, "SignedIn") == [("app_access", "legal_obligation")]
    assert bases(world, "PersonInvited") == [("app_access", "legal_obligation")]


def test_with_a_consent_it_is_done_on_that_ground(world: World, given: set[str]) -> None:
    world.registered()
    me = world.signed_in()
    given.add(me.actor.removeprefix("account/"))
    assert correct(world, me)["events"]
    assert bases(world, "PersonalDataCorrected") == [("app_access", "consent")]
    world.signed_in()
    assert bases(world, "SignedIn")[-1] == ("app_access", "consent")


def test_a_withdrawn_consent_holds_for_two_seconds_at_most(
    world: World, given: set[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    world.registered()
    me = world.signed_in()
    given.add(me.actor.removeprefix("account/"))
    correct(world, me)
    given.clear()
    now = limits.time.monotonic()
    monkeypatch.setattr(limits.time, "monotonic", lambda: now + limits.KEPT_SECONDS)
    with pytest.raises(Refused, match="consent_needed"):
        correct(world, me)


def test_no_answer_is_no_consent(world: World, given: set[str]) -> None:
    world.registered()
    me = world.signed_in()
    given.add(me.actor.removeprefix("account/"))
    world.org.away = True
    with pytest.raises(Unavailable):
        correct(world, me)


def test_a_consent_is_of_one_person(world: World, given: set[str]) -> None:
    world.registered()
    world.registered("piet@voorbeeld.example", "piet")
    given.add(world.signed_in().actor.removeprefix("account/"))
    with pytest.raises(Refused, match="consent_needed"):
        correct(world, world.signed_in("piet"))
