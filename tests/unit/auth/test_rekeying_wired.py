"""People sign in, are invited and take names while the blind indexes get another key, and notice nothing (I6, I9)."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from services.auth.app import Auth
from services.kernel.commands.unit import Store
from services.kernel.decider import Refused
from services.kernel.forgetting import reindexing
from services.kernel.keys.blinding import IndexKey
from services.kernel.replaying import replay
from tests.unit.auth.world import GEMEENTE, PASSWORD, World

BEA = "bea@voorbeeld.example"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.close()


@pytest.fixture
def replica(world: World) -> Iterator[Auth]:
    """Another process of the same service."""
    other = Auth(world.auth.configuration, world.org)
    yield other
    other.engine.dispose()


def who(auth: Auth, token: str) -> Any:
    return auth.sign_ins.who(token=token)["session"]


def sign_in(auth: Auth, world: World, username: str = "sanne") -> str:
    return str(auth.sign_ins.sign_in(world.context(actor=""), username=username, password=PASSWORD)["token"])


def test_sessions_names_and_ids_outlive_a_rotation(world: World, replica: Auth) -> None:
    person = world.registered()
    tokens = [sign_in(world.auth, world), sign_in(replica, world)]
    for auth in (world.auth, replica):
        reindexing.rotate(auth.store)
        assert who(world.auth, tokens[0]) != who(replica, tokens[1])
        assert who(replica, tokens[0]) == who(world.auth, tokens[0])
        sign_in(world.auth, world)
        sign_in(replica, world)
        assert replica.people.pseudonym_of(account=person["account"], organisation=None)
        assert world.auth.people.pseudonym_of(account=person["account"], organisation=GEMEENTE)
    assert different(world.auth) == []


def test_what_was_taken_under_the_old_key_is_refused_under_the_new_one(
    world: World, replica: Auth, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.registered()
    world.invited(BEA)
    token = world.token(BEA)
    moved = reindexing.move

    def halfway(store: Store, key: IndexKey, batch: int) -> None:
        world.auth = replica  # which has seen the old key only
        refused(lambda: world.accepted(token, "Sanne"), "username_taken")
        refused(lambda: world.invited("sanne@voorbeeld.example"), "already_invited")
        world.accepted(token, "bea")
        me = world.signed_in("bea")
        refused(
            lambda: replica.people.correct_me(me, values={"email": "sanne@voorbeeld.example"}),
            "already_invited",
        )
        replica.people.correct_me(me, values={"email": "bea.anders@voorbeeld.example"})
        moved(store, key, batch)
        refused(lambda: world.invited("sanne@voorbeeld.example"), "already_invited")
        refused(lambda: world.invited("bea.anders@voorbeeld.example"), "already_invited")

    monkeypatch.setattr(reindexing, "move", halfway)
    reindexing.rotate(world.auth.store)
    refused(lambda: world.invited("bea.anders@voorbeeld.example"), "already_invited")
    sign_in(replica, world, "bea")
    assert different(replica) == []


@pytest.mark.searching
def test_traffic_goes_on_through_rotation_after_rotation(world: World, replica: Auth) -> None:
    for number in range(12):
        world.registered(f"p{number}@voorbeeld.example", f"person{number}")
    token, failed, rounds = sign_in(replica, world, "person0"), [], [0, 0]
    over = threading.Event()

    def traffic(me: int, auth: Auth) -> None:
        while not over.is_set():
            try:
                who(auth, token)
                name = f"new{me}{rounds[me]}@voorbeeld.example"
                auth.invitations.invite(world.beheerder(), organisation=GEMEENTE, email=name, role="member")
                refused(
                    lambda auth=auth, name=name: auth.invitations.invite(
                        world.beheerder(), organisation=GEMEENTE, email=name, role="member"
                    ),
                    "already_invited",
                )
                refused(
                    lambda auth=auth: auth.invitations.invite(
                        world.beheerder(), organisation=GEMEENTE, email="p3@voorbeeld.example", role="member"
                    ),
                    "already_invited",
                )
                if rounds[me] % 5 == 0:
                    sign_in(auth, world, f"person{rounds[me] % 12}")
                rounds[me] += 1
            except BaseException as error:  # noqa: BLE001 - told below, in the thread that can fail the test
                failed.append(error)
                return

    threads = [threading.Thread(target=traffic, args=pair) for pair in enumerate((world.auth, replica))]
    for thread in threads:
        thread.start()
    turning = Auth(world.auth.configuration, world.org)
    try:
        done = 0
        while not failed and (done < 4 or min(rounds) < 8):
            reindexing.rotate(turning.store, batch=4)
            done += 1
    finally:
        over.set()
        for thread in threads:
            thread.join()
    assert failed == []
    assert different(turning) == []
    turning.engine.dispose()


def test_a_list_is_paged_through_a_rotation(world: World) -> None:
    for number in range(5):
        world.registered(f"p{number}@voorbeeld.example", f"person{number}")
    names, after = [], ""
    while True:
        page = world.auth.people.members(world.beheerder(), organisation=GEMEENTE, after=after, limit=2)
        names += [item["email"] for item in page["items"]]
        if (after := page["next"]) is None:
            break
        reindexing.rotate(world.auth.store)
    assert sorted(names) == [f"p{number}@voorbeeld.example" for number in range(5)]


def test_a_stranger_is_not_forgiven_by_a_rotation(world: World) -> None:
    for _ in range(5):
        refused(lambda: sign_in(world.auth, world, "nobody"), "sign_in_failed")
    reindexing.rotate(world.auth.store)
    refused(lambda: sign_in(world.auth, world, "NoBody "), "throttled")


def refused(ask: Any, code: str) -> None:
    with pytest.raises(Refused) as no:
        ask()
    assert no.value.code == code


def different(auth: Auth) -> list[replay.Difference]:
    scratch = create_engine("sqlite://")
    tables = [table for view in auth.views for table in view.tables.sorted_tables]
    for table in tables:
        table.create(scratch)
    try:
        return replay.verify(auth.store, scratch, tables)
    finally:
        scratch.dispose()
