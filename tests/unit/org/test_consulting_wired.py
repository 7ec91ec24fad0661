"""Who speaks for an organisation in a disclosure, and with which key: named by its Beheerder, known to audit (P08)."""

from __future__ import annotations

import base64
from hashlib import sha256

import pytest
from nacl.signing import SigningKey

from services.contracts.facts import ORGANISATION
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.replaying import replay
from services.kernel.store import eventstore
from services.kernel.store.database import sqlite
from services.org.domain.organisation import Change, Contact, decider
from services.org.views import consulting, organisations
from tests.examples import org as examples
from tests.given import given
from tests.unit.org.conftest import World
from tests.unit.org.test_organisations_wired import OPERATOR, agreed, beheerder_of, register

SECOND = {"name": "Youssef El Amrani", "email": "griffie@voorbeeld.example", "phone": "+31 20 555 0199"}
AUDIT = Context(caller="audit", actor="system/audit", correlation="c3")
SPKI = bytes.fromhex("302a300506032b6570032100")


def key(seed: bytes) -> str:
    return base64.b64encode(SPKI + bytes(SigningKey(sha256(seed).digest()).verify_key)).decode()


FIRST, NEXT = key(b"first"), key(b"next")


def named(world: World) -> str:
    organisation = agreed(world)
    world.org.change(beheerder_of(organisation), organisation, second_contact=SECOND, consultation_key=FIRST)
    return organisation


def test_audit_knows_whom_to_ask_and_which_key_held_when(world: World) -> None:
    organisation = named(world)
    world.clock.now = world.clock.now.replace(month=4)
    world.org.change(beheerder_of(organisation), organisation, consultation_key=NEXT)
    found = world.org.consultation(AUDIT, organisation)

    assert found["second_contact"] == SECOND
    assert [(one["key"], one["since"][:7], (one["until"] or "")[:7]) for one in found["keys"]] == [
        (FIRST, "2026-03", "2026-04"),
        (NEXT, "2026-04", ""),
    ]
    assert found["keys"][0]["fingerprint"] == sha256(base64.b64decode(FIRST)).hexdigest()
    with world.org.store.reading() as session:
        told = {one.envelope.id: one.envelope.subject for one in eventstore.everything(session)}
    assert {told[one["event"]] for one in found["keys"]} == {f"organisation/{organisation}"}


def test_where_nothing_is_named_audit_hears_so(world: World) -> None:
    assert world.org.consultation(AUDIT, register(world)) == {"keys": [], "second_contact": None}
    with pytest.raises(Refused, match="not_found"):
        world.org.consultation(AUDIT, "00000000-0000-4000-8000-00000000ffff")


def test_the_beheerder_sees_it_and_nobody_else(world: World) -> None:
    organisation = named(world)
    shown = world.org.organisation(beheerder_of(organisation), organisation)
    assert shown["second_contact"] == SECOND
    assert shown["consultation_key"] == {
        "fingerprint": sha256(base64.b64decode(FIRST)).hexdigest(),
        "since": "2026-03-02T09:00:00.000000Z",
    }
    for role in ("member", "auditor", "operator"):
        context = Context(actor="account/m", organisation=organisation, role=role, correlation="c4")
        assert not {"second_contact", "consultation_key"} & set(world.org.organisation(context, organisation))


def test_each_makes_what_was_read_before_old(world: World) -> None:
    organisation = named(world)
    beheerder = beheerder_of(organisation)
    assert world.org.organisation(beheerder, organisation)["version"] == 4
    with pytest.raises(Refused, match="precondition_failed"):
        world.org.change(beheerder, organisation, consultation_key=NEXT, if_match=3)
    same = world.org.change(beheerder, organisation, second_contact=SECOND, consultation_key=FIRST, if_match=4)
    assert same["events"] == []


def test_an_earlier_second_contact_is_forgotten_once_the_next_stands_in_the_log(world: World) -> None:
    organisation = named(world)
    with world.org.store.reading() as session:
        earlier, contact = consulting.second(session, organisation), organisations.by_id(session, organisation)
    assert earlier is not None
    assert contact is not None
    world.org.change(beheerder_of(organisation), organisation, second_contact={"name": "Noor Jansen"})
    world.follow()
    assert world.org.keyring.living([f"contact/{earlier['contact']}"]) == 0
    assert world.org.keyring.living([f"contact/{contact['contact']}"]) == 3
    assert world.org.consultation(AUDIT, organisation)["second_contact"] == {**SECOND, "name": "Noor Jansen"}


def test_with_the_organisation_its_second_contact_goes_and_its_public_keys_stay(world: World) -> None:
    organisation = named(world)
    with world.org.store.reading() as session:
        second = consulting.second(session, organisation)
        assert second is not None
        assert f"contact/{second['contact']}" in world.org._owners_of(session, organisation)
        holding = world.org.holdings()[ORGANISATION]
        order = type("Order", (), {"organisation": organisation})()
        assert holding.left(session, order) >= 1
    with world.org.engine.begin() as connection:
        assert consulting.drop(connection, organisation) == 1
        assert consulting.holds(connection, organisation) == 0
        assert len(consulting.keys_of(connection, organisation)) == 1


NONE_AT_ALL = [
    "",
    "x",
    FIRST[:-1],
    FIRST + "\n",
    FIRST.replace("MCow", "MCox"),
    base64.b64encode(SPKI + bytes(32)).decode(),
    base64.b64encode(SPKI + b"\x01" + bytes(31)).decode(),
    base64.b64encode(SPKI + b"\xff" * 32).decode(),
    base64.b64encode(bytes(SigningKey(bytes(32)).verify_key)).decode(),
    f"-----BEGIN PUBLIC KEY-----{FIRST}-----END PUBLIC KEY-----",
    "age19we38rep0utdlptd52f0gw98auvsf48xmlycg4mj02u0kprj9cvssr3kqd",
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIDelpTrR1XuBuTcOzGTlUJFaVNFjRDFjRDFjRDFjRDFj",
]


def test_a_key_that_is_none_is_refused_and_nothing_is_written(world: World) -> None:
    organisation = agreed(world)
    before = world.events()
    for text in NONE_AT_ALL:
        with pytest.raises(Refused, match="invalid") as refused:
            world.org.change(beheerder_of(organisation), organisation, consultation_key=text)
        assert list(refused.value.detail["errors"]) == ["consultation_key"], text
    assert world.events() == before


def test_a_second_contact_in_part_needs_the_rest_once(world: World) -> None:
    organisation = agreed(world)
    with pytest.raises(Refused, match="invalid") as refused:
        world.org.change(beheerder_of(organisation), organisation, second_contact={"name": "Noor Jansen"})
    assert list(refused.value.detail["errors"]) == ["second_contact.email"]


def test_without_terms_in_force_nobody_is_named(world: World) -> None:
    organisation = register(world)
    with pytest.raises(Refused, match="agreement_missing"):
        world.org.change(beheerder_of(organisation), organisation, second_contact=SECOND)


def test_another_organisation_finds_nothing(world: World) -> None:
    mine, theirs = named(world), register(world)
    with pytest.raises(Refused, match="not_found"):
        world.org.change(beheerder_of(mine), theirs, consultation_key=NEXT)


def test_the_rules_alone() -> None:
    second = Contact(
        id=examples.SECOND_CONTACT,
        name="Youssef El Amrani",
        email="griffie@voorbeeld.example",
        phone="+31 20 555 0199",
    )
    named = Change(
        organisation=examples.GEMEENTE,
        second_contact=second,
        consultation_key=examples.CONSULTATION_KEY,
        at=examples.MORNING,
    )
    history = (examples.organisation_registered(), examples.contact_published())
    told = (examples.second_contact_named(), examples.consultation_key_registered())
    given(decider, *history).when(named).then(*told)
    given(decider, *history, *told).when(named).then()


def test_the_view_equals_its_replay(world: World) -> None:
    organisation = named(world)
    world.org.change(beheerder_of(organisation), organisation, consultation_key=NEXT)
    scratch = sqlite(world.org.configuration.var / "scratch.sqlite3")
    tables = []
    for metadata in (view.tables for view in world.org.views):
        metadata.create_all(scratch)
        tables += metadata.sorted_tables
    assert replay.verify(world.org.store, scratch, tables) == []
    scratch.dispose()
    assert world.org.organisation(OPERATOR, organisation)["version"] == 5
