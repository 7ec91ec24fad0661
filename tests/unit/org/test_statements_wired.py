"""Org tells each version once, shows what was published and nothing else, and forgets who has seen it (P10, P14)."""

from __future__ import annotations

import logging
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from uuid import uuid4

import pytest

from services.contracts.retention import ErasureOrdered
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.replaying import replay
from services.kernel.store import eventstore
from services.kernel.store.database import sqlite
from tests.unit.org.conftest import MAKER, World
from tests.unit.org.test_organisations_wired import agreed, register

ANYBODY = Context(caller="gateway", correlation="c")
TOLD = ["StatementPublished", "StatementPublished", "CookieRegistered", "CookieRegistered"]
REGISTER = ["RegisterGenerated"]
"""Of the maker's own processing, which begins with it."""


def member_of(organisation: str, account: str | None = None, **but: str) -> Context:
    said = {"actor": f"account/{account or uuid4()}", "role": "member", "purpose": "app_access", "correlation": "c"}
    return Context(organisation=organisation, **{**said, **but})


def seen(world: World, context: Context) -> object:
    return world.org.statement_seen(ANYBODY, str(context.organisation), context.actor.removeprefix("account/"))


def test_every_version_and_every_cookie_is_told_once_however_often_org_starts(world: World) -> None:
    world.org.begin()
    world.org.begin()
    assert world.events() == ["OrganisationRegistered", *TOLD, *REGISTER]


def test_what_is_told_names_the_version_its_day_and_the_hash_of_each_text(world: World) -> None:
    world.org.publish()
    with world.org.store.reading() as session:
        [first, second] = list(eventstore.everything(session))[:2]
    shown = world.org.statement(ANYBODY, "en")
    assert (first.event.statement_version, first.event.effective_on.isoformat()) == (1, "2018-02-21")
    assert second.event.en_sha256 == sha256(shown["text"].encode()).hexdigest() == shown["sha256"]["en"]
    assert second.envelope.organisation == MAKER
    assert second.stream == f"statement/{MAKER}"


def test_the_version_in_force_is_the_newest_that_has_begun(world: World) -> None:
    world.org.publish()
    assert world.org.statement(ANYBODY, "nl")["version"] == 2
    world.clock.now = datetime(2025, 12, 31, 22, 30, tzinfo=UTC)
    assert world.org.statement(ANYBODY, "nl")["version"] == 1
    world.clock.now = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
    assert world.org.statement(ANYBODY, "nl")["version"] == 2, "it begins at midnight in Amsterdam"


def test_before_the_first_version_there_is_nothing_to_show_or_to_acknowledge(world: World) -> None:
    with pytest.raises(Refused, match="unavailable"):
        world.org.statement(ANYBODY, "nl")
    assert world.org.statement_seen(ANYBODY, MAKER, "a") is None


def test_the_history_is_paged_newest_first(world: World) -> None:
    world.org.publish()
    first = world.org.statement_versions(ANYBODY, None, 1)
    second = world.org.statement_versions(ANYBODY, first["next"], 1)
    assert [(one["version"], one["in_force"]) for one in first["items"] + second["items"]] == [(2, True), (1, False)]


def test_a_version_shows_what_changed_since_the_one_before(world: World) -> None:
    world.org.publish()
    found = world.org.statement_version(ANYBODY, "2", "nl")["differences"]
    assert found["before"] == 1
    new = {one["code"] for one in found["particulars"] if one["list"] == "categories" and one["before"] is None}
    assert new == {"contact_phone", "correspondence", "log_record", "custom_field"}
    assert any(passage["section"] == "Beveiliging" for passage in found["text"])
    assert world.org.statement_version(ANYBODY, "1", "nl")["differences"] is None


@pytest.mark.parametrize("version", ["0", "3", "x", "-1", "²", "9" * 40])
def test_a_version_that_never_was_is_not_found(world: World, version: str) -> None:
    world.org.publish()
    with pytest.raises(Refused, match="not_found"):
        world.org.statement_version(ANYBODY, version, "nl")


def test_a_text_that_is_not_what_was_published_is_not_shown(world: World, caplog: pytest.LogCaptureFixture) -> None:
    world.org.publish()
    here = world.org.written[2]
    world.org.written[2] = replace(here, hashes={**here.hashes, "nl_sha256": "00" * 32})
    with caplog.at_level(logging.ERROR):
        world.org.publish()
    assert "version 2" in caplog.text
    assert world.events() == TOLD[:2], "what was published stays what it was"
    for ask in (lambda: world.org.statement(ANYBODY, "nl"), lambda: world.org.statement_version(ANYBODY, "2", "en")):
        with pytest.raises(Refused, match="unavailable"):
            ask()
    assert world.org.statement_version(ANYBODY, "1", "nl")["version"] == 1


def test_the_register_of_cookies_is_shown_with_whether_consent_is_needed(world: World) -> None:
    world.org.enter_cookies()
    page = world.org.cookies(ANYBODY, None, 1)
    rest = world.org.cookies(ANYBODY, page["next"], 10)
    shown = {one["name"]: one for one in page["items"] + rest["items"]}
    assert set(shown) == {"__Host-session", "session-token"}
    assert shown["__Host-session"]["lifetime"] == "PT12H"
    assert not any(one["consent"] for one in shown.values())
    assert {one["place"] for one in shown.values()} == {"cookie", "app_storage"}


def test_who_acknowledged_the_version_in_force_is_not_asked_again(world: World) -> None:
    world.org.publish()
    member = member_of(agreed(world))
    assert seen(world, member) == {"version": 2, "acknowledged": False}
    assert len(world.org.acknowledge_statement(member, version=2)["events"]) == 1
    assert world.org.acknowledge_statement(member, version=2)["events"] == []
    assert seen(world, member) == {"version": 2, "acknowledged": True}
    assert seen(world, member_of(str(member.organisation))) == {"version": 2, "acknowledged": False}


def test_having_seen_the_version_before_is_not_having_seen_this_one(world: World) -> None:
    world.org.publish()
    member = member_of(agreed(world))
    world.org.acknowledge_statement(member, version=1)
    assert seen(world, member) == {"version": 2, "acknowledged": False}


def test_an_acknowledgement_names_person_organisation_purpose_and_legal_basis(world: World) -> None:
    world.org.publish()
    member = member_of(agreed(world))
    world.org.acknowledge_statement(member, version=2)
    with world.org.store.reading() as session:
        envelope = list(eventstore.everything(session))[-1].envelope
    assert envelope.type.endswith("StatementAcknowledged.v1")
    assert (envelope.datasubject, envelope.organisation) == (member.actor, member.organisation)
    assert (envelope.purpose, envelope.legalbasis) == ("app_access", "public_task")


@pytest.mark.parametrize("version", [3, 10_000])
def test_what_was_never_published_cannot_be_acknowledged(world: World, version: int) -> None:
    world.org.publish()
    with pytest.raises(Refused, match="statement_unknown"):
        world.org.acknowledge_statement(member_of(agreed(world)), version=version)


@pytest.mark.parametrize("version", [0, -1, "2", 2.5, None, True])
def test_what_is_no_version_is_refused(world: World, version: object) -> None:
    with pytest.raises(Refused, match="invalid"):
        world.org.acknowledge_statement(member_of(MAKER), version=version)


def test_without_terms_nothing_is_recorded_of_a_person_but_the_refusal(world: World) -> None:
    world.org.publish()
    with pytest.raises(Refused, match="agreement_missing"):
        world.org.acknowledge_statement(member_of(register(world)), version=2)
    assert world.events()[-1] == "ProcessingRefused"


def order(account: str, organisation: str, scope: str) -> ErasureOrdered:
    from tests.examples import retention

    return replace(retention.erasure_ordered(), account=account, organisation=organisation, scope=scope)


def erase(world: World, ordered: ErasureOrdered) -> None:
    holding = world.org.holdings()["person" if ordered.scope == "person" else "organisation"]
    with world.org.store.reading() as session:
        owners = holding.owners(session, ordered)
    world.org.keyring.erase(owners)

    def work(unit: object) -> dict[str, object]:
        eventstore.bury(unit.session, sorted(owners))
        assert holding.drop(unit.session, ordered) >= 1
        assert holding.left(unit.session, ordered) == 0
        return {}

    world.org.store.perform(world.org.own_context(), work)


@pytest.mark.parametrize("scope", ["person", "organisation"])
def test_what_a_person_had_seen_goes_with_them_and_does_not_come_back(world: World, scope: str) -> None:
    world.org.publish()
    organisation, account = agreed(world), str(uuid4())
    member = member_of(organisation, account)
    world.org.acknowledge_statement(member, version=2)
    erase(world, order(account, organisation, scope))
    assert seen(world, member) == {"version": 2, "acknowledged": False}
    with pytest.raises(Refused, match="erased" if scope == "person" else "organisation_left"):
        world.org.acknowledge_statement(member, version=1)


def test_every_view_of_the_statement_equals_its_replay(world: World) -> None:
    world.org.publish()
    world.org.acknowledge_statement(member_of(agreed(world)), version=2)
    scratch = sqlite(world.org.configuration.var / "scratch.sqlite3")
    tables = []
    for view in world.org.views:
        view.tables.create_all(scratch)
        tables += view.tables.sorted_tables
    assert {"statements", "acknowledgements", "cookies"} <= {table.name for table in tables}
    assert replay.verify(world.org.store, scratch, tables) == []
    scratch.dispose()
