"""What a person fills in of their organisation's own fields is theirs, and goes with them or with the field (P05)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from services.auth.app import custom_fields
from services.auth.domain import custom_field
from services.auth.views import custom_values
from services.contracts.org import CustomFieldRetired, FieldKind
from services.contracts.privacy import Category
from services.contracts.retention import ErasureCleared
from services.kernel.codec import moment
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.envelope import Envelope, Recorded
from services.kernel.signing.entry import Entry
from services.kernel.store.database import writing
from tests.unit.auth.test_categories_wired import completions, differences, ordered
from tests.unit.auth.world import GEMEENTE, World

TEAM, SIZE = str(uuid4()), str(uuid4())


def refused(code: str) -> pytest.RaisesExc[Refused]:
    return pytest.raises(Refused, match=f"^{code}$")


@pytest.fixture
def me(world: World) -> Context:
    world.org.fields = {
        TEAM: {"kind": "choice", "choices": ["Noord", "Zuid"]},
        SIZE: {"kind": "number", "choices": []},
    }
    world.registered()
    return world.signed_in()


def fill(world: World, me: Context, field: str, value: str | None) -> list[str]:
    return list(world.auth.custom_fields.set_mine(me, field=field, value=value)["events"])


def shown(world: World, me: Context) -> dict[str, str]:
    return dict(world.auth.people.me(me)["fields"])


def keys(world: World) -> int:
    return world.auth.keyring.living(f"custom_value/{one}" for one in ids(world))


def ids(world: World) -> list[str]:
    with world.auth.store.reading() as session:
        return list(session.execute(select(custom_values.values.c.custom_value)).scalars())


def retired(world: World, field: str) -> None:
    """What the feed does with a retirement that it finds in the log."""
    event = CustomFieldRetired(field=field, organisation=GEMEENTE, at=datetime.now(UTC))
    envelope = Envelope(
        id=str(uuid4()),
        source="/org",
        type=event.type,
        subject=f"field/{field}",
        time=event.at,
        actor="account/b0",
        correlationid=str(uuid4()),
    )
    entry = Entry(9, Recorded(envelope=envelope, event=event, sealed={}, index={}, stream="f", version=3), b"")
    for _ in range(2):  # repeated, it is the same
        world.auth.before(entry)
        with writing(world.auth.store.engine) as session:
            world.auth.handle(world.auth.store.follow(session, world.auth.own_context()), entry)


def test_a_value_is_filled_in_changed_emptied_and_shown_to_its_owner(world: World, me: Context) -> None:
    assert shown(world, me) == {}
    assert len(fill(world, me, TEAM, "Noord")) == 1
    assert fill(world, me, TEAM, "Noord") == []
    fill(world, me, SIZE, "44.5")
    fill(world, me, TEAM, "Zuid")
    assert shown(world, me) == {TEAM: "Zuid", SIZE: "44.5"}
    told = world.auth.own_data.everything(me)["fields"]
    assert {one["field"]: one["value"] for one in told} == {TEAM: "Zuid", SIZE: "44.5"}

    fill(world, me, SIZE, None)
    assert shown(world, me) == {TEAM: "Zuid"}
    assert differences(world) == []


def test_where_org_says_no_nothing_is_written(world: World, me: Context) -> None:
    told = world.told()
    with refused("not_found"):
        fill(world, me, str(uuid4()), "x")
    with refused("invalid"):
        fill(world, me, TEAM, "Oost")
    with refused("unauthenticated"):
        fill(world, world.context(actor=me.actor, role="member", session=str(uuid4())), TEAM, "Noord")
    assert fill(world, me, SIZE, None) == []
    assert world.told() == told
    world.org.terms[GEMEENTE] = {**world.org.terms[GEMEENTE], "categories": ["name", "email"]}  # type: ignore[dict-item]
    world.auth.terms._kept.clear()
    with refused("category_not_agreed"):
        fill(world, me, TEAM, "Noord")
    assert world.told() == [*told, "ProcessingRefused"]


@pytest.mark.parametrize(
    ("kind", "value", "taken"),
    [
        ("text", "<script>alert(1)</script> {{7*7}} ${7*7} =1+1", True),
        ("text", "regel\nregel", False),
        ("text", "   ", False),
        ("text", "x" * 501, False),
        ("number", "-12.50", True),
        ("number", "1e9", False),
        ("number", "٣", False),
        ("number", "12\n", False),
        ("date", "2026-02-28", True),
        ("date", "2026-02-30", False),
        ("date", "20260228", False),
        ("choice", "Noord", True),
        ("choice", "noord", False),
    ],
)
def test_a_value_is_of_its_field_s_kind_and_stays_as_it_was_typed(kind: str, value: str, taken: bool) -> None:
    assert custom_field.fits(FieldKind(kind), ["Noord", "Zuid"], value) is taken


def test_with_the_person_goes_what_they_filled_in(world: World, me: Context) -> None:
    fill(world, me, TEAM, "Noord")
    fill(world, me, SIZE, "44")
    assert keys(world) == 2
    owners = [f"custom_value/{one}" for one in ids(world)]
    ordered(world, me.actor.removeprefix("account/"), None)

    assert world.auth.keyring.living(owners) == 0
    assert ids(world) == []
    assert completions(world)[0].remaining == 0
    assert differences(world) == []


def test_the_category_can_go_alone(world: World, me: Context) -> None:
    fill(world, me, TEAM, "Noord")
    owners = [f"custom_value/{one}" for one in ids(world)]
    ordered(world, me.actor.removeprefix("account/"), Category.CUSTOM_FIELD)

    assert world.auth.keyring.living(owners) == 0
    assert shown(world, me) == {}
    assert world.auth.people.me(me)["first_name"] == "Sanne"
    [done] = completions(world)
    assert (done.keys, done.rows, done.remaining) == (1, 1, 0)
    assert differences(world) == []


def forget(world: World) -> None:
    """Looked for, asked for, and let go by retention in the log."""
    world.org.wishes.clear()
    world.auth.custom_fields.forget_retired()
    for wish in world.org.wishes:
        cleared(world, wish)


def cleared(world: World, wish: Mapping[str, Any], **but: Any) -> None:
    """What the feed does with what retention says; twice, as after a crash."""
    event = ErasureCleared(
        clearance=wish["owner"].partition("/")[2],
        organisation=wish["organisation"],
        service="auth",
        owner=wish["owner"],
        category=Category(wish["category"]),
        people=tuple(wish["people"]),
        rule=wish["rule"],
        due=moment(wish["due"]),
        at=datetime.now(UTC),
    )
    event = replace(event, **but)
    for _ in range(2):
        world.auth.custom_fields.ahead(event)
        with writing(world.auth.store.engine) as session:
            context = world.context(actor="system/auth", organisation=event.organisation)
            world.auth.custom_fields.follow(world.auth.store.follow(session, context), event)


def test_no_value_goes_before_retention_has_let_it_go_in_the_log(
    world: World, me: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether a hold keeps it is decided where holds are; an answer of a moment ago destroys nothing (P08, I7)."""
    monkeypatch.setattr(custom_fields, "A_BATCH", 1)
    world.registered("piet@voorbeeld.example", "piet")
    for person in (me, world.signed_in("piet")):
        fill(world, person, TEAM, "Noord")
    retired(world, TEAM)
    world.auth.custom_fields.forget_retired()
    assert keys(world) == 2
    assert {len(wish["people"]) for wish in world.org.wishes} == {1}
    assert len(world.org.wishes) == 2, "a batch at a time, and each of them once a turn"

    mine, _ = world.org.wishes
    cleared(world, mine, service="audit")
    cleared(world, mine, people=(str(uuid4()),))
    assert keys(world) == 2
    cleared(world, mine)
    assert keys(world) == len(ids(world)) == 1
    assert world.told().count("CustomFieldErased") == 1
    assert differences(world) == []


def test_a_retired_field_is_out_of_sight_at_once_and_then_erased_for_everybody(world: World, me: Context) -> None:
    world.registered("piet@voorbeeld.example", "piet")
    other = world.signed_in("piet")
    for person in (me, other):
        fill(world, person, TEAM, "Noord")
    fill(world, me, SIZE, "44")
    retired(world, TEAM)
    assert shown(world, me) == {SIZE: "44"}
    with refused("field_inactive"):
        fill(world, me, TEAM, "Zuid")

    forget(world)
    assert world.told().count("CustomFieldErased") == 1
    assert keys(world) == len(ids(world)) == 1
    forget(world)
    assert world.told().count("CustomFieldErased") == 1
    assert shown(world, me) == {SIZE: "44"}
    assert differences(world) == []


def test_nobody_looks_through_all_values_all_day(world: World, me: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(world, me, TEAM, "Noord")
    monkeypatch.setattr(custom_fields, "LOOKING", -1.0)
    retired(world, TEAM)
    forget(world)
    assert keys(world) == 1
    monkeypatch.undo()
    retired(world, TEAM)
    forget(world)
    assert keys(world) == 0


def test_whom_a_hold_keeps_keeps_the_value_until_it_ends(world: World, me: Context) -> None:
    world.registered("piet@voorbeeld.example", "piet")
    for person in (me, world.signed_in("piet")):
        fill(world, person, TEAM, "Noord")
    retired(world, TEAM)
    world.org.held = {"everybody": True, "people": []}
    forget(world)
    assert keys(world) == 2
    world.org.held = {"everybody": False, "people": [me.actor.removeprefix("account/")]}
    forget(world)
    assert keys(world) == 1
    assert shown(world, me) == {}
    world.org.held = {"everybody": False, "people": []}
    forget(world)

    assert keys(world) == 0
    with world.auth.store.reading() as session:
        assert session.execute(select(func.count()).select_from(custom_values.values)).scalar_one() == 0
    assert differences(world) == []


def test_who_asked_that_their_data_is_kept_keeps_the_value(world: World, me: Context) -> None:
    fill(world, me, TEAM, "Noord")
    person = me.actor.removeprefix("account/")
    asked = {"organisation": GEMEENTE, "person": person, "by": "account/b0", "request": str(uuid4())}
    world.auth.rights.restrict(world.context(actor="system/retention"), **asked)
    retired(world, TEAM)
    forget(world)

    assert (keys(world), shown(world, me)) == (1, {})
    ordered(world, person, None)
    assert ids(world) == []


def test_somebody_s_field_is_put_right_on_their_request(world: World, me: Context) -> None:
    fill(world, me, TEAM, "Noord")
    person = me.actor.removeprefix("account/")
    asked = {"organisation": GEMEENTE, "person": person, "by": "account/b0", "request": str(uuid4())}
    service = world.context(actor="system/retention", legal_basis="legal_obligation")
    told = world.auth.rights.correct(service, **asked, values={"infix": None}, fields={TEAM: "Zuid", SIZE: "44"})
    assert len(told["events"]) == 3
    assert (shown(world, me), world.auth.people.me(me)["infix"]) == ({TEAM: "Zuid", SIZE: "44"}, None)
    for wrong, code in (({TEAM: "Oost"}, "invalid"), ({str(uuid4()): "x"}, "not_found")):
        with refused(code):
            world.auth.rights.correct(service, **asked, values={}, fields=wrong)
    emptied = world.auth.rights.correct(service, **asked, values={}, fields={TEAM: None})
    assert len(emptied["events"]) == 1
    assert shown(world, me) == {SIZE: "44"}
    assert differences(world) == []


def test_a_disclosure_is_given_them_where_they_were_granted_and_else_not(world: World, me: Context) -> None:
    fill(world, me, TEAM, "Noord")
    person = me.actor.removeprefix("account/")
    asked = {"organisation": GEMEENTE, "people": [person], "case": "d1", "by": "account/c0", "silent": True}

    def given(*categories: str) -> list[str]:
        found = world.auth.disclosing.data(world.context(actor="system/audit"), **asked, categories=categories)
        return [one["value"] for one in found[person]]

    assert given("custom_field") == ["Noord"]
    assert "Noord" not in given("name", "email", "technical")


def test_an_invitation_tells_whose_supplement_may_be_read(world: World) -> None:
    world.invited("nieuw@voorbeeld.example")
    token = world.token("nieuw@voorbeeld.example")
    assert world.auth.registrations.invited_to(token=token) == {"organisation": GEMEENTE}
    world.accepted(token, "nieuw")
    for no in (token, "geraden"):
        with refused("unauthenticated"):
            world.auth.registrations.invited_to(token=no)
