"""Retiring a key epoch under which many keys are wrapped, and what sealing adds: `python -m bench.rotation`."""

from __future__ import annotations

import secrets
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, insert

from bench.report import Row, below, table
from crisisconnect.postgres import Cluster
from services.contracts.grounds import GROUNDS
from services.contracts.privacy import Category
from services.kernel.commands.unit import Store, Unit
from services.kernel.context import Context
from services.kernel.event import Event, personal, subject
from services.kernel.keys import epochs
from services.kernel.keys.keyring import Keyring
from services.kernel.keys.providers import FileKeys
from services.kernel.store import eventstore
from services.kernel.store.database import ensure, postgres, sqlite, writing
from services.kernel.store.wake import Wake
from tests.examples.ground import ground

KEYS = 100_000
ROUNDS = 3
GOAL = 5.0
"""Seconds: 20,000 keys in each."""
SHARE = 5.0
"""Percent of a command."""
COMMANDS = 2_000


def run(keys: int = KEYS, rounds: int = ROUNDS) -> list[Row]:
    """Seconds on each database, every round retiring the epoch of the one before; then what sealing adds."""
    rows = []
    for name in ("SQLite", "PostgreSQL"):
        with database(name) as (engine, directory):
            ring = Keyring(engine, filled(engine, directory, keys), "/bench")
            taken = [seconds(ring, keys) for _ in range(rounds)]
            rows.append(below(f"rotation of {keys:,} keys, {name}", taken, unit="s", goal=GOAL * keys / KEYS))
    with database("SQLite") as (engine, directory):
        shares = [share(store(engine, directory)) for _ in range(rounds)]
        rows.append(below("sealing's share of a command", shares, unit="%", goal=SHARE))
    return rows


def seconds(ring: Keyring, keys: int) -> float:
    began = time.perf_counter()
    rotation = ring.rotate()
    taken = time.perf_counter() - began
    if rotation.keys != keys:
        raise RuntimeError(f"{rotation.keys} keys were moved, and there are {keys}")
    return taken


def filled(engine: Engine, directory: Path, keys: int) -> FileKeys:
    """A keyring as it looks when that many people have come."""
    epochs.tables.create_all(engine)
    provider = FileKeys(directory / "kek")
    epoch = epochs.create(provider)
    with writing(engine) as session:
        epochs.begin(session, epoch)
    for start in range(0, keys, 5_000):
        rows = []
        for _ in range(start, min(start + 5_000, keys)):
            identity, owner = str(uuid4()), f"account/{uuid4()}"
            place = epochs.context(identity, owner, "name", epoch)
            wrapped = provider.wrap(epoch, secrets.token_bytes(32), place)
            rows.append({"id": identity, "owner": owner, "category": "name", "epoch": epoch, "wrapped": wrapped})
        with writing(engine) as session:
            session.execute(insert(epochs.keys), rows)
    return provider


@dataclass(frozen=True, kw_only=True)
class Named(Event, kind="named"):
    """Somebody said what they are called: the bench's own event, with as many personal values as a registration."""

    organisation: str
    person: str = subject()
    first_name: str | None = personal(Category.NAME)
    infix: str | None = personal(Category.NAME)
    last_name: str | None = personal(Category.NAME)
    email: str | None = personal(Category.EMAIL)
    at: datetime


def store(engine: Engine, directory: Path) -> Store:
    eventstore.tables.create_all(engine)
    epochs.tables.create_all(engine)
    ring = Keyring(engine, FileKeys(directory / "kek"), "/bench")
    return Store(engine, ring, "bench", (), Wake(engine, directory, "bench"), maker="m", grounds=GROUNDS)


def share(store: Store) -> float:
    """Percent of the time of commands that goes into finding keys and sealing, the person's keys being at hand."""
    person = str(uuid4())
    values = {"first_name": "Sanne", "infix": "van der", "last_name": "Velde", "email": "sanne@voorbeeld.example"}
    categories = {"email": Category.EMAIL.value}
    pairs = [(f"account/{person}", category.value) for category in (Category.NAME, Category.EMAIL)]
    store.keyring.prepare(pairs)
    began = time.perf_counter()
    for _ in range(COMMANDS):
        event = Named(organisation="o1", person=person, at=datetime.now(UTC), **values)

        def work(unit: Unit, event: Named = event) -> dict[str, Any]:
            unit.append(f"named/{uuid4()}", 0, [event])
            return {}

        context = Context(actor=f"account/{person}", organisation="o1", correlation="c", idempotency=str(uuid4()))
        store.perform(replace(context, digest="d" * 64, **ground("o1")), work, keys=pairs)
    whole = time.perf_counter() - began
    began = time.perf_counter()
    for _ in range(COMMANDS):
        prepared = store.keyring.prepare(pairs)
        for name, value in values.items():
            prepared.seal(f"account/{person}", categories.get(name, Category.NAME.value), "bench.Named.v1", name, value)
    sealing = time.perf_counter() - began
    return 100 * sealing / whole


@contextmanager
def database(name: str) -> Iterator[tuple[Engine, Path]]:
    with tempfile.TemporaryDirectory() as made:
        directory = Path(made)
        if name == "SQLite":
            engine = sqlite(directory / "keys.sqlite3")
            yield engine, directory
            engine.dispose()
            return
        cluster = Cluster(directory / "postgres")
        try:
            ensure(cluster.start(), "keys")
            engine = postgres(cluster.url, "crisisconnect_keys")
            yield engine, directory
            engine.dispose()
        finally:
            cluster.stop()


if __name__ == "__main__":
    sys.stdout.write(table(run()) + "\n")
