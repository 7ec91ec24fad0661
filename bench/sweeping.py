"""A sweep in which 100 erasures of a million are due: found, their source asked, ordered: `python -m bench.sweeping`.

One person's erasure is scheduled by the services themselves, and copied a million times, each due at a moment of its
own, with the event that scheduled it (bench/copies.py); rounds are moments, each of which has 100 due. A sweep is the
one of the timer, every step of it; asking the source is a look into its store, without the broker in between.
"""

from __future__ import annotations

import secrets
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, func, insert, select, update

from bench.copies import multiply
from bench.report import Row, below, table
from crisisconnect.postgres import Cluster
from services.contracts.privacy import Role
from services.kernel.codec import instant
from services.kernel.store.database import reading, writing
from services.kernel.store.eventstore import events
from services.retention.views.erasures import erasures
from services.retention.views.standing import standing
from tests.faults.household import Household
from tests.faults.town import Town

DATES = 1_000_000
DUE = 100
ROUNDS = 7
GOAL = 100.0
"""Milliseconds."""
A_MINUTE = timedelta(minutes=1)
ORGANISATIONS = [f"{number:08x}-2a57-4c0e-9d0c-6f1a4f1b7a01" for number in range(50)]
PEOPLE = 50_000
"""In each of them, so that nobody is braked for the crowd."""


def run(dates: int = DATES, rounds: int = ROUNDS) -> list[Row]:
    """Milliseconds of a sweep on each database."""
    rows = []
    for name in ("SQLite", "PostgreSQL"):
        with household(name) as house:
            noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
            fill(house, dates, rounds, noon)
            taken = [milliseconds(house, noon + number * A_MINUTE) for number in range(rounds + 1)]
            # The first one finds the day's rules and an empty cache; it is not the usual one.
            rows.append(below(f"sweep, {DUE} due of {dates:,}, {name}", taken[1:], unit="ms", goal=GOAL))
    return rows


@contextmanager
def household(name: str) -> Iterator[Household]:
    """The four services, on databases of their own; PostgreSQL syncs."""
    with tempfile.TemporaryDirectory(prefix="bench-") as made:
        directory = Path(made)
        if name == "SQLite":
            house = Household(directory)
            yield house
            house.close()
            return
        cluster = Cluster(directory / "postgres")
        try:
            cluster.start()
            house = Household(directory, cluster.url)
            yield house
            house.close()
        finally:
            cluster.remove()


def fill(house: Household, dates: int, rounds: int, noon: datetime) -> None:
    """Somebody closed their account; in 50 organisations others did too. 100 are due at noon, and each minute after."""
    town = Town(house, secrets.token_hex(4))
    organisation = str(town.beheerders[0].context.organisation)
    person = town._invited(town.beheerders[0], organisation, Role.MEMBER)
    house.settle()
    erasure = str(house.auth.closing.close_me(town._asked(person))["erasure"]["id"])
    house.relay()
    engine = house.retention.engine
    while house.retention.feed.step():
        pass
    with reading(engine) as session:
        one = session.execute(select(erasures).where(erasures.c.erasure == erasure)).all()
        said = session.execute(select(events).where(events.c.stream == f"erasure/{erasure}")).all()
    assert [row.state for row in one] == ["scheduled"]
    varied = {one[0].due: _due(noon, rounds), organisation: lambda number: ORGANISATIONS[number % len(ORGANISATIONS)]}
    shared = {organisation, one[0].asked_event}
    for rows, into in ((one, erasures), (said, events)):
        multiply(engine, into, rows, dates, shared=shared, varied=varied)
    with writing(engine) as session:
        session.execute(insert(standing), [{"organisation": name, "people": PEOPLE} for name in ORGANISATIONS])
        # The one they are copies of is none of them.
        far = instant(noon + timedelta(days=3650))
        session.execute(update(erasures).where(erasures.c.erasure == erasure).values(free_at=far))


def _due(noon: datetime, rounds: int) -> Callable[[int], str]:
    def due(number: int) -> str:
        minute = (number - 1) // DUE
        # Later ones over ten years, none of them today.
        later = timedelta(days=1, seconds=(number * 1_117) % 315_000_000)
        return instant(noon + (minute * A_MINUTE if minute <= rounds else later))

    return due


def milliseconds(house: Household, moment: datetime) -> float:
    retention = house.retention
    retention.now = lambda: moment
    before = _ordered(retention.engine)
    began = time.perf_counter()
    retention.sweeping.sweep()
    taken = 1_000 * (time.perf_counter() - began)
    if (found := _ordered(retention.engine) - before) != DUE:
        raise RuntimeError(f"{found} were ordered, and {DUE} were due")
    return taken


def _ordered(engine: Engine) -> int:
    with reading(engine) as session:
        return session.execute(select(func.count()).where(erasures.c.state == "ordered")).scalar_one()


if __name__ == "__main__":
    sys.stdout.write(table(run()) + "\n")
