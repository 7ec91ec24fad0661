"""Mail that goes nowhere, in development, is forgotten with whom it was for (P06)."""

from __future__ import annotations

from tests.unit.auth.world import World


def test_mail_is_shown_as_long_as_there_are_keys_of_whom_it_is_for(world: World) -> None:
    for email in ("sanne@voorbeeld.example", "noor@voorbeeld.example"):
        world.invited(email)
    token = world.token("sanne@voorbeeld.example")
    sanne = world.accepted(token, "sanne")
    whose = world.auth.people.pseudonym_of(account=sanne["account"], organisation=None)["pseudonym"]

    world.auth.keyring.erase([f"account/{whose}"])

    assert [mail["to"] for mail in world.auth.mailer.shown(None)] == ["noor@voorbeeld.example"]
    assert world.auth.mailer.shown("sanne@voorbeeld.example") == []
