"""Whose data an incident touched is what the log says: by whom, when, of whom; never too few."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from services.audit.cases import scoping
from services.audit.domain import breach
from services.audit.domain.breach import Part, Touch
from services.contracts.privacy import Category
from tests.unit.audit.cases.world import MAKER, NOON, OFFICER, OURS, THEIRS, World

HOUR = timedelta(hours=1)


def test_by_an_actor_it_is_whom_they_looked_at_and_their_own(world: World) -> None:
    thief, other = str(uuid4()), str(uuid4())
    people = [str(uuid4()) for _ in range(5)]
    world.accounts["the-thief"] = thief
    world.look(thief, OURS, people[:3], NOON - HOUR)
    world.look(thief, OURS, people[2:], NOON - HOUR)
    world.look(other, THEIRS, people, NOON - HOUR)

    found = world.scoped(account="the-thief")

    assert world.parts(found) == {OURS: (5, 6)}
    assert world.agrees()


def test_what_lies_outside_the_window_is_none_of_it(world: World) -> None:
    thief, people = str(uuid4()), [str(uuid4()) for _ in range(3)]
    world.accounts["the-thief"] = thief
    for hours, person in ((7, people[0]), (6, people[1]), (1, people[2])):
        world.look(thief, OURS, [person], NOON - hours * HOUR)

    found = world.scoped(account="the-thief", until=(NOON - HOUR).isoformat())

    assert world.parts(found) == {OURS: (1, 1)}, "from the first moment on, and before the last"


def test_by_a_session_it_is_the_session_and_what_its_holder_did_meanwhile(world: World) -> None:
    holder, people = str(uuid4()), [str(uuid4()) for _ in range(3)]
    session = world.sign_in(holder, OURS, NOON - 3 * HOUR)
    world.look(holder, OURS, people[:1], NOON - 4 * HOUR)
    world.look(holder, OURS, people[1:], NOON - 2 * HOUR)
    world.sign_out(holder, OURS, session, NOON - HOUR)
    world.look(holder, OURS, people[:1], NOON - HOUR / 2)

    found = world.scoped(session=session)

    assert world.parts(found) == {OURS: (3, 4)}, "two of the three, and the holder, whose address is in two records"


def test_without_a_suspect_it_is_everybody_of_that_time_each_organisation_apart(world: World) -> None:
    world.sign_in(str(uuid4()), OURS, NOON - HOUR)
    world.sign_in(str(uuid4()), OURS, NOON - HOUR)
    world.sign_in(str(uuid4()), THEIRS, NOON - HOUR)

    parts = world.parts(world.scoped())

    assert (parts[OURS], parts[THEIRS]) == ((2, 4), (1, 2))


def test_only_the_categories_that_it_is_about_count(world: World) -> None:
    person = str(uuid4())
    world.sign_in(person, OURS, NOON - HOUR)
    world.look(str(uuid4()), OURS, [str(uuid4())], NOON - HOUR)

    found = world.scoped(categories=["ip_address", "session_cookie"])

    (part,) = world.incidents.show(found, None)["controllers"]
    assert part["by_category"] == {
        "ip_address": {"people": 1, "records": 1},
        "session_cookie": {"people": 1, "records": 1},
    }
    assert (part["people"], part["exact"]) == (1, True)


def test_it_waits_until_the_log_itself_says_what_to_look_for(world: World) -> None:
    found = world.incident()

    assert world.scoping.turn() == 0
    assert world.incidents.show(found, None)["scope"] == "being_computed"
    world.grow()
    assert world.scoping.turn() == 1
    assert world.scoping.turn() == 0
    assert world.incidents.show(found, None)["scope"] == "computed"


def test_it_goes_on_where_a_turn_stopped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scoping, "STRETCH", 1)
    people = [str(uuid4()) for _ in range(4)]
    for person in people:
        world.sign_in(person, OURS, NOON - HOUR)
    session = world.sign_in(people[0], OURS, NOON - HOUR)
    found = world.incident(session=session)
    world.grow()
    world.scoping._patience = 0
    assert world.scoping.turn() == 0
    doing = world.scoping._doing
    world.scoping._patience = 60

    assert world.scoping.turn() == 1
    assert doing is not None
    assert world.parts(found) == {OURS: (1, 4)}, "this session's, and its holder's sign-in of before, of that moment"


def test_a_wider_window_is_searched_again_and_one_that_is_narrower_leaves_out(world: World) -> None:
    thief, person = str(uuid4()), str(uuid4())
    world.accounts["the-thief"] = thief
    world.look(thief, THEIRS, [person], NOON - 8 * HOUR)
    world.look(thief, OURS, [person], NOON - HOUR)
    found = world.scoped(account="the-thief")
    assert world.parts(found) == {OURS: (1, 1)}

    for window, parts in (
        ({"since": (NOON - 9 * HOUR).isoformat()}, {OURS: (1, 1), THEIRS: (1, 1)}),
        ({"until": (NOON - 7 * HOUR).isoformat()}, {THEIRS: (1, 1)}),
    ):
        world.incidents.supplement(OFFICER, found, **window)
        world.grow()
        assert world.scoping.turn() == 1
        assert world.parts(found) == parts
    assert world.agrees()


def test_an_organisation_s_own_search_is_no_part_of_what_it_finds(world: World) -> None:
    first = world.scoped()

    assert MAKER not in world.parts(first), "what is written of an incident is not what the incident touched"


def touch(*people: str, unnamed: int = 0) -> Touch:
    name = frozenset({Category.NAME})
    return Touch(organisation=OURS, people=frozenset(people), unnamed=unnamed, records=1, categories=name)


def test_above_the_sample_people_are_estimated_within_a_few_percent() -> None:
    part, many = Part(), 60_000
    for number in range(many):
        part.add(touch(f"person-{number}"))
        part.add(touch(f"person-{number}"))

    assert not part.exact
    assert abs(part.people - many) < many * 0.08
    assert part.people_by_category()[Category.NAME] == part.people
    assert part.all_records == 2 * many
    assert len(part._seen) <= breach.SAMPLE


def test_whom_an_export_only_counts_are_never_fewer_than_it_says() -> None:
    part = Part()
    part.add(touch("somebody", unnamed=40))

    assert (part.people, part.exact) == (40, False)
