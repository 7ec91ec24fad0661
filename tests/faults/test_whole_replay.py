"""A replay shows the log and nothing else, whatever was erased meanwhile; and what would be wrong is noticed."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from services.auth.views import accounts
from services.kernel.store.database import writing
from tests.faults.household import Household
from tests.faults.investigation import Investigation
from tests.faults.town import Size, Town
from tests.faults.whole_replay import SHORT, on

HAMLET = Size(events=150, people=3, erased=1)


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_every_view_equals_its_replay_and_two_replays_are_alike_and_nobody_is_back(database: str) -> None:
    outcome = on(database, secrets.token_hex(4), SHORT)

    print(outcome.text())
    assert not outcome.findings
    assert outcome.entries >= SHORT.events
    assert outcome.erased == SHORT.erased
    assert all(outcome.rows.values()), "a view without rows shows nothing"
    assert outcome.values[True]
    assert outcome.values[False]


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    household = Household(tmp_path)
    made = Town(household, secrets.token_hex(4))
    made.live(HAMLET)
    yield made
    household.close()


def test_a_view_that_is_not_what_the_log_says_is_noticed(town: Town, tmp_path: Path) -> None:
    investigation = Investigation(town.household, town.mark, tmp_path)
    last = town.household.settle() - 1
    assert not investigation.differences("auth", last)

    member = next(one for one in town.members if one.alive)
    with writing(town.household.auth.engine) as session:
        session.execute(
            update(accounts.accounts).where(accounts.accounts.c.account == member.pseudonym).values(role="x")
        )
    [found] = investigation.differences("auth", last)
    assert (found.table, found.key, found.columns) == ("accounts", (member.pseudonym,), ("role",))


def test_a_key_that_outlives_its_person_is_noticed(town: Town, tmp_path: Path) -> None:
    investigation = Investigation(town.household, town.mark, tmp_path)
    last = town.household.settle() - 1
    investigation.nobody_is_back(town.erased, last)
    assert not investigation.findings

    member = next(one for one in town.members if one.alive)
    investigation.nobody_is_back({*town.erased, member.pseudonym}, last)
    [found] = investigation.findings
    assert found.endswith(f"{member.pseudonym} open, who was erased")


def test_a_value_that_stands_open_in_what_is_shown_is_noticed(town: Town, tmp_path: Path) -> None:
    # Every entry's line holds its type, as every line of every export would hold a value that was not sealed.
    investigation = Investigation(town.household, "nl.crisisconnect", tmp_path)

    investigation.shown(town.household.settle() - 1)
    assert "a personal value stands in the export" in investigation.findings
    assert "a personal value stands in the timeline" in investigation.findings
