"""An erasure asked for twice, by a stranger, of nobody or of somebody erased: a clear no, and nothing half done."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from services.kernel.decider import Refused
from tests.unit.auth.test_categories_wired import completions, ordered
from tests.unit.auth.world import GEMEENTE, World


def refused(code: str) -> pytest.RaisesExc[Refused]:
    return pytest.raises(Refused, match=f"^{code}$")


def test_an_account_is_closed_once(world: World) -> None:
    world.registered()
    me = world.signed_in()
    world.auth.closing.close_me(me)
    told = world.told()

    with refused("account_closed"):
        world.auth.closing.close_me(me)
    assert world.told() == told


def test_nobody_closes_an_account_of_another_organisation(world: World) -> None:
    said = world.registered()
    elsewhere = str(uuid4())
    told = world.told()

    with refused("not_found"):
        stranger = replace(world.beheerder(), organisation=elsewhere)
        world.auth.closing.remove(stranger, organisation=elsewhere, account=said["account"])
    assert world.told() == told


def test_nobody_is_nobody(world: World) -> None:
    with refused("not_found"):
        world.auth.closing.remove(world.beheerder(), organisation=GEMEENTE, account=str(uuid4()))
    with refused("account_unknown"):
        world.auth.closing.close_me(world.context(actor=f"account/{uuid4()}"))
    with refused("not_found"):
        world.auth.invitations.withdraw(world.beheerder(), organisation=GEMEENTE, invitation=str(uuid4()))
    assert world.told() == []


def test_whoever_was_erased_is_nobody_any_more(world: World) -> None:
    said = world.registered()
    me = world.signed_in()
    ordered(world, me.actor.partition("/")[2], None)
    told = world.told()

    with refused("not_found"):
        world.auth.closing.remove(world.beheerder(), organisation=GEMEENTE, account=said["account"])
    with refused("erased"):
        world.auth.people.correct_me(me, values={"first_name": "Anna"})
    with refused("account_unknown"):
        world.auth.people.pseudonym_of(account=said["account"], organisation=GEMEENTE)
    assert world.told() == told
    assert [done.remaining for done in completions(world)] == [0]
