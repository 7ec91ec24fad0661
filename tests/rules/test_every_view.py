"""Every view of every service equals its replay from the events, before and after a person is erased (I5)."""

from __future__ import annotations

import importlib
import pkgutil
import random
import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import MetaData, create_engine, select
from sqlalchemy.event import listen

from services.audit.app import Audit
from services.contracts.grounds import GROUNDS
from services.contracts.org import UsageAggregated
from services.kernel.commands.unit import Store, Unit
from services.kernel.context import Context
from services.kernel.event import CATALOGUE, Event, owner_of, personal_fields, plain_fields, subject_of
from services.kernel.forgetting import reindexing
from services.kernel.keys import keyring
from services.kernel.keys.keyring import Keyring
from services.kernel.keys.providers import FileKeys
from services.kernel.replaying import replay
from services.kernel.store import eventstore
from services.kernel.store.database import sqlite, writing
from services.kernel.store.wake import Wake
from tests.examples.ground import ground
from tests.made import tables_in
from tests.rules.contracts import EVENTS, example

SERVICES = ("auth", "org", "audit", "retention")
FORGETTING = ("ErasureCompleted", "KeyEpochRetired")


def modules(service: str) -> list[Any]:
    """Every module of `views/` that follows events; one that keeps rows of its own kind has no `project`."""
    package = importlib.import_module(f"services.{service}.views")
    names = [f"{package.__name__}.{found.name}" for found in pkgutil.iter_modules(package.__path__)]
    return [module for name in names if hasattr(module := importlib.import_module(name), "project")]


def story(service: str) -> list[Event]:
    """The examples in the order in which the contract tells them; what forgets comes last."""
    told = sorted(
        (event for event in EVENTS.values() if event.told_by == service),
        key=lambda event: (event.__name__ in FORGETTING, told_at(event)),
    )
    return [example(event) for event in told]


def told_at(event: type[Event]) -> int:
    return list(CATALOGUE).index(event.type)


def stream_of(event: Event) -> str:
    field = event.kind if event.kind in plain_fields(type(event)) else "account"
    return f"{event.kind}/{getattr(event, field, uuid4())}"


def made(service: str, directory: Path) -> Store:
    data, keys = sqlite(directory / "data.sqlite3"), sqlite(directory / "keys.sqlite3")
    views = modules(service)
    tables_in(data, eventstore.tables, *(view.tables for view in views))
    tables_in(keys, keyring.tables)
    ring = Keyring(keys, FileKeys(directory / "kek"), f"/{service}")
    wake = Wake(data, directory, f"{service}-relay")
    return Store(data, ring, service, views, wake, maker=str(uuid4()), grounds=GROUNDS)


def tell(store: Store, event: Event) -> None:
    pairs = [(owner_of(event, name), mark.category) for name, mark in personal_fields(type(event)).items()]

    def work(unit: Unit) -> dict[str, Any]:
        stream = stream_of(event)
        unit.append(stream, len(eventstore.read(unit.session, stream)), [event])
        return {}

    whose = str(getattr(event, "organisation", ""))
    context = Context(actor=f"system/{store.source}", correlation=str(uuid4()), **ground(whose))
    store.perform(context, work, keys=pairs)


def owners(told: list[Event], account: str | None) -> set[str]:
    """Whose keys go with this person: their own, and those of their sessions."""
    mine = [event for event in told if subject_of(event) == account]
    return {owner_of(event, name) for event in mine for name in personal_fields(type(event))}


def differences(store: Store) -> list[replay.Difference]:
    scratch = create_engine("sqlite://")
    metadata: list[MetaData] = [view.tables for view in store.views]
    tables_in(scratch, *metadata)
    try:
        return replay.verify(store, scratch, [table for tables in metadata for table in tables.sorted_tables])
    finally:
        scratch.dispose()


@pytest.fixture(params=SERVICES)
def service(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_view_equals_its_replay_over_the_examples(service, tmp_path):
    store = made(service, tmp_path)
    told = story(service)
    for event in told:
        if event.type.endswith("ErasureCompleted.v1"):
            store.keyring.erase(owners(told, subject_of(event)))
        tell(store, event)
        found = differences(store)
        assert found == [], f"after {type(event).__name__}; a view is a function of (session, event) and no more"
    store.engine.dispose()
    store.keyring._engine.dispose()


def test_every_view_equals_its_replay_after_a_rotation(service, tmp_path):
    store, told = made(service, tmp_path), story(service)
    before: set[str] = set()
    for event in told:
        tell(store, event)
        before |= indexes(store)
    reindexing.rotate(store)

    assert not indexes(store) & before, "an index of the old key is left: its column belongs into the view's INDEXED"
    assert differences(store) == []
    assert bool(before) == (service in ("auth", "audit")), "this looks at nothing"
    store.engine.dispose()
    store.keyring._engine.dispose()


def indexes(store: Store) -> set[str]:
    """Every value of every view that is a hash by its looks; digests of random tokens are none that anybody blinds."""
    with store.reading() as session:
        tables = [table for view in store.views for table in view.tables.sorted_tables]
        rows = [row for table in tables for row in session.execute(select(table)).mappings()]
    found = {str(v) for row in rows for name, v in row.items() if v is not None and str(name).endswith("_index")}
    return {value for value in found if re.fullmatch("[0-9a-f]{64}", value)}


def test_what_is_made_from_a_log_that_lets_go_of_its_beginning_is_only_ever_added_to(tmp_path):
    """A row that a later entry changes is not what its entry said: replayed from the middle of the log, it differs."""
    engine = sqlite(tmp_path / "log.sqlite3")
    tables_in(engine, *(view.tables for view in Audit.log_views))
    said: list[str] = []
    listen(engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    _followed(engine)
    for view in Audit.log_views:
        kept = {table.name for table in view.tables.sorted_tables} - {table.name for table in derived(view)}
        named = [name for name in kept for one in said if re.match(rf"(update|delete from) {name}\b", one, re.I)]
        assert not named, f"{named}: let each entry add rows of its own, and keep in DERIVED what they say together"
        assert all("idx" in view.tables.tables[name].columns for name in kept), "whose entry is a row of?"
    assert any(one.startswith("INSERT INTO erasure_steps") for one in said), "this looks at nothing"
    engine.dispose()


def test_what_is_kept_of_such_rows_is_what_can_be_made_of_them(tmp_path):
    """Where the log has let go of its beginning, it is made of the rows: kept and made have to be the same."""
    engine, again = sqlite(tmp_path / "log.sqlite3"), sqlite(tmp_path / "again.sqlite3")
    for one in (engine, again):
        tables_in(one, *(view.tables for view in Audit.log_views))
    _followed(engine)
    with engine.connect() as live, again.begin() as other:
        for view in Audit.log_views:
            for table in (one for one in view.tables.sorted_tables if one not in derived(view)):
                if rows := [dict(row) for row in live.execute(select(table)).mappings()]:
                    other.execute(table.insert(), rows)
            if derived(view):
                view.derive(other)
                assert replay.compare(live, other, derived(view)) == [], f"{view.__name__}: keep what `derive` makes"
        assert all(live.execute(select(table)).first() for view in Audit.log_views for table in derived(view))
    engine.dispose()
    again.dispose()


def derived(view: Any) -> tuple[Any, ...]:
    return tuple(getattr(view, "DERIVED", ()))


def _followed(engine: Any) -> None:
    """Every example that audit follows, in three lives: as the contract tells them, backwards, and again by chance."""
    followed = [event for event in EVENTS.values() if event in Audit.follows]
    orders = [followed, followed[::-1], random.Random(5).sample(followed, len(followed))]
    index = 0
    for number, order in enumerate(orders):
        for event in order:
            told = example(event)
            names = [name for name in ("erasure", "agreement") if hasattr(told, name)]
            names += ["day"] if isinstance(told, UsageAggregated) else []
            other = {name: f"{number}{str(getattr(told, name))[1:]}" for name in names if name != "day"}
            other |= {"day": told.day + timedelta(days=40 * number)} if "day" in names else {}
            told, index = replace(told, **other), index + 1
            envelope = SimpleNamespace(id=str(uuid4()), purpose=None, correlationid=str(uuid4()))
            entry: Any = SimpleNamespace(index=index, record=SimpleNamespace(event=told, envelope=envelope))
            with writing(engine) as session:
                for view in Audit.log_views:
                    view.follow(session, entry)


def test_no_view_holds_a_personal_value_open(service, tmp_path):
    store, told = made(service, tmp_path), story(service)
    values = set()
    for event in told:
        tell(store, event)
        values |= {getattr(event, name) for name in personal_fields(type(event))} - {None}
        with store.reading() as session:
            tables = [table for view in store.views for table in view.tables.sorted_tables]
            rows = str([tuple(row) for table in tables for row in session.execute(select(table))])
        assert not [value for value in values if value in rows], "views copy sealed values (P18)"
    store.engine.dispose()
    store.keyring._engine.dispose()


def test_every_view_names_its_tables_and_a_service_names_its_views(service):
    views = modules(service)
    tables = [table.name for view in views for table in view.tables.sorted_tables]

    assert views or service == "audit", f"services/{service}/views has no module with `project(session, record)`"
    assert len(tables) == len(set(tables)), "two views claim the same table"
