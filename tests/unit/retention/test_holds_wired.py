"""What is held or braked stays as it is, visibly, and goes on when nothing keeps it any more; nothing else does."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from services.contracts import org, retention
from services.contracts.privacy import Category
from services.contracts.retention import HoldGround, HoldScope
from services.kernel.codec import instant
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store import eventstore
from services.retention import schemas
from services.retention.app import sweeping
from services.retention.domain import terms
from services.retention.views import erasures
from tests.examples import retention as example
from tests.unit.retention.world import NOW, World

MINE = example.WHOSE["organisation"]
OTHERS = ("auth", "org", "audit")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    kind = org.OrganisationKind.PUBLIC
    made.tell(
        "org",
        org.OrganisationRegistered(organisation=MINE, name="Voorbeeld", organisation_kind=kind, at=NOW),
        f"organisation/{MINE}",
    )
    made.follow()
    yield made
    assert made.differences() == []
    made.app.engine.dispose()
    made.app.keyring._engine.dispose()


def officer() -> Context:
    return Context(actor=example.OFFICER, purpose="beheer_access", role="compliance", correlation=str(uuid4()))


def hold(world: World, **but: object) -> str:
    said = {"scope": HoldScope.PERSON, "ground": HoldGround.FRAUD_OR_ABUSE, "reason": "Vermoeden van misbruik."}
    asked = {**said, "expires_at": NOW + timedelta(days=90), **but}
    return str(world.app.holds.place(officer(), **asked)["hold"])


def known(world: World) -> str:
    """Somebody with an account; returns their pseudonym, which is their public id as well here."""
    person = str(uuid4())
    world.log.people[person] = (person, MINE)
    return person


def finish(world: World, erasure: str) -> str:
    for service in OTHERS:
        world.complete(service, erasure)
    world.settle()
    return str(world.erasure(erasure)["state"])


def test_a_held_person_is_not_erased_until_the_hold_is_released(world):
    person = known(world)
    placed = hold(world, account=person)
    erasure = world.close(account=person)
    world.settle()
    assert world.erasure(erasure)["state"] == "held"
    assert "ErasureOrdered" not in world.said()
    assert sweeping.OVERDUE._value.get() == 0

    world.app.holds.release(officer(), placed)
    world.settle()
    assert world.erasure(erasure)["state"] == "ordered"
    assert finish(world, erasure) == "certified"


def test_a_hold_that_expires_lets_go_of_what_became_due_meanwhile(world):
    person = known(world)
    hold(world, account=person)
    erasure = world.close(account=person)
    world.settle()
    world.later(days=89)
    world.settle()
    assert world.erasure(erasure)["state"] == "held"

    world.later(days=1)
    world.settle()
    assert world.erasure(erasure)["state"] == "ordered"
    assert world.app.holds.all("", 10)["items"][0]["state"] == "expired"


def test_of_two_holds_the_last_one_to_go_counts(world):
    person = known(world)
    first, second = hold(world, account=person), hold(world, scope=HoldScope.ORGANISATION, organisation=MINE)
    erasure = world.close(account=person)
    world.settle()
    world.app.holds.release(officer(), first)
    world.settle()
    assert world.erasure(erasure)["state"] == "held"

    world.app.holds.release(officer(), second)
    world.settle()
    assert world.erasure(erasure)["state"] == "ordered"


def test_an_organisation_is_held_whole_and_no_other_with_it(world):
    hold(world, scope=HoldScope.ORGANISATION, organisation=MINE)
    mine, theirs = world.close(), world.close(organisation=str(uuid4()))
    world.settle()

    assert (world.erasure(mine)["state"], world.erasure(theirs)["state"]) == ("held", "ordered")


def test_who_closed_their_account_is_held_by_their_erasure(world):
    world.app.terms = of_one_term("P30D")
    erasure = world.close()
    world.follow()
    hold(world, erasure=erasure)

    assert world.erasure(erasure)["state"] == "held"


def of_one_term(term: str) -> tuple[terms.Terms, ...]:
    version = {"version": 2, "in_force_from": "2018-02-21", "terms": dict.fromkeys(terms.Trigger, term)}
    return terms.parse([version])


def test_a_hold_after_the_order_comes_too_late(world):
    person = known(world)
    erasure = world.close(account=person)
    world.follow()
    world.app.sweeping.sweep()
    for whom in ({"account": person}, {"erasure": erasure}):
        with pytest.raises(Refused, match="too_late"):
            hold(world, **whom)
    world.settle()
    with pytest.raises(Refused, match="erased"):
        hold(world, account=person)
    with pytest.raises(Refused, match="too_late"):
        hold(world, erasure=erasure)
    assert "HoldPlaced" not in world.said()


@pytest.mark.parametrize(
    ("whom", "code"),
    [
        ({"account": "nobody"}, "account_unknown"),
        ({"erasure": str(uuid4())}, "not_found"),
        ({"scope": HoldScope.ORGANISATION, "organisation": str(uuid4())}, "not_found"),
    ],
)
def test_a_hold_on_nobody_is_refused_and_writes_nothing(world, whom, code):
    with pytest.raises(Refused, match=code):
        hold(world, **whom)
    assert world.said() == []


def test_a_hold_on_somebody_of_another_organisation_is_on_nobody(world):
    person = known(world)
    with pytest.raises(Refused, match="account_unknown"):
        hold(world, account=person, organisation=str(uuid4()))


GOOD = {
    "scope": "person",
    "account": "a",
    "ground": "fraud_or_abuse",
    "reason": "Vermoeden.",
    "expires_at": "2025-06-01T00:00:00Z",
}


@pytest.mark.parametrize(
    ("but", "code"),
    [
        ({"ground": None}, "ground_needed"),
        ({"reason": "  "}, "ground_needed"),
        ({"expires_at": None}, "expiry_needed"),
        ({"expires_at": "2025-06-01T00:00:00"}, "invalid"),
        ({"ground": "because"}, "invalid"),
        ({"categories": ["shoe_size"]}, "invalid"),
        ({"account": None}, "invalid"),
        ({"erasure": "e"}, "invalid"),
        ({"scope": "organisation"}, "invalid"),
        ({"scope": "house"}, "invalid"),
        ({"shoe_size": 38}, "unknown_field"),
    ],
)
def test_a_wish_without_what_a_hold_needs_is_refused_by_name(but, code):
    with pytest.raises(Refused, match=f"^{code}$"):
        schemas.hold_wish({**GOOD, **but})


def test_what_was_written_about_the_person_goes_with_the_person(world):
    person = known(world)
    placed = hold(world, account=person)
    world.app.holds.release(officer(), placed)
    assert world.app.keyring.living({f"hold/{placed}"})
    world.close(account=person)
    world.settle()

    assert not world.app.keyring.living({f"hold/{placed}"})
    with world.app.store.reading() as session:
        assert world.app.left(session, person) == 0
    assert world.app.holds.all("", 10)["items"][0]["state"] == "released"


def test_who_is_removed_by_somebody_else_has_two_weeks(world):
    erasure = world.close(closed_by=f"account/{uuid4()}")
    world.settle()
    seen = world.erasure(erasure)
    assert (seen["state"], seen["due"]) == ("scheduled", instant(NOW))
    assert seen["brake"] == {"why": "removed_by_beheerder", "until": instant(NOW + timedelta(days=14))}
    assert sweeping.OVERDUE._value.get() == 0

    world.later(days=14)
    world.settle()
    assert world.erasure(erasure)["state"] == "ordered"
    assert world.erasure(erasure)["brake"] is None


def test_an_officer_lets_go_of_who_was_removed(world):
    erasure = world.close(closed_by=f"account/{uuid4()}")
    world.settle()
    assert len(world.app.release_erasure(officer(), erasure)["events"]) == 1
    assert world.app.release_erasure(officer(), erasure)["events"] == []
    world.settle()

    assert finish(world, erasure) == "certified"


def test_a_release_of_nothing_is_refused(world):
    erasure = world.close()
    world.settle()
    with pytest.raises(Refused, match="not_braked"):
        world.app.release_erasure(officer(), erasure)
    with pytest.raises(Refused, match="not_found"):
        world.app.release_erasure(officer(), str(uuid4()))


def test_nobody_erases_an_organisation_overnight(world):
    made = [world.close() for _ in range(23)]
    theirs = world.close(organisation=str(uuid4()))
    world.settle()
    states = [world.erasure(erasure)["state"] for erasure in made]
    assert (states.count("ordered"), states.count("scheduled")) == (20, 3)
    assert world.erasure(theirs)["state"] == "ordered"
    assert sweeping.BRAKED._value.get() == 3

    waiting = [erasure for erasure in made if world.erasure(erasure)["brake"]]
    assert world.erasure(waiting[0])["brake"] == {"why": "mass", "until": None}
    assert {one["id"] for one in world.app.tasks(officer(), None)["items"]} == set(waiting)
    world.later(days=3)
    world.settle()
    assert world.erasure(waiting[0])["state"] == "scheduled"
    world.app.release_erasure(officer(), waiting[0])
    world.settle()
    assert [world.erasure(erasure)["state"] for erasure in waiting] == ["ordered", "scheduled", "scheduled"]


def test_the_day_after_as_many_may_go_again(world):
    for _ in range(20):
        world.close()
    world.settle()
    world.later(days=1, seconds=1)
    erasure = world.close(at=world.now)
    world.settle()

    assert world.erasure(erasure)["state"] == "ordered"


def test_what_its_source_does_not_know_is_never_acted_upon(world):
    erasure = world.close()
    world.follow()
    with world.app.store.reading() as session:
        world.log.forged.add(erasures.by_id(session, None, erasure).asked_event)
    world.settle()
    assert world.erasure(erasure)["brake"] == {"why": "unconfirmed", "until": None}

    world.app.release_erasure(officer(), erasure)
    world.settle()
    assert world.erasure(erasure)["brake"] == {"why": "unconfirmed", "until": None}
    assert "ErasureOrdered" not in world.said()


def test_the_sweep_finds_what_is_held_and_due_by_an_index(world):
    with world.app.engine.begin() as session:
        plan = session.exec_driver_sql(
            "explain query plan select * from erasures "
            "where state = 'held' and suspended_at is null and free_at <= 'x' order by free_at limit 100"
        ).all()
    assert "USING INDEX erasures_by_suspension" in str(plan)
    assert "TEMP B-TREE" not in str(plan)


def test_a_review_that_is_due_is_a_number_until_somebody_looked(world):
    person = known(world)
    placed = hold(world, account=person, review_at=NOW + timedelta(days=30))
    assert world.app.report(None)["totals"]["holds_to_review"] == 0
    world.later(days=30)
    world.settle()
    assert world.app.report(MINE)["totals"]["holds_to_review"] == 1
    assert [row["holds_to_review"] for row in world.app.report(None)["rows"]] == [1]
    assert sweeping.REVIEWS._value.get() == 1

    world.app.holds.review(officer(), placed, finding="De zaak loopt nog.", review_at=NOW + timedelta(days=60))
    world.settle()
    assert world.app.report(None)["totals"]["holds_to_review"] == 0
    [shown] = world.app.holds.all("", 10)["items"]
    assert (shown["state"], shown["review_at"]) == ("in_force", instant(NOW + timedelta(days=60)))
    assert shown["reviewed_at"] == instant(NOW + timedelta(days=30))
    with pytest.raises(Refused, match="not_found"):
        world.app.holds.review(officer(), str(uuid4()), finding="Een andere zaak.")


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({}, "ground_needed"),
        ({"finding": "  "}, "ground_needed"),
        ({"finding": "Loopt.", "review_at": "morgen"}, "invalid"),
        ({"finding": "Loopt.", "until": "2026-01-01"}, "unknown_field"),
    ],
)
def test_a_review_says_why_and_nothing_else(said, code):
    with pytest.raises(Refused, match=f"^{code}$"):
        schemas.review(said)


def test_what_was_found_at_a_review_goes_with_the_person(world):
    person = known(world)
    placed = hold(world, account=person)
    world.app.holds.review(officer(), placed, finding="De zaak loopt nog.")
    world.app.holds.release(officer(), placed)
    world.close(account=person)
    world.settle()

    assert world.app.keyring.living([f"hold/{placed}"]) == 0


def test_of_whom_a_category_is_held_is_told_to_who_keeps_it(world):
    first, second, third = known(world), known(world), known(world)
    hold(world, account=first)
    hold(world, account=second, categories=[Category.EMAIL])
    ended = hold(world, account=third, categories=[Category.CUSTOM_FIELD])
    asked = (MINE, Category.CUSTOM_FIELD.value)
    assert world.app.holds.held_in(*asked) == {"everybody": False, "people": sorted([first, third])}
    world.app.holds.release(officer(), ended)
    assert world.app.holds.held_in(*asked)["people"] == [first]
    hold(world, scope=HoldScope.ORGANISATION, organisation=MINE)
    assert world.app.holds.held_in(*asked)["everybody"] is True
    assert world.app.holds.held_in(str(uuid4()), Category.CUSTOM_FIELD.value) == {"everybody": False, "people": []}


def let_go(world: World, person: str | None, owner: str, organisation: str = MINE, **but: object) -> list[str]:
    """Audit asks whether the words of a complaint may go; answers of whom each clearance is that was told."""
    said = {"people": [person] if person else [], "rule": "complaint_answered:P2Y@1", "due": NOW}
    asked = {"owner": owner, "organisation": organisation, "category": Category.CORRESPONDENCE, **said, **but}
    context = Context(caller="audit", actor="system/audit", correlation=str(uuid4()))
    return list(world.app.clearing.clear(context, **asked)["events"])


def placed(world: World, **but: object) -> dict[str, object]:
    said = {"scope": HoldScope.PERSON, "ground": HoldGround.LEGAL_CLAIM, "reason": "Een claim."}
    return world.app.holds.place(officer(), **{**said, "expires_at": NOW + timedelta(days=90), **but})


def test_what_a_hold_keeps_is_let_go_when_it_ends_and_once(world):
    person, owner = known(world), f"complaint/{uuid4()}"
    of_all = hold(world, scope=HoldScope.ORGANISATION, organisation=MINE)
    of_one = hold(world, account=person, categories=[Category.CORRESPONDENCE])
    hold(world, account=person, categories=[Category.EMAIL])
    assert let_go(world, person, owner) == []
    world.app.holds.release(officer(), of_all)
    assert let_go(world, person, owner) == []
    world.app.holds.release(officer(), of_one)
    assert len(let_go(world, person, owner)) == 1
    assert let_go(world, person, owner) == []
    assert world.said().count("ErasureCleared") == 1


def test_of_many_people_those_go_whom_no_hold_keeps_and_the_others_later(world):
    people, owner = [known(world) for _ in range(3)], f"field/{uuid4()}"
    kept = hold(world, account=people[1])
    asked = {"people": people, "category": Category.CUSTOM_FIELD, "rule": "field_retired:P0D"}
    assert len(let_go(world, None, owner, **asked)) == 1
    assert let_go(world, None, owner, **asked) == []
    world.app.holds.release(officer(), kept)
    assert len(let_go(world, None, owner, **asked)) == 1
    told = [one.people for one in events_of(world, f"clearance/{owner.partition('/')[2]}")]
    assert told == [(people[0], people[2]), (people[1],)]


def test_a_hold_that_comes_later_says_what_is_gone_already(world):
    person, other = known(world), known(world)
    let_go(world, person, f"complaint/{uuid4()}")
    let_go(world, other, f"complaint/{uuid4()}")
    let_go(world, None, f"complaint/{uuid4()}")
    assert placed(world, account=person)["gone"] == {"complaint": 1}
    assert placed(world, account=person, categories=[Category.EMAIL])["gone"] == {}
    assert placed(world, account=known(world))["gone"] == {}
    world.close(account=other)
    world.settle()
    whole = placed(world, scope=HoldScope.ORGANISATION, organisation=MINE)
    assert whole["gone"] == {"complaint": 2, "person": 1}, "what went with somebody is not counted by itself"


def test_before_it_is_due_nothing_is_let_go(world):
    with pytest.raises(Refused, match=r"^not_yet$"):
        let_go(world, known(world), f"complaint/{uuid4()}", due=NOW + timedelta(seconds=1))


def events_of(world: World, stream: str) -> list[retention.ErasureCleared]:
    with world.app.store.reading() as session:
        return [record.event for record in eventstore.read(session, stream)]
