"""An organisation that leaves goes after its grace, at once and whole, but for who is held; and nobody else goes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from uuid import uuid4

import orjson
import pytest
from sqlalchemy import select

from services.contracts import audit, auth, org
from services.contracts.facts import ORGANISATION
from services.contracts.privacy import Role
from services.contracts.retention import HoldGround, HoldScope
from services.kernel.codec import instant
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.retention.app import departing
from services.retention.views.departures import apart
from services.retention.views.erasures import erasures
from services.retention.views.holds import holds
from services.retention.views.sessions import sessions
from tests.examples import org as said_by_org, retention as example
from tests.unit.retention.world import NOW, World

MINE = example.WHOSE["organisation"]
OTHERS = ("auth", "org", "audit")
LEFT = said_by_org.LEFT
YESTERDAY = NOW.date() - timedelta(days=1)
GRACE = timedelta(days=30)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    kind = org.OrganisationKind.PUBLIC
    registered = org.OrganisationRegistered(organisation=MINE, name="Voorbeeld", organisation_kind=kind, at=NOW)
    made.tell("org", registered, f"organisation/{MINE}")
    made.follow()
    yield made
    assert made.differences() == []
    assert made.app.deadletters()["items"] == []
    made.app.engine.dispose()
    made.app.keyring._engine.dispose()


def chosen(world: World, choice: str = "delete", ends_on: date = YESTERDAY) -> None:
    wanted = org.LeavingChoice(choice)
    event = said_by_org.leaving_chosen(organisation=MINE, choice=wanted, ends_on=ends_on, at=NOW)
    world.tell("org", event, f"leaving/{MINE}")
    world.settle()


def delivered(world: World) -> None:
    event = said_by_org.export_delivered(organisation=MINE, at=world.now)
    world.tell("org", event, f"leaving/{MINE}", world.now)
    world.settle()


def cancelled(world: World) -> None:
    event = said_by_org.leaving_cancelled(organisation=MINE, at=world.now)
    world.tell("org", event, f"leaving/{MINE}", world.now)
    world.settle()


def person(world: World, organisation: str = MINE) -> str:
    """Somebody with an account and a session; returns their pseudonym, which is their public id as well here."""
    one = str(uuid4())
    world.log.people[one] = (one, organisation)
    whose = {"account": one, "organisation": organisation}
    registered = auth.UserRegistered(**whose, invitation=str(uuid4()), role=Role.MEMBER, at=NOW)
    world.tell("auth", registered, f"account/{one}")
    session = str(uuid4())
    started = auth.SessionStarted(**whose, session=session, expires_at=NOW + timedelta(days=365), at=NOW)
    world.tell("auth", started, f"session/{session}")
    return one


def hold(world: World, **but: object) -> str:
    officer = Context(actor=example.OFFICER, purpose="beheer_access", role="compliance", correlation=str(uuid4()))
    said = {"scope": HoldScope.PERSON, "ground": HoldGround.FRAUD_OR_ABUSE, "reason": "Vermoeden van misbruik."}
    return str(world.app.holds.place(officer, **{**said, "expires_at": NOW + timedelta(days=90), **but})["hold"])


def release(world: World, hold: str) -> None:
    world.app.holds.release(
        Context(actor=example.OFFICER, purpose="beheer_access", role="compliance", correlation=str(uuid4())), hold
    )


def completed(world: World) -> None:
    """What the other services say of an organisation's order."""
    for service in OTHERS:
        kind = {"auth": auth, "org": org, "audit": audit}[service]
        whose = {"erasure": LEFT, "account": "", "organisation": MINE, "scope": ORGANISATION}
        event = kind.ErasureCompleted(**whose, order=0, keys=1, rows=1, remaining=0, at=NOW)
        world.tell(service, event, f"erasure/{LEFT}")
    world.settle()


def ordered(world: World) -> dict[str, object]:
    """What the order of this organisation says."""
    lines = [orjson.loads(note.split(b"\n", 1)[0]) for note in world.log.notes if b"ErasureOrdered" in note]
    [one] = [line["data"] for line in lines if line["data"]["erasure"] == LEFT]
    return dict(one)


def test_it_goes_after_its_grace_and_no_earlier(world):
    chosen(world)
    world.later(days=29, hours=23)
    world.settle()
    assert world.erasure(LEFT)["state"] == "scheduled"
    world.later(hours=1)
    world.settle()
    assert world.erasure(LEFT)["state"] == "ordered"
    completed(world)
    assert world.erasure(LEFT)["state"] == "certified"
    assert world.said().count("ErasureCertified") == 1


def test_who_wants_everything_back_has_the_grace_twice_and_once_they_have_it_once(world):
    chosen(world, "return")
    twice = world.erasure(LEFT)["due"]
    delivered(world)
    once = world.erasure(LEFT)["due"]
    assert (once, twice) == (instant(NOW + GRACE), instant(NOW + 2 * GRACE))


def test_an_end_that_was_told_does_not_come_nearer_once_the_first_grace_is_over(world):
    chosen(world, "return")
    world.later(days=40)
    delivered(world)
    assert world.erasure(LEFT)["due"] == instant(NOW + 2 * GRACE)
    assert world.erasure(LEFT)["state"] == "scheduled"


def test_the_grace_begins_when_the_agreement_is_over(world):
    last = NOW.date() + timedelta(days=10)
    chosen(world, ends_on=last)
    assert world.erasure(LEFT)["due"] == instant(departing.end_of(last) + GRACE)


def test_whoever_stays_is_not_erased(world):
    chosen(world)
    cancelled(world)
    world.later(days=31)
    world.settle()
    assert world.erasure(LEFT)["cancelled_at"] is not None
    assert "ErasureOrdered" not in world.said()


def test_a_cancellation_that_comes_after_the_order_changes_nothing(world):
    chosen(world)
    world.later(days=30)
    world.settle()
    cancelled(world)
    completed(world)
    assert world.erasure(LEFT)["state"] == "certified"


def test_a_small_organisation_needs_no_officer_and_a_large_one_does(world):
    for _ in range(20):
        person(world)
    other = str(uuid4())
    for _ in range(5):
        person(world, other)
    chosen(world)
    person(world)
    world.later(days=30)
    world.settle()
    assert world.erasure(LEFT)["brake"] == {"why": "mass", "until": None}
    assert world.app.report(MINE)["totals"]["braked"] == 1
    world.app.release_erasure(
        Context(actor=example.OFFICER, purpose="beheer_access", role="compliance", correlation=str(uuid4())), LEFT
    )
    world.settle()
    assert world.erasure(LEFT)["state"] == "ordered"


def test_a_hold_on_the_organisation_holds_all_of_it(world):
    chosen(world)
    held = hold(world, scope=HoldScope.ORGANISATION, organisation=MINE)
    world.later(days=30)
    world.settle()
    assert world.erasure(LEFT)["state"] == "held"
    release(world, held)
    world.settle()
    assert world.erasure(LEFT)["state"] == "ordered"


def test_who_is_held_is_apart_and_goes_by_themselves_when_let_go(world):
    stays, goes = person(world), person(world)
    held = hold(world, account=stays)
    chosen(world)
    world.later(days=30)
    world.settle()
    assert ordered(world)["excepted"] == [stays]
    own = world.close(world.now, account=stays, organisation=MINE, closed_by=f"organisation/{MINE}")
    completed(world)
    assert (world.erasure(LEFT)["state"], world.erasure(own)["state"]) == ("certified", "held")
    assert world.erasure(own)["brake"] is None
    assert rows(world, sessions) == [stays]
    assert goes not in rows(world, holds) + rows(world, erasures)
    release(world, held)
    world.settle()
    assert world.erasure(own)["state"] == "ordered"
    assert rows(world, apart) == []


def test_who_had_asked_before_goes_by_themselves_and_not_twice(world):
    one = person(world)
    own = world.close(account=one, organisation=MINE, closed_by=example.OFFICER)  # waits for its own grace
    world.follow()
    chosen(world)
    with world.app.store.reading() as session:
        assert list(session.execute(select(apart)).all()) == []
    world.app.release_erasure(
        Context(actor=example.OFFICER, purpose="beheer_access", role="compliance", correlation=str(uuid4())), own
    )
    world.later(days=30)
    world.settle()
    assert (world.erasure(own)["state"], world.erasure(LEFT)["state"]) == ("ordered", "ordered")
    assert ordered(world).get("excepted") is None


def test_a_hold_after_the_order_comes_too_late_but_for_who_is_apart(world):
    stays, goes = person(world), person(world)
    hold(world, account=stays)
    chosen(world)
    world.later(days=30)
    world.settle()
    with pytest.raises(Refused, match="too_late"):
        hold(world, account=goes)
    with pytest.raises(Refused, match="too_late"):
        hold(world, scope=HoldScope.ORGANISATION, organisation=MINE)
    assert hold(world, account=stays, ground=HoldGround.LEGAL_CLAIM)


def test_more_people_held_than_an_order_can_name_keep_it(world, monkeypatch):
    monkeypatch.setattr(departing, "MOST_EXCEPTED", 2)
    held = [hold(world, account=person(world)) for _ in range(3)]
    chosen(world)
    world.later(days=30)
    world.settle()
    assert world.erasure(LEFT)["state"] == "scheduled"
    release(world, held[0])
    world.settle()
    assert world.erasure(LEFT)["state"] == "ordered"


def test_nobody_of_another_organisation_is_touched(world):
    other = str(uuid4())
    theirs = person(world, other)
    mine = person(world)
    released = hold(world, account=mine)
    release(world, released)
    kept = hold(world, account=theirs)
    chosen(world)
    world.later(days=30)
    world.settle()
    completed(world)
    assert rows(world, sessions) == [theirs]
    assert rows(world, holds) == [theirs]
    living = world.app.keyring.living
    assert (living({f"hold/{released}"}), living({f"hold/{kept}"})) == (0, 1)


def test_what_was_written_about_it_goes_with_it(world):
    on_all = hold(world, scope=HoldScope.ORGANISATION, organisation=MINE)
    release(world, on_all)
    chosen(world)
    world.later(days=30)
    world.settle()
    assert world.app.keyring.living({f"hold/{on_all}"}) == 0
    with pytest.raises(Refused, match="not_braked"):
        world.app.release_erasure(
            Context(actor=example.OFFICER, purpose="beheer_access", role="compliance", correlation=str(uuid4())), LEFT
        )


def rows(world: World, table: object) -> list[str]:
    """Whom a table speaks of."""
    with world.app.store.reading() as session:
        found = session.execute(select(table.c.account)).scalars()
        return sorted(account for account in found if account is not None)
