"""A rotation leaves no index that an older key answers for, whoever writes meanwhile and wherever it is killed (I6)."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import delete, update

from services.contracts.grounds import GROUNDS
from services.kernel.commands.unit import Store
from services.kernel.forgetting import reindexing
from services.kernel.keys import epochs
from services.kernel.keys.blinding import INDEX, category, version
from services.kernel.keys.keyring import Keyring
from services.kernel.keys.providers import FileKeys
from services.kernel.store import eventstore
from services.kernel.store.database import writing
from services.kernel.store.lease import Busy, lease
from tests.unit.kernel.conftest import Service, people

SCOPE = "o1"
ANNA, BEA = "anna@example.nl", "bea@example.nl"


class Killed(BaseException):
    """The process ended here."""


def replica(service: Service) -> Store:
    """The same service in another process."""
    ring = Keyring(service.keyring.engine, FileKeys(service.directory / "kek"), service.keyring.source)
    return Store(
        service.engine,
        ring,
        service.store.source,
        service.store.views,
        service.store._wake,
        maker=service.store._maker,
        grounds=GROUNDS,
    )


def written(service: Service) -> set[str]:
    return {row.email_index for row in service.rows(people)}


def by(store: Store, *emails: str) -> set[str]:
    [key] = store.keyring.index.existing()
    return {key.blind("email", email, SCOPE) for email in emails}


def seen(store: Store, email: str) -> bool:
    def look(index: tuple[str, ...]) -> str | None:
        with store.reading() as session:
            rows = session.execute(people.select().where(people.c.email_index.in_(index))).all()
        return rows[0].account if rows else None

    return store.keyring.index.seek(look, "email", email, SCOPE) is not None


def test_after_a_rotation_every_index_has_the_new_key_and_the_old_one_is_gone(service: Service) -> None:
    for number in range(7):
        service.invite(email=f"p{number}@example.nl")
    [old] = service.keyring.index.existing()
    reindexing.rotate(service.store, batch=3)

    [new] = service.keyring.index.existing()
    assert new.id != old.id
    assert written(service) == {new.blind("email", f"p{number}@example.nl", SCOPE) for number in range(7)}
    with service.keyring.engine.connect() as session:
        kept = session.execute(epochs.keys.select().where(epochs.keys.c.owner == INDEX)).all()
    assert [row.id for row in kept] == [new.id]


def test_a_process_that_knows_the_old_key_alone_finds_and_writes_by_the_new_one(service: Service) -> None:
    service.invite(email=ANNA)
    other = replica(service)
    assert seen(other, ANNA)
    reindexing.rotate(service.store)
    assert seen(other, ANNA)

    third = replica(service)
    assert seen(third, ANNA)
    reindexing.rotate(service.store)
    Service(third, third.keyring, service.signer, service.directory).invite(email=BEA)
    assert written(service) == by(service.store, ANNA, BEA)


def test_during_the_move_both_keys_find_and_only_the_new_one_writes(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    service.invite(email=ANNA)
    behind = replica(service)
    assert seen(behind, ANNA)

    def halfway(store: Store, key: Any, batch: int) -> None:
        for one in (service.store, behind, replica(service)):
            assert seen(one, ANNA)
            assert not seen(one, BEA)
        Service(behind, behind.keyring, service.signer, service.directory).invite(email=BEA)
        assert key.blind("email", BEA, SCOPE) in written(service)
        assert seen(service.store, BEA)
        moved(store, key, batch)

    moved = reindexing.move
    monkeypatch.setattr(reindexing, "move", halfway)
    reindexing.rotate(service.store)
    assert written(service) == by(service.store, ANNA, BEA)


@pytest.mark.parametrize(
    "step", ["bury", "move", "destroy_index", "scrub", "epochs.rotate", "provider.destroy", "in the move"]
)
def test_a_rotation_that_was_killed_is_done_whole_by_the_next(
    service: Service, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    for number in range(5):
        service.invite(email=f"p{number}@example.nl")
    before = written(service)

    def die(*_: object, **__: object) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        where: dict[str, tuple[object, str, Callable[..., None]]] = {
            "bury": (eventstore, "bury", die),
            "move": (reindexing, "move", die),
            "destroy_index": (service.keyring, "destroy_index", die),
            "scrub": (reindexing, "scrub", die),
            "epochs.rotate": (epochs, "rotate", die),
            "provider.destroy": (service.keyring._provider, "destroy", die),
            "in the move": (time, "sleep", die),
        }
        patched.setattr(*where[step])
        with pytest.raises(Killed):
            reindexing.rotate(service.store, batch=2)
    between = {key.id for key in service.keyring.index.existing()}

    other = replica(service)
    assert all(seen(other, f"p{number}@example.nl") for number in range(5)), "found between the crash and the next one"
    Service(other, other.keyring, service.signer, service.directory).invite(email=BEA)
    reindexing.rotate(other, batch=2)
    [key] = other.keyring.index.existing()
    assert key.id not in between, "whoever was erased between the two is answered for by no living key"
    assert not written(service) & before
    assert written(service) == by(other, BEA, *(f"p{number}@example.nl" for number in range(5)))


def test_who_left_or_changed_during_the_move_is_not_brought_back(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone, moved = service.invite(email=ANNA), service.invite(email=BEA)
    opened = service.keyring.open_many

    def meanwhile(values: Any) -> Any:
        with writing(service.engine) as session:
            session.execute(delete(people).where(people.c.account == gone))
            session.execute(update(people).where(people.c.account == moved).values(email_index=None))
        return opened(values)

    monkeypatch.setattr(service.keyring, "open_many", meanwhile)
    reindexing.rotate(service.store)
    assert [(row.account, row.email_index) for row in service.rows(people)] == [(moved, None)]


def test_a_value_whose_key_is_gone_has_no_index_any_more(service: Service) -> None:
    account = service.invite(email=ANNA)
    service.keyring.erase([f"account/{account}"])
    reindexing.rotate(service.store)
    assert written(service) == {None}


def test_views_of_an_older_copy_are_indexed_by_the_living_key_at_the_start(service: Service) -> None:
    service.invite(email=ANNA)
    old = written(service)
    reindexing.rotate(service.store)
    with writing(service.engine) as session:  # last week's copy comes back
        session.execute(update(people).values(email_index=old.pop()))
        session.execute(delete(eventstore.cursors).where(eventstore.cursors.c.name == reindexing.CURSOR))
        session.execute(delete(eventstore.erased))
    other = replica(service)
    assert not seen(other, ANNA)
    reindexing.settle(other)
    assert seen(other, ANNA)
    assert written(service) == by(other, ANNA)
    reindexing.settle(other)
    assert written(service) == by(other, ANNA)


def test_nothing_is_minted_where_nobody_is_looked_up(service: Service) -> None:
    reindexing.rotate(service.store)
    reindexing.settle(service.store)
    assert service.keyring.index.existing() == ()


def test_only_one_process_re_keys(service: Service) -> None:
    service.invite()
    before = written(service)
    with lease(service.keyring.engine, "rotation"):
        with pytest.raises(Busy):
            reindexing.rotate(replica(service))
        reindexing.settle(replica(service))
    assert written(service) == before


def test_versions_are_named_in_letters_as_categories_are() -> None:
    assert [category(n) for n in (1, 2, 12)] == ["index", "index_c", "index_bc"]
    assert all(version(category(n)) == n for n in (*range(1, 200), 36_500))
