"""A category goes after a term of its own while the person stays, on both databases, and is certified (P06, I6)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, select

from crisisconnect.postgres import Cluster
from services.kernel.decider import Refused
from services.kernel.event import only
from services.kernel.hosting.participant import Participant
from services.kernel.replaying import replay
from services.retention.views.erasures import erasures
from tests.faults.household import Household
from tests.faults.town import Neighbour, Town
from tests.journeys.people import SHA256, TERMS, TODAY


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path / "postgres", durable=False)
    made.start()
    yield made
    made.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def household(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Household]:
    url = request.getfixturevalue("cluster").url if request.param == "postgresql" else None
    made = Household(tmp_path, url)
    yield made
    made.close()


def agree(town: Town, beheerder: Neighbour, **terms: Any) -> None:
    """A new agreement of the beheerder's organisation, signed by both sides."""
    org, organisation = town.household.org, str(beheerder.context.organisation)
    said = {**TERMS, **terms}
    agreement = org.propose_agreement(town._asked(beheerder), organisation, **said)["agreement"]
    for person in (beheerder, town.operator):
        signatory = {"name": "Graaf", "function": "dijkgraaf"}
        signed = {"signatory": signatory, "document_sha256": SHA256, "signed_on": TODAY}
        org.sign_agreement(town._asked(person), organisation, agreement, **signed)
    town.household.settle()


def differences(app: Participant) -> list[replay.Difference]:
    scratch = create_engine("sqlite://")
    for view in app.views:
        view.tables.create_all(scratch)
    tables = [table for view in app.views for table in view.tables.sorted_tables]
    return replay.verify(app.store, scratch, tables)


def test_a_name_goes_its_term_after_it_was_recorded_and_the_person_stays(household: Household) -> None:
    town = Town(household, secrets.token_hex(4))
    person, other = town.beheerders[0], town.beheerders[1]
    agree(town, person, retention={**TERMS["retention"], "name": "P20D"}, triggers={"name": "recorded"})
    later = datetime.now(UTC) + timedelta(days=20, minutes=5)
    household.retention.now = lambda: later
    household.retention.sweeping.sweep()
    household.settle()

    me = household.auth.people.me(town._asked(person))
    assert (me["first_name"], me["infix"], me["last_name"]) == (None, None, None)
    assert me["email"]
    assert me["username"]
    assert household.auth.people.me(town._asked(other))["first_name"]
    keyring = household.auth.keyring
    assert keyring.living([only(f"account/{person.pseudonym}", "name")]) == 0
    assert keyring.living([f"account/{person.pseudonym}"]) > 0
    with pytest.raises(Refused, match=r"^erased$"):
        household.auth.people.correct_me(town._asked(person), values={"first_name": "Anna"})

    with household.retention.store.reading() as reading:
        mine = erasures.c.scope == "category/name"
        found = reading.execute(select(erasures.c.account, erasures.c.state).where(mine)).all()
    assert [tuple(row) for row in found] == [(person.pseudonym, "certified")]
    for app in household.apps.values():
        assert differences(app) == []


def test_a_preview_is_what_comes_on_both_databases(household: Household) -> None:
    town = Town(household, secrets.token_hex(4))
    person = town.beheerders[0]
    organisation = str(person.context.organisation)
    proposal = {**TERMS, "retention": {**TERMS["retention"], "name": "P20D"}, "triggers": {"name": "recorded"}}
    agreement = household.org.propose_agreement(town._asked(person), organisation, **proposal)["agreement"]
    household.settle()

    told = household.retention.previewing.preview(organisation, agreement, "", 10)
    named = [(item["person"], item["fields"]) for item in told["items"] if "name" in item["fields"]]
    assert named == [(person.pseudonym, ["name"])]
    assert told["totals"]["people"] == 1
