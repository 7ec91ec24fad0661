"""An agreement waits for whichever side has not signed it, until it is over or a newer one binds."""

from __future__ import annotations

from services.kernel.context import Context
from tests.unit.org.conftest import MAKER, World
from tests.unit.org.test_agreements_wired import propose, sign
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
