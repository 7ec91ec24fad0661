"""Erasing one person costs what there is of that person, whatever else is in the log: `python -m bench.erasing`.

Two households take turns, one beside 10,000 entries of others, one beside 1,000,000. Timed is the whole step of every
participant, as its feed takes it: the order found in the log and verified, keys destroyed, tombstones left, rows
dropped and looked for again, the completion written. People have 100 events of their own, or 10,000.

One life is lived through the services, and laid down again with other ids (bench/copies.py): a session as often as it
takes to have 10,000 events, a life as often as it takes to have a million entries. Copied keys open nothing; they are
as many. The feeds take one entry at a time, so that each order is timed by itself.
"""

from __future__ import annotations

import re
import secrets
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, Table, func, select, update

from bench.copies import multiply
from bench.report import Row, against, table
from crisisconnect.postgres import Cluster
from services.audit.ledger import tables as ledger
from services.auth.views import sessions
from services.contracts.privacy import Role
from services.kernel.following import feed
from services.kernel.hosting.participant import Participant
from services.kernel.keys import epochs
from services.kernel.store import eventstore
from services.kernel.store.database import reading, writing
from tests.faults.household import Household
from tests.faults.town import Neighbour, Town

SMALL, LARGE = 10_000, 1_000_000
FEW, MANY = 100, 10_000
ROUNDS = 3
GOAL = 0.8
"""The least ratio; the greatest is its reciprocal, 1.25, and what lies above 1 was not slower."""
A_SESSION = 3
"""Its events: signed in, started, ended."""
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def run(databases: Sequence[str] = ("SQLite", "PostgreSQL"), large: int = LARGE, small: int = SMALL) -> list[Row]:
    """People erased in a second beside the larger log, against the smaller one."""
    rows = []
    for name in databases:
        with two(name, large, small) as houses:
            taken: dict[tuple[int, int], list[float]] = {(size, own): [] for size in (0, 1) for own in (FEW, MANY)}
            for own in (FEW, MANY) * (ROUNDS + 1):
                for size, house in enumerate(houses):
                    taken[size, own].append(1 / seconds(house))
        for own in (FEW, MANY):
            # The first of each finds nothing in the caches yet.
            beside, alone = taken[0, own][1:], taken[1, own][1:]
            what = f"erasing {own:,} events of one, {name}, log of {large:,} against {small:,}"
            rows.append(against(what, beside, alone, unit="/s", goal=GOAL))
    return rows


@contextmanager
def two(name: str, large: int, small: int) -> Iterator[list[Household]]:
    with tempfile.TemporaryDirectory(prefix="bench-") as made, ExitStack() as stack:
        houses = []
        for size in (large, small):
            directory = Path(made) / str(size)
            cluster = None if name == "SQLite" else Cluster(directory / "postgres")
            if cluster is not None:
                stack.callback(cluster.remove)
                directory.mkdir()
                cluster.start()
            house = Household(directory, cluster.url if cluster else None)
            stack.callback(house.close)
            fill(house, size)
            houses.append(house)
        yield houses


def fill(house: Household, size: int) -> None:
    """Some are about to be erased, by orders that no feed has met; everybody else stays."""
    feed.BATCH = 1
    town = Town(house, secrets.token_hex(4))
    organisation = str(town.beheerders[0].context.organisation)
    people = [town._invited(town.beheerders[0], organisation, Role.MEMBER) for _ in range(1 + 2 * (ROUNDS + 1))]
    for person in people:
        house.auth.sign_ins.refresh(town._asked(person))
    house.settle()
    leaving, other = people[1:], people[0]
    for person in leaving:
        house.auth.closing.close_me(town._asked(person))
    while house.relay():
        for app in house.apps.values():
            while app.feed.step():
                pass
    house.retention.sweeping.sweep()
    house.relay()
    for number, person in enumerate(leaving):
        _many_sessions(house, person, organisation, (MANY if number % 2 else FEW) // A_SESSION)
    life = about(house, {other.pseudonym, *_sessions_of(house, other)})
    entries = len(life[house.audit.engine, ledger.entries])
    for (engine, into), rows in life.items():
        multiply(engine, into, rows, size // entries, shared={organisation}, varied={})
    with writing(house.audit.engine) as session:
        whole = select(func.count()).select_from(ledger.entries).scalar_subquery()
        session.execute(update(ledger.head).values(size=whole))


def _many_sessions(house: Household, person: Neighbour, organisation: str, times: int) -> None:
    """The session that is over, again and again."""
    [ended] = [one for one in _sessions_of(house, person) if one != person.context.session]
    for (engine, into), rows in about(house, {ended}).items():
        multiply(engine, into, rows, times, shared={organisation, person.pseudonym}, varied={})


def _sessions_of(house: Household, person: Neighbour) -> list[str]:
    with reading(house.auth.engine) as session:
        return sessions.of_account(session, person.pseudonym)


def about(house: Household, ids: set[str]) -> dict[tuple[Engine, Table], list[Any]]:
    """Every row of every participant in which one of these ids stands."""
    found: dict[tuple[Engine, Table], list[Any]] = defaultdict(list)
    for app in house.apps.values():
        views = [view.tables for view in (*app.views, *app.log_views)]
        data = [eventstore.tables, *views, *([ledger.tables] if app is house.audit else [])]
        for engine, several in ((app.engine, data), (app.keyring.engine, [epochs.tables])):
            for one in (each for tables in several for each in tables.sorted_tables):
                with reading(engine) as session:
                    for row in session.execute(select(one)):
                        if not ids.isdisjoint(_ID.findall(" ".join(map(_text, row)))):
                            found[engine, one].append(row)
    return found


def _text(cell: object) -> str:
    return cell.decode("latin-1") if isinstance(cell, bytes) else str(cell)


def seconds(house: Household) -> float:
    """Until every participant has erased whom the next order names."""
    before = [_newest(app) for app in house.apps.values()]
    began = time.perf_counter()
    for app in house.apps.values():
        app.feed.step()
    taken = time.perf_counter() - began
    for app, seen in zip(house.apps.values(), before, strict=True):
        if (now := _newest(app)) == seen or now[1] != app.vocabulary.completed.type:
            raise RuntimeError(f"{app.name} has not erased what was ordered")
    return taken


def _newest(app: Participant) -> tuple[int, str]:
    with reading(app.engine) as session:
        newest = select(eventstore.events).order_by(eventstore.events.c.position.desc()).limit(1)
        row = session.execute(newest).one()
    return row.position, row.type


if __name__ == "__main__":
    sys.stdout.write(table(run()) + "\n")
