"""A service records a hand-over once, of the key that holds, to one that agreed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from services.contracts.auth import SigningKeyHandedOver
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.signing.handing_over import HandingOver, HandOver, decider
from services.kernel.signing.note import Signer
from services.kernel.signing.succession import agreement
from services.kernel.store import eventstore
from tests.examples import auth
from tests.given import given
from tests.unit.kernel.conftest import NOON, Service

NAME = "log.example/auth"
FIRST, SECOND, THIRD = (Signer(NAME, bytes([n]) * 32) for n in (1, 2, 3))
PINNED = FIRST.verifier.vkey


def command(old: Signer, new: Signer) -> HandOver:
    proof = agreement("/auth", old.verifier, new)
    return HandOver(pinned=PINNED, old=old.verifier.vkey, vkey=new.verifier.vkey, proof=proof, at=NOON)


def handed(old: Signer, new: Signer) -> SigningKeyHandedOver:
    said = command(old, new)
    return auth.signing_key_handed_over(old=said.old, vkey=said.vkey, proof=said.proof, at=NOON)


def test_the_pinned_key_hands_over_first_and_then_whoever_holds() -> None:
    table = decider(SigningKeyHandedOver)
    given(table).when(command(FIRST, SECOND)).then(handed(FIRST, SECOND))
    given(table, handed(FIRST, SECOND)).when(command(SECOND, THIRD)).then(handed(SECOND, THIRD))


def test_again_it_changes_nothing() -> None:
    given(decider(SigningKeyHandedOver), handed(FIRST, SECOND)).when(command(FIRST, SECOND)).then()
    given(decider(SigningKeyHandedOver)).when(command(SECOND, FIRST)).then()


@pytest.mark.parametrize(("old", "new"), [(FIRST, THIRD), (SECOND, FIRST), (THIRD, FIRST)])
def test_who_does_not_hold_hands_nothing_over_and_nobody_comes_back(old: Signer, new: Signer) -> None:
    given(decider(SigningKeyHandedOver), handed(FIRST, SECOND)).when(command(old, new)).refused("conflict")


def test_it_is_an_event_of_the_services_own(make_service: Callable[..., Service]) -> None:
    service = make_service("auth")
    handing = HandingOver(service.store, PINNED, SigningKeyHandedOver)
    assert handing.holder() == {"holder": PINNED}
    context = Context(actor="system/cli", correlation="c1")
    said: dict[str, Any] = {"old": PINNED, "vkey": SECOND.verifier.vkey}
    with pytest.raises(Refused, match="invalid"):
        handing.hand_over(context, **said, proof=agreement("/org", FIRST.verifier, SECOND))
    assert service.lines() == []
    for _ in range(2):
        handing.hand_over(context, **said, proof=agreement("/auth", FIRST.verifier, SECOND))
    [line] = service.lines()
    record = eventstore.parse(line)
    assert (record.stream, record.envelope.type) == ("signing/auth", SigningKeyHandedOver.type)
    assert handing.holder() == {"holder": SECOND.verifier.vkey}
