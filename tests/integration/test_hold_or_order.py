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
from services.contracts.privacy import Role
from services.contracts.retention import HoldGround, HoldScope
from services.kernel.context import Context
from services.kernel.decider import Refused
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


def hold(town: Town, erasure: str, said: list[str]) -> None:
    try:
        town.household.retention.holds.place(
            Context(actor="account/officer", role="compliance", purpose="beheer_access", correlation=str(uuid4())),
            scope=HoldScope.PERSON,
            erasure=erasure,
            ground=HoldGround.LEGAL_CLAIM,
            reason="Een claim.",
            expires_at=datetime.now(UTC) + timedelta(days=1),
        )
        said.append("held")
    except Refused as refused:
        said.append(refused.code)


def test_either_the_hold_is_seen_by_the_order_or_it_comes_too_late(town: Town) -> None:
    retention = town.household.retention
    for number in range(ROUNDS):
        erasure, said = leaves(town), list[str]()
        work = [
            threading.Thread(target=hold, args=(town, erasure, said)),
            threading.Thread(target=retention.sweeping.sweep),
        ]
        for one in work if number % 2 else reversed(work):
            one.start()
        for one in work:
            one.join()
        state = retention.erasure(Context(), erasure, None)["state"]
        assert (said, state) in ((["held"], "held"), (["too_late"], "ordered"))
        town.household.settle()
        assert (retention.erasure(Context(), erasure, None)["state"] == "held") == (said == ["held"])
