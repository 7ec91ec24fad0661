"""One category of a person goes and the person stays: nothing of it is shown, found or taken again (P06, I6)."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from sqlalchemy import create_engine

from services.auth.app import Auth
from services.auth.views import accounts, invited
from services.contracts import auth
from services.contracts.facts import CATEGORY, PERSON
from services.contracts.privacy import Category
from services.contracts.retention import ErasureOrdered
from services.kernel.decider import Refused
from services.kernel.envelope import Envelope, Recorded
from services.kernel.event import personal_fields
from services.kernel.replaying import replay
from services.kernel.signing.entry import Entry
from services.kernel.store import eventstore
from services.kernel.store.database import writing
from tests.unit.auth.world import GEMEENTE, PASSWORD, World

VIEWS = Auth.views


def ordered(world: World, account: str, category: Category | None) -> None:
    """What the feed does with an order that it finds in the log: for one category, or for the person."""
    order = ErasureOrdered(
        erasure=str(uuid4()),
        account=account,
        organisation=GEMEENTE,
        scope=f"{CATEGORY}{category}" if category else PERSON,
        asked_in=4,
        services=("auth",),
        at=datetime.now(UTC),
    )
    envelope = Envelope(
        id=str(uuid4()),
        source="/retention",
        type=order.type,
        subject=f"erasure/{order.erasure}",
        time=order.at,
        actor="system/retention",
        correlationid=str(uuid4()),
    )
    stream = f"erasure/{order.erasure}"
    entry = Entry(7, Recorded(envelope=envelope, event=order, sealed={}, index={}, stream=stream, version=1), b"")
    forgetting, store = world.auth.forgetting, world.auth.store
    for _ in range(2):  # repeated, it is the same
        forgetting.destroy_keys(order)
        with writing(store.engine) as session:
            forgetting.erase(store.follow(session, world.auth.own_context()), entry)


def completions(world: World) -> list[auth.ErasureCompleted]:

    with world.auth.store.reading() as session:
        told = [record.event for record in eventstore.everything(session)]
    return [event for event in told if isinstance(event, auth.ErasureCompleted)]


def differences(world: World) -> list[replay.Difference]:
    scratch = create_engine("sqlite://")
    for view in VIEWS:
        view.tables.create_all(scratch)
    tables = [table for view in VIEWS for table in view.tables.sorted_tables]
    return replay.verify(world.auth.store, scratch, tables)


def test_what_went_is_shown_empty_and_all_else_stays(world: World) -> None:
    world.registered()
    me = world.signed_in()
    ordered(world, me.actor.partition("/")[2], Category.NAME)

    shown = world.auth.people.me(me)
    assert (shown["first_name"], shown["infix"], shown["last_name"]) == (None, None, None)
    assert (shown["username"], shown["email"]) == ("sanne", "sanne@voorbeeld.example")
    [done] = completions(world)
    assert (done.scope, done.keys, done.rows, done.remaining) == ("category/name", 1, 1, 0)
    assert differences(world) == []


def test_no_key_is_minted_again_so_a_new_value_is_refused_and_others_are_taken(world: World) -> None:
    world.registered()
    me = world.signed_in()
    ordered(world, me.actor.partition("/")[2], Category.NAME)

    with pytest.raises(Refused, match=r"^erased$"):
        world.auth.people.correct_me(me, values={"first_name": "Anna"})
    world.auth.people.correct_me(me, values={"email": "anna@voorbeeld.example"})
    assert world.auth.people.me(me)["email"] == "anna@voorbeeld.example"
    assert differences(world) == []


def test_an_address_that_went_finds_nobody_and_takes_its_mail_along(world: World) -> None:
    world.invited()
    with world.auth.store.reading() as session:
        [row] = invited.all_in(session, GEMEENTE, "", 2)
    ordered(world, row.account, Category.EMAIL)

    world.auth.mailer.send_due()
    assert world.auth.mailer.shown(None) == []
    world.invited()
    [done] = completions(world)
    assert (done.keys, done.rows, done.remaining) == (1, 2, 0)
    assert differences(world) == []


def test_who_has_no_sign_in_data_signs_in_no_more(world: World) -> None:
    world.registered()
    me = world.signed_in()
    ordered(world, me.actor.partition("/")[2], Category.CREDENTIALS)

    with pytest.raises(Refused, match=r"^sign_in_failed$"):
        world.auth.sign_ins.sign_in(world.context(actor=""), username="sanne", password=PASSWORD)
    assert differences(world) == []


def test_every_personal_field_of_an_account_goes_with_its_category() -> None:
    columns = set(accounts.accounts.columns.keys())
    for event in (auth.PersonInvited, auth.UserRegistered, auth.PersonalDataCorrected, auth.PasswordChanged):
        for name, mark in personal_fields(event).items():
            assert name in columns
            assert name in accounts.BY_CATEGORY[Category(mark.category)]
    for indexed in accounts.INDEXED:
        for index, name in indexed.columns.items():
            assert any(index in one and name in one for one in accounts.BY_CATEGORY.values())
