"""An agreement waits for whichever side has not signed it, until it is over or a newer one binds."""

from __future__ import annotations

from datetime import UTC, datetime

from services.kernel.context import Context
from services.org.app.facts import facts
from tests.unit.org.conftest import MAKER, World
from tests.unit.org.test_agreements_wired import agree, propose, sign
from tests.unit.org.test_organisations_wired import OPERATOR, agreed, beheerder_of, register


def waits(world: World, context: Context, organisation: str | None = None) -> list[str]:
    return [one["id"] for one in world.org.tasks(context, organisation)["items"]]


def test_it_waits_for_each_side_until_that_side_has_signed(world: World) -> None:
    organisation = register(world)
    beheerder = beheerder_of(organisation)
    agreement = propose(world, organisation)
    assert waits(world, OPERATOR) == waits(world, beheerder, organisation) == [agreement]
    sign(world, OPERATOR, organisation, agreement)
    assert (waits(world, OPERATOR), waits(world, beheerder, organisation)) == ([], [agreement])
    [task] = world.org.tasks(beheerder, organisation)["items"]
    assert task["path"] == f"/v1/organisations/{organisation}/agreements/{agreement}"
    sign(world, beheerder, organisation, agreement)
    assert waits(world, beheerder, organisation) == []


def test_it_waits_for_nobody_elses_beheerder_and_not_for_compliance(world: World) -> None:
    propose(world, register(world))
    other = agreed(world, name="Stichting Elders", beheerder={"email": "b@elders.example"})
    assert waits(world, beheerder_of(other), other) == []
    assert waits(world, Context(actor="account/c", organisation=MAKER, role="compliance", correlation="c")) == []


def test_at_the_end_somebody_has_to_choose_between_return_and_deletion_until_they_have(world: World) -> None:
    organisation, other = register(world), register(world)
    agreement, mine = agree(world, organisation), beheerder_of(organisation)
    agree(world, other)
    assert waits(world, mine, organisation) == []
    world.org.terminate_agreement(mine, organisation, agreement, ends_on="2026-03-31")

    [task] = world.org.tasks(mine, organisation)["items"]
    assert (task["kind"], task["id"], task["overdue"]) == ("leaving_to_choose", agreement, False)
    assert task["due"] == "2026-03-31T22:00:00.000000Z", "when its last day is over in Amsterdam"
    assert (waits(world, beheerder_of(other), other), undecided(world)) == ([], 0)
    world.clock.now = datetime(2026, 4, 2, 9, tzinfo=UTC)
    [task] = world.org.tasks(mine, organisation)["items"]
    assert (task["overdue"], undecided(world)) == (True, 1)

    world.org.choose_leaving(mine, organisation, choice="delete")

    assert (waits(world, mine, organisation), undecided(world)) == ([], 0)


def test_an_agreement_that_ends_by_its_own_last_day_waits_too_and_one_that_was_replaced_does_not(world: World) -> None:
    ending, replaced = register(world), register(world)
    agreement = agree(world, ending, ends_on="2026-03-31")
    agree(world, replaced, ends_on="2026-03-31")
    agree(world, replaced)
    world.clock.now = datetime(2026, 4, 2, 9, tzinfo=UTC)

    assert waits(world, beheerder_of(ending), ending) == [agreement]
    assert waits(world, beheerder_of(replaced), replaced) == []


def undecided(world: World) -> int:
    return int(facts(world.org, None)["leaving"]["undecided"])
