"""Who signs in hears which statement is in force, and is never kept out for it (P14)."""

from __future__ import annotations

from typing import Any

import pytest

from services.auth.app import PATIENCE
from services.kernel.calls.rpc import Unavailable
from tests.unit.auth.world import GEMEENTE, PASSWORD, World


def sign_in(world: World) -> dict[str, Any]:
    return world.auth.sign_ins.sign_in(world.context(actor=""), username="sanne", password=PASSWORD)


def test_signing_in_tells_the_version_and_whether_it_was_acknowledged(world: World) -> None:
    world.registered()
    assert sign_in(world)["statement"] == {"version": 2, "acknowledged": False}


def test_org_is_asked_for_the_person_who_signed_in_and_not_for_long(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.registered()
    asked: list[tuple[Any, ...]] = []
    answering = world.org.call

    def call(service: str, method: str, args: Any, context: Any, timeout: float = 4.0) -> Any:
        asked.append((method, args, timeout))
        return answering(service, method, args, context, timeout)

    monkeypatch.setattr(world.org, "call", call)
    token = sign_in(world)["token"]
    pseudonym = world.auth.sign_ins.who(token=token)["pseudonym"]
    assert asked[-1] == ("statement_seen", {"organisation": GEMEENTE, "account": pseudonym}, PATIENCE)


def test_nobody_is_kept_out_because_org_does_not_say(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.registered()
    answering = world.org.call

    def call(service: str, method: str, *rest: Any) -> Any:
        if method == "statement_seen":
            raise Unavailable("org")
        return answering(service, method, *rest)

    monkeypatch.setattr(world.org, "call", call)
    said = sign_in(world)
    assert said["statement"] is None
    assert world.auth.sign_ins.who(token=said["token"])["role"] == "member"
