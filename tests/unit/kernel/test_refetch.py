"""A store that is older than the log comes back whole from it: same bytes, same views, wherever the way back ends."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from services.contracts.grounds import GROUNDS
from services.contracts.privacy import Role
from services.kernel.calls.rpc import Unavailable
from services.kernel.commands.unit import Store
from services.kernel.following import refetch
from services.kernel.following.refetch import Diverged, Refetch
from services.kernel.keys.keyring import Keyring
from services.kernel.keys.providers import FileKeys
from services.kernel.relaying.outbox import Fenced, Outbox
from services.kernel.replaying.rebuilding import Rebuilding, must_rebuild
from services.kernel.signing.entry import Reader
from services.kernel.store import eventstore
from services.kernel.store.database import sqlite, writing
from services.kernel.store.eventstore import cursors, erased, events, relay_state
from services.kernel.store.wake import Wake
from tests.unit.kernel.conftest import MAKER, People, Service, people, tables as shown


class Shown(People):
    """As a module of views is: what projects, and its tables."""

    tables = shown


class OneSeed:
    def __init__(self, service: Service) -> None:
        self.name = service.signer.name
        self._signer = service.signer

    def of(self, _: str | None) -> Any:
        return self._signer


class World:
    """One service, the log of what its relay gave, and copies of its store. `patience`: answers until the log ends."""

    def __init__(self, service: Service) -> None:
        self.service, self.notes, self.told = service, list[bytes](), list[tuple[int, int]]()
        self.outbox = Outbox(service.engine, OneSeed(service))
        self.outbox.begin()
        self.patience = 10_000

    def integrate(self) -> None:
        self.notes += [one.note for one in self.outbox.number(1000)]
        self.outbox.integrated(len(self.notes))

    def copy(self, name: str) -> Service:
        """A copy of the store as it is now, with the living keyring."""
        directory = self.service.directory.with_name(name)
        directory.mkdir()
        with closing(sqlite3.connect(self.service.directory / "data.sqlite3")) as session:
            session.execute("vacuum into ?", (str(directory / "data.sqlite3"),))
        return self._beside(directory)

    def empty(self, name: str) -> Service:
        directory = self.service.directory.with_name(name)
        directory.mkdir()
        made = self._beside(directory)
        eventstore.tables.create_all(made.engine)
        shown.create_all(made.engine)
        return made

    def _beside(self, directory: Path) -> Service:
        keys = sqlite(self.service.directory / "keys.sqlite3")
        ring = Keyring(keys, FileKeys(self.service.directory / "kek"), "/auth")
        engine = sqlite(directory / "data.sqlite3")
        store = Store(
            engine, ring, "auth", [Shown], Wake(engine, directory, "auth-relay"), maker=MAKER, grounds=GROUNDS
        )
        return Service(store, ring, self.service.signer, directory)

    def fetch(self, after: int, limit: int) -> Mapping[str, Any]:
        self.patience -= 1
        if self.patience < 0:
            raise Unavailable("audit")
        some = enumerate(self.notes[after : after + limit], start=after)
        return {"entries": [{"index": n, "note": note.decode()} for n, note in some], "handovers": 0}

    def way_back(self, of: Service) -> Refetch:
        reader = Reader({"/auth": of.signer.verifier})
        return Refetch(of.store, reader, self.fetch, lambda *said: self.told.append(said), Rebuilding(of.store, Own()))


class Own:
    def drop(self, _: Any, __: str) -> int:
        return 0


@pytest.fixture
def world(service: Service, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(refetch, "BATCH", 3)
    return World(service)


def stored(of: Service) -> list[tuple[Any, ...]]:
    e = events.c
    with of.store.reading() as session:
        asked = select(e.sequence, e.id, e.stream, e.version, e.type, e.line).order_by(e.sequence)
        return [tuple(row) for row in session.execute(asked)]


def work(world: World) -> list[str]:
    accounts = [world.service.invite(email=f"p{n}@example.nl") for n in range(4)]
    for account in accounts[:2]:
        world.service.promote(account, Role.BEHEERDER)
    return accounts


def whole(world: World, back: Service) -> None:
    assert stored(back) == stored(world.service)
    assert sorted(back.rows(people)) == sorted(world.service.rows(people))
    assert [row for row in back.rows(cursors) if row.name.startswith("store-")] == []
    [state] = back.rows(relay_state)
    assert (state.last, state.integrated) == (len(world.notes), len(world.notes))


def test_a_deleted_store_comes_back_with_its_numbers_versions_and_bytes(world: World) -> None:
    work(world)
    world.integrate()
    back = world.empty("back")

    world.way_back(back).turn()

    whole(world, back)
    assert world.told == [(0, 6)]


def test_an_older_copy_takes_what_came_after_it(world: World) -> None:
    accounts = work(world)
    world.integrate()
    world.service.promote(accounts[2], Role.BEHEERDER)
    back = world.copy("back")  # with an event that has no number in it yet
    world.service.promote(accounts[3], Role.BEHEERDER)
    work(world)
    world.integrate()

    world.way_back(back).turn()

    whole(world, back)
    assert world.told == [(6, 14)]


def test_a_store_that_lacks_nothing_is_left_alone(world: World) -> None:
    work(world)
    back = world.copy("back")
    world.integrate()
    now = world.copy("now")
    with writing(now.engine) as session:
        session.execute(relay_state.update().values(integrated=0))

    world.way_back(now).turn()
    assert (world.told, [row.term for row in now.rows(relay_state)]) == ([], [1])

    world.way_back(back).turn()
    whole(world, back)


@pytest.mark.parametrize("answers", range(6))
def test_wherever_the_way_back_ends_the_next_start_goes_on(world: World, answers: int) -> None:
    work(world)
    work(world)
    world.integrate()
    back = world.empty("back")
    world.patience = answers

    if answers < 5:
        with pytest.raises(Unavailable):
            world.way_back(back).turn()
        with Outboxed(back) as outbox:
            assert outbox.number(10) == []
    world.patience = 10_000
    world.way_back(back).turn()

    whole(world, back)
    assert world.told[0] == (0, 12)


class Outboxed:
    """A relay's outbox on a store that is still coming back; what waits there must get no number."""

    def __init__(self, of: Service) -> None:
        self.of = of

    def __enter__(self) -> Outbox:
        line = b'{"specversion":"1.0"}'
        with writing(self.of.engine) as session:
            if not [row for row in self.of.rows(cursors) if row.name == eventstore.FETCHING]:
                session.execute(insert(cursors).values(name=eventstore.FETCHING, after=0))
            row = {"id": "later", "stream": "s", "version": 1, "type": "t", "line": line}
            session.execute(insert(events).values(row))
        outbox = Outbox(self.of.engine, OneSeed(self.of))
        outbox.begin()
        return outbox

    def __exit__(self, *_: object) -> None:
        with writing(self.of.engine) as session:
            session.execute(events.delete().where(events.c.id == "later"))


def test_a_relay_that_has_its_turn_begins_a_new_one(world: World) -> None:
    work(world)
    back = world.copy("back")
    world.integrate()
    outbox = Outbox(back.engine, OneSeed(back))
    outbox.begin()
    outbox.hold()

    world.way_back(back).turn()

    with pytest.raises(Fenced):
        outbox.hold()
    with pytest.raises(Fenced):
        outbox.number(10)


def test_whoever_was_erased_since_leaves_a_tombstone_and_no_blind_index(world: World) -> None:
    accounts = work(world)
    world.integrate()
    back = world.copy("back")
    world.service.keyring.erase([f"account/{accounts[0]}"])
    with writing(back.engine) as session:
        must_rebuild(session)

    world.way_back(back).turn()

    assert [row.owner for row in back.rows(erased)] == [f"account/{accounts[0]}"]
    indexes = {row.account: row.email_index for row in back.rows(people)}
    assert indexes.pop(accounts[0]) is None
    assert None not in indexes.values()


def test_a_store_that_went_its_own_way_is_not_joined(world: World) -> None:
    accounts = work(world)
    world.integrate()
    back = world.copy("back")
    world.service.promote(accounts[2], Role.BEHEERDER)
    world.integrate()
    back.promote(accounts[2], Role.AUDITOR)
    before = stored(back)

    with pytest.raises(Diverged):
        world.way_back(back).turn()

    assert stored(back) == before


def test_what_another_signed_is_not_taken(world: World, make_service: Callable[..., Service]) -> None:
    work(world)
    world.integrate()
    back = world.empty("back")
    forger = make_service("org").signer
    world.notes[4] = forger.sign(world.notes[4].split(b"\n", 1)[0] + b"\n")

    with pytest.raises(Diverged):
        world.way_back(back).turn()

    assert len(stored(back)) == 3


def test_it_waits_for_the_log_until_it_is_stopped(world: World) -> None:
    world.patience = 0
    stop = threading.Event()
    threading.Timer(0.3, stop.set).start()

    world.way_back(world.service).run(stop)

    assert world.told == []


def test_a_store_that_ends_below_where_the_log_begins_is_not_made_up(world: World) -> None:
    work(world)
    world.integrate()
    whole_copy, empty = world.copy("copy"), world.empty("empty")
    whole = world.fetch
    world.fetch = lambda *asked: {**whole(*asked), "first": 4}  # type: ignore[method-assign]
    with pytest.raises(Diverged, match="below number 4, this store ends at 0"):
        world.way_back(empty).turn()
    assert stored(empty) == []
    world.way_back(whole_copy).turn()
    assert stored(whole_copy) == stored(world.service)
