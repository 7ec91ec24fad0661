"""An organisation whose first Beheerder did not come in time is not locked out: the operator asks anew (P02, P06)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.auth.app import invitations
from services.contracts.privacy import Role
from services.kernel.context import Context
from services.kernel.decider import Refused
from tests.unit.auth.world import GEMEENTE, MAKER, World

BEA, BORIS = "bea@voorbeeld.example", "boris@voorbeeld.example"
NOBODYS = "0f6d3c1e-6a1f-4a53-9a54-0d4e5c5b7a01"


def operator(world: World, **more: Any) -> Context:
    return world.context(role=Role.OPERATOR, organisation=MAKER, **more)


def refused(code: str) -> pytest.RaisesExc[Refused]:
    return pytest.raises(Refused, match=f"^{code}$")


def first(world: World, email: str = BEA) -> str:
    world.auth.invitations.invite_first_beheerder(world.context(actor="system/org"), organisation=GEMEENTE, email=email)
    return world.token(email)


def again(world: World, email: str = BEA, organisation: str = GEMEENTE, **more: Any) -> Any:
    asked = {"organisation": organisation, "emails": [email], "role": Role.BEHEERDER}
    return world.auth.invitations.invite_many(operator(world, **more), **asked)


def test_who_did_not_come_in_time_is_invited_again_at_an_address_that_is_said_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(invitations, "VALID", timedelta(seconds=-1))
        late = first(world)
    world.auth.invitations.expire()
    with refused("invitation_expired"):
        world.accepted(late, "bea")

    again(world)

    assert world.accepted(world.token(BEA), "bea")["role"] == "beheerder"


@pytest.mark.parametrize("before", [BORIS, BEA], ids=["a wrong address", "the same address"])
def test_what_was_sent_before_is_no_way_in_any_more_and_what_was_kept_is_erased(world: World, before: str) -> None:
    wrong = first(world, before)

    again(world)

    with refused("invitation_used"):
        world.accepted(wrong, "boris")
    assert world.told().count("InvitationWithdrawn") == 1
    assert world.accepted(world.token(BEA), "bea")["role"] == "beheerder"


def test_once_somebody_came_in_an_operator_invites_nobody(world: World) -> None:
    world.accepted(first(world), "bea")

    with refused("beheerder_there"):
        again(world, BORIS)
    assert world.told().count("PersonInvited") == 1


def test_the_same_again_under_one_key_is_one_invitation(world: World) -> None:
    answers = [again(world, idempotency="k", digest="k") for _ in range(2)]

    assert answers[0] == answers[1]
    assert world.told().count("PersonInvited") == 1


@pytest.mark.parametrize("organisation", [MAKER, NOBODYS])
def test_the_maker_and_what_was_never_registered_have_no_beheerder_to_invite(world: World, organisation: str) -> None:
    with refused("not_found"):
        again(world, organisation=organisation)
    assert world.told() == []
