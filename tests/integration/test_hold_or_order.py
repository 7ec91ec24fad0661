"""A hold and an order to erase, at the same moment: one of them is first, and the other one knows (P08, I7)."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from crisisconnect.postgres import Cluster
from services.audit.views import complaints
from services.contracts.privacy import Category, Role
from services.contracts.retention import HoldGround, HoldScope
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.retention.views import erasures
from tests.faults.household import Household
from tests.faults.town import Town

ROUNDS = 15


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    made = Cluster(tmp_path / "postgres", durable=False)
    made.start()
    yield made
    made.remove()


@pytest.fixture(params=["sqlite", "postgresql"])
def town(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Town]:
    url = request.getfixturevalue("cluster").url if request.param == "postgresql" else None
    household = Household(tmp_path, url)
    yield Town(household, secrets.token_hex(4))
    household.close()


def leaves(town: Town) -> str:
    """Somebody came, and closed their account; retention has heard of it, and has not swept yet."""
    beheerder = town.beheerders[0]
    person = town._invited(beheerder, str(beheerder.context.organisation), Role.MEMBER)
    town.household.settle()
    erasure = str(town.household.auth.closing.close_me(town._asked(person))["erasure"]["id"])
    town.household.relay()
    while town.household.retention.feed.step():
        pass
    return erasure


def hold(town: Town, erasure: str, said: list[object]) -> None:
    try:
        found = town.household.retention.holds.place(
            Context(actor="account/officer", role="compliance", purpose="beheer_access", correlation=str(uuid4())),
            scope=HoldScope.PERSON,
            erasure=erasure,
            ground=HoldGround.LEGAL_CLAIM,
            reason="Een claim.",
            expires_at=datetime.now(UTC) + timedelta(days=1),
        )
        said.append(found["gone"])
    except Refused as refused:
        said.append(refused.code)


def test_either_the_hold_is_seen_by_the_order_or_it_comes_too_late(town: Town) -> None:
    retention = town.household.retention
    for number in range(ROUNDS):
        erasure, said = leaves(town), list[object]()
        work = [
            threading.Thread(target=hold, args=(town, erasure, said)),
            threading.Thread(target=retention.sweeping.sweep),
        ]
        for one in work if number % 2 else reversed(work):
            one.start()
        for one in work:
            one.join()
        state = retention.erasure(Context(), erasure, None)["state"]
        assert (said, state) in (([{}], "held"), (["too_late"], "ordered"))
        town.household.settle()
        assert (retention.erasure(Context(), erasure, None)["state"] == "held") == (said == [{}])


def answered(town: Town) -> str:
    """A complaint whose words wait for their term."""
    audit, beheerder = town.household.audit, town.beheerders[0]
    found = str(audit.complaints.complain(town._asked(beheerder), text="Ik word te vaak gebeld.")["complaint"])
    officer = Context(actor="account/officer", role="compliance", purpose="beheer_access", correlation=str(uuid4()))
    audit.complaints.answer(officer, found, outcome="upheld", answer="U heeft gelijk.")
    return found


def test_either_the_hold_is_seen_by_who_lets_words_go_or_it_says_that_they_are_gone(town: Town) -> None:
    """The words of a complaint go by a term of audit's own, and what decides is the same lock."""
    retention, beheerder = town.household.retention, town.beheerders[0]
    organisation = str(beheerder.context.organisation)
    for number in range(ROUNDS):
        erasure, said, told = leaves(town), list[object](), list[str]()
        with retention.store.reading() as session:
            person = str(erasures.by_id(session, None, erasure).account)

        complaint = answered(town)

        def let_go(person: str = person, told: list[str] = told, complaint: str = complaint) -> None:
            wish = {"owner": f"complaint/{complaint}", "organisation": organisation, "people": [person]}
            term = {"category": Category.CORRESPONDENCE, "rule": "complaint_answered:P2Y@1", "due": datetime.now(UTC)}
            context = Context(caller="audit", actor="system/audit", correlation=str(uuid4()))
            told.extend(retention.clearing.clear(context, **wish, **term)["events"])

        work = [threading.Thread(target=hold, args=(town, erasure, said)), threading.Thread(target=let_go)]
        for one in work if number % 2 else reversed(work):
            one.start()
        for one in work:
            one.join()
        assert (said, len(told)) in (([{}], 0), ([{"complaint": 1}], 1))
        town.household.settle()
        with town.household.audit.store.reading() as session:
            gone = complaints.by_id(session, organisation, complaint).erased_at is not None
        assert gone == bool(told)
