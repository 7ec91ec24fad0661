"""What rests sealed is seen to, and one value that does not is found wherever it lies (P18)."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import select, update

from services.auth.views import accounts
from services.kernel.commands.unit import Store
from services.kernel.store import eventstore
from services.kernel.store.database import writing
from services.kernel.sweep import resting
from tests.examples.auth import person_invited
from tests.rules.test_every_view import made, story, tell

SERVICES = ("auth", "org", "audit", "retention")


def filled(service: str, directory: Path) -> Store:
    store = made(service, directory)
    for event in story(service):
        if not event.type.endswith("ErasureCompleted.v1"):
            tell(store, event)
    return store


def close(store: Store) -> None:
    store.engine.dispose()
    store.keyring._engine.dispose()


@pytest.mark.parametrize("service", SERVICES)
def test_of_every_service_there_is_something_to_look_at_and_none_of_it_is_bare(service: str, tmp_path: Path) -> None:
    store = filled(service, tmp_path)
    found = resting.look(store)
    close(store)
    assert found.bare == 0
    assert found.events > 0
    assert found.values > 0


def test_a_value_that_is_bare_in_an_event_or_beside_sealed_ones_is_found(tmp_path: Path) -> None:
    store = made("auth", tmp_path)
    for number in range(3):
        person = {"account": str(uuid4()), "invitation": str(uuid4()), "token_digest": f"{number}" * 64}
        tell(store, person_invited(**person))
    before = resting.look(store)
    events = eventstore.events
    with writing(store.engine) as session:
        row = session.execute(select(events).order_by(events.c.position)).first()
        sealed = eventstore.parse(row.line).sealed["email"]
        mine = accounts.accounts.c.email == sealed
        session.execute(update(accounts.accounts).where(mine).values(email="sanne@voorbeeld.example"))
    assert (before.bare, resting.look(store).bare) == (0, 1)
    with writing(store.engine) as session:
        line = bytes(row.line).replace(sealed.encode(), b"sanne@voorbeeld.example")
        session.execute(update(events).where(events.c.id == row.id).values(line=line))
    found = resting.look(store)
    assert (found.bare, found.events, found.values) == (2, before.events, before.values)
    close(store)


@pytest.mark.parametrize(
    "value",
    [
        "sanne",
        "s1:",
        "s1:k:auth.PersonInvited.v1:email:sanne@voorbeeld.example",
        "s1:k:t:f:" + "A" * 37,
        "S1:k:t:f:" + "A" * 40,
    ],
)
def test_what_only_looks_sealed_is_not(value: str) -> None:
    assert not resting.SEALED.match(value)
    assert resting.SEALED.match("s1:k:t:f:" + "A" * 38 + "==")
