"""What is kept of a session goes after its own term, in the service that has it; the person stays (P06)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from services.auth.views.sessions import sessions
from services.contracts.auth import SignedIn
from services.kernel.store import eventstore
from services.retention.views.erasures import erasures
from tests.faults.household import Household
from tests.faults.town import Size, Town


@pytest.fixture
def household(tmp_path: Path) -> Iterator[Household]:
    made = Household(tmp_path)
    yield made
    made.close()


def sealed_in(household: Household, session: str) -> dict[str, str | None]:
    """What auth can still read of where somebody signed in from."""
    with household.auth.store.reading() as reading:
        [signed_in] = [
            record for record in eventstore.read(reading, f"session/{session}") if isinstance(record.event, SignedIn)
        ]
    names = sorted(signed_in.sealed)
    return dict(zip(names, household.auth.keyring.open_many([(signed_in.sealed[n], n) for n in names]), strict=True))


def test_an_address_and_equipment_are_unreadable_after_their_term_and_the_person_is_not(household: Household) -> None:
    town = Town(household, secrets.token_hex(4))
    # Whoever came before the agreement left no address behind.
    town.live(Size(events=0, people=1, erased=0))
    [person] = town.members
    session = str(person.context.session)
    household.settle()
    assert sealed_in(household, session)["ip"] == f"203.0.113.{town.mark}"

    # Their session lasts thirty days, and what is kept of it as long again.
    later = datetime.now(UTC) + timedelta(days=61)
    household.retention.now = lambda: later
    household.retention.sweeping.sweep()
    household.settle()

    assert set(sealed_in(household, session).values()) == {None}
    with household.auth.store.reading() as reading:
        assert reading.execute(select(sessions).where(sessions.c.session == session)).first() is None
    assert household.auth.keyring.living({f"account/{person.pseudonym}"})
    with household.retention.store.reading() as reading:
        states = reading.execute(select(erasures.c.state).where(erasures.c.scope == f"session/{session}")).scalars()
        assert list(states) == ["certified"]
