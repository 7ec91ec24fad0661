"""A world that has lived a little: somebody is erased already, somebody is held, and there is a copy from before."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from uuid import uuid4

from tests.journeys.people import TERMS
from tests.properties.world import Organisation, World


def first(room: Path, organisations: int = 2) -> World:
    """Organisations with an agreement in force and one member each. One more has left and is erased since, one has left
    and is held; somebody has a copy of the day before. Closed.
    """
    world = World(room)
    world.open()
    house = world.house
    house.settle()
    operator = world.enter(house.configuration.maker, "operator@localhost")
    assert operator is not None
    world.operator = operator.neighbour
    for _ in range(organisations):
        email = f"{world.value('beheer')}@gemeente.example"
        contact = {"name": world.value("Balie "), "email": f"{world.value('balie')}@gemeente.example"}
        said = {"name": f"Gemeente {uuid4()}", "kind": "public", "contact": contact, "beheerder": {"email": email}}
        made = world.ask(partial(house.org.register, world.asked(world.operator), **said))
        assert made is not None
        house.settle()
        beheerder = world.enter(str(made["organisation"]), email)
        assert beheerder is not None
        organisation = Organisation(str(made["organisation"]), beheerder.neighbour)
        world.organisations.append(organisation)
        world.agree(organisation, TERMS["retention"])  # type: ignore[arg-type]
        assert world.register(organisation) is not None
    house.settle()
    leaver, held = world.register(world.organisations[0]), world.register(world.organisations[1])
    assert leaver is not None
    assert held is not None
    world.hold(60, held)
    world.save()
    world.leave(leaver)
    world.leave(held)
    house.settle()
    house.close()
    return world
