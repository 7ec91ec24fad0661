"""Org registers an organisation, shows whom to turn to (P17), and keeps no address longer than it needs."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from uuid import uuid4

import pytest

from services.contracts.privacy import Role
from services.kernel.calls.rpc import Unavailable
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store import eventstore
from services.kernel.store.database import writing
from services.org.views import organisations
from tests.unit.org.conftest import MAKER, World

OPERATOR = Context(caller="gateway", actor="account/o", organisation=MAKER, role="operator", correlation="c1")
CONTACT = {"name": "Sanne Bakker", "email": "crisis@voorbeeld.example", "phone": "+31 20 555 0100"}
BEHEERDER = "beheerder@voorbeeld.example"


def register(world: World, context: Context = OPERATOR, **but: object) -> str:
    said = {
        "name": "Gemeente Voorbeeld",
        "kind": "public",
        "contact": CONTACT,
        "beheerder": {"email": BEHEERDER},
        **but,
    }
    return world.org.register(context, **said)["organisation"]


def agreed(world: World, **but: object) -> str:
    from tests.unit.org.test_agreements_wired import agree

    organisation = register(world, **but)
    agree(world, organisation)
    return organisation


def beheerder_of(organisation: str) -> Context:
    return Context(actor="account/b", organisation=organisation, role="beheerder", correlation="c2")


def test_a_registered_organisation_shows_its_contact(world: World) -> None:
    organisation = register(world)
    assert world.org.organisation(OPERATOR, organisation) == {
        "organisation": organisation,
        "name": "Gemeente Voorbeeld",
        "kind": "public",
        "contact": CONTACT,
        "contact_of": "organisation",
        "agreement_in_force": False,
        "version": 2,
    }
    assert world.events() == ["OrganisationRegistered", "ContactPublished"]


def test_the_same_idempotency_key_registers_once(world: World) -> None:
    once = Context(actor="account/o", role="operator", correlation="c", idempotency="k", digest="d")
    assert register(world, once) == register(world, once)
    assert world.events() == ["OrganisationRegistered", "ContactPublished"]


def test_nothing_personal_rests_readable(world: World) -> None:
    register(world)
    world.follow()
    path = world.org.configuration.var / "data" / "org.sqlite3"
    with sqlite3.connect(path) as database:
        dump = "\n".join(database.iterdump())
    database.close()
    for value in (*CONTACT.values(), BEHEERDER):
        assert value not in dump
        assert value.encode().hex().upper() not in dump.upper()


def test_auth_is_asked_to_invite_the_first_beheerder_and_org_forgets_the_address(world: World) -> None:
    organisation = register(world)
    before = world.org.keyring.status()["keys"]
    world.follow()
    [(said, context)] = world.others.asked
    assert said == {"organisation": organisation, "email": BEHEERDER}
    assert (context.purpose, context.organisation, context.correlation) == ("beheer_access", organisation, "c1")
    assert context.causation in str(context.idempotency)
    assert world.events()[-1] == "FirstBeheerderInvited"
    assert world.org.keyring.status()["keys"] == int(str(before)) - 1


def test_while_auth_is_away_the_address_stays_and_the_same_is_asked_again(world: World) -> None:
    register(world)
    world.others.away = True
    with pytest.raises(Unavailable):
        world.org.feed.step()
    world.others.away = False
    world.follow()
    first, second = world.others.asked
    assert first[1].idempotency == second[1].idempotency
    assert first[1].digest == second[1].digest
    assert world.events().count("FirstBeheerderInvited") == 1


def test_a_crash_after_auth_answered_asks_auth_the_same_again(world: World) -> None:
    register(world)
    entry = world.org.fetch(-1, [world.org.follows[0].type], 1)["entries"][0]
    world.org.before(world.org.feed._reader.read(0, entry["note"].encode()))
    world.org._invitations.clear()
    world.follow()
    assert len({context.idempotency for _, context in world.others.asked}) == 1
    assert world.events().count("FirstBeheerderInvited") == 1


def test_following_the_whole_log_anew_changes_nothing(world: World) -> None:
    organisation = agreed(world)
    world.org.change(beheerder_of(organisation), organisation, contact={"email": "nieuw@voorbeeld.example"})
    world.follow()
    told, asked = world.events(), len(world.others.asked)
    world.org.feed.name = "rebuilt"
    world.follow()
    assert world.events() == told
    assert len(world.others.asked) == asked
    assert world.org.deadletters() == {"items": []}
    assert world.org.organisation(OPERATOR, organisation)["contact"]["email"] == "nieuw@voorbeeld.example"


def test_an_earlier_contact_is_forgotten_once_the_next_stands_in_the_log(world: World) -> None:
    organisation = agreed(world)
    with world.org.store.reading() as session:
        earlier = world.org.found(session, OPERATOR, organisation)["contact"]
    changed = world.org.change(beheerder_of(organisation), organisation, contact={"name": "Joost Visser"}, if_match=2)
    assert len(changed["events"]) == 1
    assert world.org.keyring.living([f"contact/{earlier}"]) == 3
    world.follow()
    assert world.org.keyring.living([f"contact/{earlier}"]) == 0
    shown = world.org.organisation(OPERATOR, organisation)
    assert shown["contact"] == {**CONTACT, "name": "Joost Visser"}


def test_changing_to_what_it_already_is_writes_nothing(world: World) -> None:
    organisation = agreed(world)
    asked = {"name": "Gemeente Voorbeeld", "contact": CONTACT, "if_match": None}
    assert world.org.change(beheerder_of(organisation), organisation, **asked)["events"] == []


def test_a_change_of_something_else_meanwhile_is_told(world: World) -> None:
    organisation = agreed(world)
    world.org.change(beheerder_of(organisation), organisation, name="Gemeente Anders", if_match=2)
    with pytest.raises(Refused, match="precondition_failed"):
        world.org.change(beheerder_of(organisation), organisation, name="Gemeente Weer Anders", if_match=2)


def test_without_terms_in_force_a_change_is_refused_on_record(world: World) -> None:
    organisation = register(world)
    with pytest.raises(Refused, match="agreement_missing"):
        world.org.change(beheerder_of(organisation), organisation, contact={"name": "Joost Visser"})
    assert world.events()[-1] == "ProcessingRefused"


def test_what_the_agreement_does_not_cover_is_refused_on_record(world: World) -> None:
    from tests.unit.org.test_agreements_wired import agree

    phone, purpose = register(world), register(world)
    agree(world, phone, categories=["name", "email"])
    agree(world, purpose, purposes={"app_access": "contract"})
    with pytest.raises(Refused, match="category_not_agreed"):
        world.org.change(beheerder_of(phone), phone, contact={"phone": "+31 6 0000 0000"})
    with pytest.raises(Refused, match="purpose_not_agreed"):
        world.org.change(beheerder_of(purpose), purpose, contact={"name": "Joost Visser"})
    assert world.events().count("ProcessingRefused") == 2
    assert world.org.change(beheerder_of(phone), phone, contact={"name": "Joost Visser"})["events"]
    shown = world.org.organisation(beheerder_of(phone), phone)["contact"]
    assert (shown["name"], shown["phone"]) == ("Joost Visser", None), (
        "a number that was never agreed is not taken along"
    )


def test_every_event_with_personal_data_names_its_purpose_and_legal_basis(world: World) -> None:
    organisation = agreed(world)
    world.org.change(beheerder_of(organisation), organisation, contact={"name": "Joost Visser"})
    with world.org.store.reading() as session:
        personal = [record for record in eventstore.everything(session) if record.sealed]
    assert len(personal) == 5
    for record in personal:
        assert record.envelope.purpose == "beheer_access"
        assert record.envelope.legalbasis == "contract"
        assert record.envelope.organisation == organisation
    assert [bool(record.envelope.agreement) for record in personal] == [False] * 4 + [True]


def test_a_stranger_finds_nothing(world: World) -> None:
    mine, theirs = register(world), register(world)
    for ask in (
        lambda: world.org.organisation(beheerder_of(mine), theirs),
        lambda: world.org.change(beheerder_of(mine), theirs, name="x"),
        lambda: world.org.agreements(beheerder_of(mine), theirs, None, 10),
        lambda: world.org.organisation(OPERATOR, str(uuid4())),
    ):
        with pytest.raises(Refused, match="not_found"):
            ask()


def test_organisations_are_listed_by_page(world: World) -> None:
    world.org.register_maker()
    made = {MAKER, *(register(world, name=f"Gemeente {n}") for n in range(4))}
    seen, after = [], None
    while True:
        page = world.org.organisations(OPERATOR, after, 2)
        seen += page["items"]
        after = page["next"]
        if after is None:
            break
    assert [one["organisation"] for one in seen] == sorted(made)
    assert {one["status"] for one in seen} == {"active", "inactive"}


def test_the_makers_own_organisation_is_there_once_and_has_terms_of_its_own(world: World) -> None:
    world.org.register_maker()
    world.org.register_maker()
    world.follow()
    assert world.events() == ["OrganisationRegistered"]
    assert world.others.asked == []
    terms = world.org.terms_in_force(OPERATOR, MAKER)
    assert terms is not None
    assert (terms["agreement"], terms["role"]) == (None, "controller")
    assert terms["purposes"] == {"beheer_access": "contract"}


def test_a_rotation_of_keys_is_told_and_keeps_everything_readable(world: World) -> None:
    organisation = register(world)
    world.org.rotate_keys(world.org.own_context())
    assert world.events()[-1] == "KeyEpochRetired"
    assert world.org.organisation(OPERATOR, organisation)["contact"] == CONTACT


def test_every_view_equals_its_replay(world: World) -> None:
    from services.kernel.replaying import replay
    from services.kernel.store.database import sqlite

    organisation = agreed(world)
    world.org.change(
        beheerder_of(organisation), organisation, name="Gemeente Anders", contact={"phone": "+31 6 0000 0000"}
    )
    scratch = sqlite(world.org.configuration.var / "scratch.sqlite3")
    tables = []
    for metadata in (view.tables for view in world.org.views):
        metadata.create_all(scratch)
        tables += metadata.sorted_tables
    assert replay.verify(world.org.store, scratch, tables) == []
    scratch.dispose()


def test_who_has_no_contact_of_its_own_shows_the_maker_s(world: World) -> None:
    world.org.register_maker()
    organisation = register(world)
    member = replace(beheerder_of(organisation), role=Role.MEMBER.value)
    assert world.org.organisation(member, organisation)["contact_of"] == "organisation"
    with writing(world.org.store.engine) as session:
        organisations.drop(session, organisation)
    shown = world.org.organisation(member, organisation)
    assert (shown["contact"]["name"], shown["contact"]["email"], shown["contact_of"]) == (
        "ConnectTools B.V.",
        None,
        "maker",
    )

    privacy = {"name": "Privacybalie", "email": "privacy@maker.example", "phone": None}
    for whose, said in ((organisation, {"contact": privacy}), (MAKER, {"name": "Anders"})):
        with pytest.raises(Refused, match=r"^forbidden$"):
            world.org.change(OPERATOR, whose, **said)
    world.org.change(OPERATOR, MAKER, contact=privacy)
    assert world.org.organisation(member, organisation)["contact"] == privacy
