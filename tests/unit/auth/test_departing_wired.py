"""The people of an organisation that leaves are taken along on the record, and then erased, batch by batch (P06)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, select

from services.auth.app import departing
from services.auth.views import accounts, custom_values, looks, resets, restrictions, sessions, work
from services.contracts import auth
from services.contracts.facts import ORGANISATION
from services.contracts.retention import ErasureOrdered
from services.kernel.decider import Refused
from services.kernel.envelope import Envelope, Recorded
from services.kernel.replaying import replay
from services.kernel.signing.entry import Entry
from services.kernel.store import eventstore
from services.kernel.store.database import writing
from tests.unit.auth.world import GEMEENTE, PASSWORD, TERMS, World

OTHER = "9e0f7c7e-2a57-4c0e-9d0c-6f1a4f1b7a02"
VIEWS = (accounts, sessions, looks, restrictions, resets, custom_values)


def order(*excepted: str) -> Entry:
    """What the feed finds in the log."""
    event = ErasureOrdered(
        erasure=str(uuid4()),
        account="",
        organisation=GEMEENTE,
        scope=ORGANISATION,
        asked_in=4,
        services=("auth", "org", "audit", "retention"),
        excepted=excepted or None,
        at=datetime.now(UTC),
    )
    envelope = Envelope(
        id=str(uuid4()),
        source="/retention",
        type=event.type,
        subject=f"erasure/{event.erasure}",
        time=event.at,
        actor="system/retention",
        correlationid=str(uuid4()),
    )
    stream = f"erasure/{event.erasure}"
    return Entry(7, Recorded(envelope=envelope, event=event, sealed={}, index={}, stream=stream, version=1), b"")


def erased(world: World, entry: Entry) -> None:
    forgetting, store = world.auth.forgetting, world.auth.store
    forgetting.ahead(entry)
    with writing(store.engine) as session:
        forgetting.erase(store.follow(session, world.auth.own_context()), entry)


def told(world: World, kind: type[Any]) -> list[Any]:
    with world.auth.store.reading() as session:
        return [record.event for record in eventstore.everything(session) if isinstance(record.event, kind)]


def pseudonyms(world: World) -> dict[str, str]:
    """By invitation, everybody of whom auth has an account's row."""
    with world.auth.store.reading() as session:
        return {row.invitation: row.account for row in session.execute(select(accounts.accounts))}


def people(world: World, number: int) -> None:
    for n in range(number):
        world.registered(f"p{n}@voorbeeld.example", f"person{n}")


def of_another(world: World) -> str:
    world.org.terms[OTHER] = TERMS
    context = world.context(organisation=OTHER, role="beheerder")
    world.auth.invitations.invite(context, organisation=OTHER, email="vera@blijft.example", role="member")
    world.accepted(world.token("vera@blijft.example"), "vera.blijft")
    return "vera.blijft"


def rows(world: World) -> dict[str, int]:
    tables = [table for view in (*VIEWS, work) for table in view.tables.sorted_tables]
    with world.auth.store.reading() as session:
        return {table.name: len(session.execute(select(table)).all()) for table in tables}


@pytest.fixture
def leaves(world: World, monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Whether org says that something stands chosen."""
    said = {"stands": False}
    usual = world.org.call

    def call(service: str, method: str, args: Any, context: Any, timeout: float = 4.0) -> Any:
        if (service, method) == ("org", "leaving_stands"):
            return {"erasure": str(uuid4()), "choice": "return"} if said["stands"] else None
        return usual(service, method, args, context, timeout)

    monkeypatch.setattr(world.org, "call", call)
    return lambda stands: said.update(stands=stands)


def test_nobody_is_taken_along_while_nothing_stands_chosen(world, leaves):
    people(world, 1)
    with pytest.raises(Refused, match="leaving_not_chosen"):
        world.auth.departing.page(world.beheerder(), organisation=GEMEENTE, after="", limit=100)
    assert told(world, auth.DataViewed) == []


def test_each_page_is_one_look_at_those_who_are_on_it(world, leaves):
    people(world, 3)
    world.invited("later@voorbeeld.example")
    leaves(True)
    world.org.terms[GEMEENTE] = None
    beheerder = world.beheerder()
    first = world.auth.departing.page(beheerder, organisation=GEMEENTE, after="", limit=2)
    rest = world.auth.departing.page(beheerder, organisation=GEMEENTE, after=first["next"], limit=100)
    seen = told(world, auth.DataViewed)
    assert [len(look.people) for look in seen] == [2, 2]
    assert sorted(who for look in seen for who in look.people) == sorted(pseudonyms(world).values())
    assert rest["next"] is None
    items = [*first["items"], *rest["items"]]
    assert {(one["username"], one["email"], one["status"]) for one in items} == {
        *((f"person{n}", f"p{n}@voorbeeld.example", "open") for n in range(3)),
        (None, "later@voorbeeld.example", "invited"),
    }
    assert all("pseudonym" not in one and "password" not in one for one in items)


def test_everybody_goes_in_batches_and_it_is_completed_once(world, monkeypatch):
    monkeypatch.setattr(departing, "PEOPLE_A_BATCH", 2)
    people(world, 4)
    world.signed_in("person0")
    world.auth.resets.ask(world.context(actor=""), username="person1")
    world.auth.resets.mail_links()
    assert rows(world)["resets"] == 1
    world.invited("later@voorbeeld.example")
    stays = of_another(world)
    world.signed_in(stays)
    before = pseudonyms(world)
    entry = order()
    for _ in range(2):  # repeated, it is the same
        erased(world, entry)

    batches = told(world, auth.PeopleErased)
    assert [len(batch.people) for batch in batches] == [2, 2, 1]
    [done] = told(world, auth.ErasureCompleted)
    assert (done.scope, done.account, done.remaining) == (ORGANISATION, "", 0)
    assert done.keys == sum(batch.keys for batch in batches) > 0
    assert done.rows == sum(batch.rows for batch in batches) > 0
    gone = [who for batch in batches for who in batch.people]
    assert world.auth.keyring.living({f"account/{who}" for who in gone}) == 0
    assert rows(world) == dict.fromkeys(rows(world), 0) | {"accounts": 1, "sessions": 1}
    assert set(before.values()) - set(gone) == set(pseudonyms(world).values())
    assert world.signed_in(stays).organisation == OTHER
    assert differences(world) == []


def test_who_has_many_sessions_makes_a_batch_smaller(world, monkeypatch):
    monkeypatch.setattr(departing, "OWNERS_A_BATCH", 3)
    people(world, 3)
    for _ in range(4):
        world.signed_in("person1")
    erased(world, order())
    batches = [one.people for one in told(world, auth.PeopleErased)]
    assert sum(len(batch) for batch in batches) == 3
    assert len(batches) > 1
    assert rows(world)["sessions"] == 0


def test_a_crash_between_two_batches_goes_on_from_there(world, monkeypatch):
    monkeypatch.setattr(departing, "PEOPLE_A_BATCH", 2)
    people(world, 5)
    entry, batch = order(), world.auth.departing._batch
    done: list[int] = []

    def dies(*args: Any) -> None:
        if len(done) == 1:
            raise OSError("killed")
        done.append(1)
        batch(*args)

    monkeypatch.setattr(world.auth.departing, "_batch", dies)
    with pytest.raises(OSError, match="killed"):
        world.auth.forgetting.ahead(entry)
    assert (len(told(world, auth.PeopleErased)), differences(world)) == (1, [])
    monkeypatch.undo()
    erased(world, entry)
    gone = [who for one in told(world, auth.PeopleErased) for who in one.people]
    assert len(gone) == len(set(gone)) == 5
    [completed] = told(world, auth.ErasureCompleted)
    assert completed.keys == sum(one.keys for one in told(world, auth.PeopleErased))


def test_who_is_held_is_closed_and_kept(world):
    people(world, 3)
    world.signed_in("person1")
    with world.auth.store.reading() as session:
        row = accounts.by_username(session, world.auth.keyring.index.blinds("username", "person1"))
    assert row is not None
    held = row.account
    entry = order(held)
    erased(world, entry)
    [closed] = told(world, auth.AccountClosed)
    assert (closed.account, closed.closed_by) == (held, f"organisation/{GEMEENTE}")
    assert closed.erasure != entry.record.event.erasure
    assert world.auth.keyring.living({f"account/{held}"}) > 0
    with pytest.raises(Refused, match="sign_in_failed"):
        world.signed_in("person1")
    assert list(pseudonyms(world).values()) == [held]


def test_who_had_asked_before_is_left_to_their_own_erasure(world):
    people(world, 2)
    world.auth.closing.close_me(world.signed_in("person0"))
    erased(world, order())
    [closed] = told(world, auth.AccountClosed)
    assert closed.account not in [who for one in told(world, auth.PeopleErased) for who in one.people]
    assert world.auth.keyring.living({f"account/{closed.account}"}) > 0


def test_after_the_order_nobody_comes_in(world):
    world.invited("later@voorbeeld.example")
    token = world.token("later@voorbeeld.example")
    with writing(world.auth.store.engine) as session:
        eventstore.bury(session, [f"organisation/{GEMEENTE}"])
    for attempt in (
        lambda: world.accepted(token, "later"),
        lambda: world.invited("nog.iemand@voorbeeld.example"),
    ):
        with pytest.raises(Refused, match="organisation_left"):
            attempt()
    assert told(world, auth.UserRegistered) == []


def test_a_session_does_not_begin_while_its_organisation_goes(world):
    people(world, 1)
    with writing(world.auth.store.engine) as session:
        eventstore.bury(session, [f"organisation/{GEMEENTE}"])
    with pytest.raises(Refused, match="organisation_left"):
        world.auth.sign_ins.sign_in(world.context(actor=""), username="person0", password=PASSWORD)


def differences(world: World) -> list[Any]:
    """Between the views and their replay (I5)."""
    scratch = create_engine("sqlite://")
    tables = [table for view in VIEWS for table in view.tables.sorted_tables]
    for table in tables:
        table.create(scratch)
    found = replay.verify(world.auth.store, scratch, tables)
    scratch.dispose()
    return list(found)
