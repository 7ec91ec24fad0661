"""Every question of every view is found by an index: no page, total or sweep reads all there ever was.

Each function of a view or of the ledger that takes a session is called with an argument of every kind it may be given,
and SQLite says how it goes about each statement. A table without an index in such a plan is one that stays small, and
says why; a page that is sorted as a whole says of what.
"""

from __future__ import annotations

import importlib
import inspect
import itertools
import pkgutil
import re
import types
import typing
from collections.abc import Iterator
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.event import listen

from services.kernel.decider import Refused
from services.kernel.store import eventstore
from services.kernel.store.database import sqlite, writing
from tests.made import tables_in

ROOMS = (*(f"services.{one}.views" for one in ("auth", "org", "retention", "audit")), "services.audit.ledger")
SMALL = {
    "failures": "a row for each account and minute, gone once the minute is told",
    "signatures": "two for each version of an agreement",
    "contents": "what organisations show now, and a row without a word for what they withdrew",
    "cookies": "the register of cookies",
    "organisations": "a row for each organisation",
    "registers": "a row for each time that a register of processing changed",
    "statements": "a row for each version of the statement",
    "statement_particulars": "a row for each version of the statement",
    "sub_processors": "the register of sub-processors",
    "engagements": "a row for each organisation and sub-processor",
    "fields": "a row for each field that an organisation added",
    "rules": "a row for each version of an agreement",
    "retirements": "a row for each service",
    "parcels": "answers that nobody has collected yet",
    "usage_facts": "what was done in the last days, and is not counted yet",
    "usage_restricted": "whose data is restricted now",
    "erasures_waiting": "erasures that are neither ordered nor cancelled",
    "sealing": "a row for each service",
    "log_tally": "a row for each organisation and type",
    "log_prunings": "a row for each time that the log let go of its beginning",
    "log_sources": "a row for each source",
    "log_head": "one row",
    "log_quarantine": "what should never come, and is an alarm",
}
"""Tables that may be read whole, and what they grow with: never with all that ever happened."""
SORTED = {
    "accounts.people_in": "invitations that are open and people of one organisation, for an erasure of the whole",
    "resets.of_account": "links of one person that still open something",
    "sessions.open_of": "open sessions of one person",
    "custom_values.retired": "fields that were taken away, until their values are gone",
    "agreements.after": "agreements of one organisation",
    "supplements.after": "supplements of one organisation",
    "deliveries.of_request": "answers to one request",
    "handed_over.since": "disclosures about people of one organisation that were handed over",
    "requests.same_open": "open requests of one person",
    "requests.to_remind": "open requests",
    "requests.of_person": "requests of one person",
    "complaints.of_person": "complaints of one person",
    "incidents.known_in": "incidents of which one organisation was told; of all of them there is an index",
    "incidents.unscoped": "open incidents",
    "security.begun": "the one installation",
    "searching.search": "entries of one request",
}
"""Pages that are sorted as a whole, and why what is sorted stays small."""
NOW = datetime(2026, 1, 1, tzinfo=UTC)
MOMENT = "2026-01-01T00:00:00.000000Z"
PLACES = {"erasures.page": f"{MOMENT}/e", "usage.page": "d/o/k", "access.page": "d/o/k/r/p/c"}
PLACES |= {"register.page": f"{MOMENT}/r", "incidents.known_in": f"{MOMENT}/i", "disclosures.begun_in": f"{MOMENT}/d"}
COMMANDS = {"project", "project_all", "follow", "take", "let_go", "keep", "stood", "put", "post", "derive", "create"}
"""What writes, takes a record, or is no question: the transaction that does it is looked at elsewhere."""


def questions() -> Iterator[tuple[str, Any]]:
    for room in ROOMS:
        package = importlib.import_module(room)
        for found in pkgutil.iter_modules(package.__path__):
            module = importlib.import_module(f"{room}.{found.name}")
            for name, function in vars(module).items():
                mine = inspect.isfunction(function) and function.__module__ == module.__name__
                if not mine or name.startswith("_") or name in COMMANDS:
                    continue
                if next(iter(inspect.signature(function).parameters), "") == "session":
                    yield f"{found.name}.{name}", function


QUESTIONS = list(questions())


@pytest.fixture(scope="module")
def engine(tmp_path_factory: Any) -> Iterator[Engine]:
    """The tables of every service; two have views of the same name, so each has a database of its own."""
    made = {}
    for room in ROOMS:
        service = room.split(".")[1]
        package = importlib.import_module(room)
        modules = [importlib.import_module(f"{room}.{one.name}") for one in pkgutil.iter_modules(package.__path__)]
        if service not in made:
            made[service] = sqlite(tmp_path_factory.mktemp(service) / "data.sqlite3")
            tables_in(made[service], eventstore.tables)
        found = {id(module.tables): module.tables for module in modules if hasattr(module, "tables")}
        tables_in(made[service], *found.values())
    yield made  # type: ignore[misc]
    for one in made.values():
        one.dispose()


def given(name: str, hint: Any, function: str) -> list[Any]:
    """One value of each kind that a parameter may have."""
    match hint:
        case _ if hint is str:
            return [PLACES[function] if name == "after" and function in PLACES else MOMENT]
        case _ if hint is int:
            return [10]
        case _ if hint is float:
            return [1.0]
        case _ if hint is bool:
            return [True, False]
        case _ if hint is datetime:
            return [NOW]
        case _ if hint is date:
            return [NOW.date()]
        case _ if hint is type(None):
            return [None]
        case type() if issubclass(hint, Enum):
            return list(hint)[:1]
    inside = typing.get_args(hint)
    if isinstance(hint, types.UnionType) or typing.get_origin(hint) is typing.Union:
        return [value for one in inside for value in given(name, one, function)]
    if typing.get_origin(hint) is tuple:
        return [tuple(given(name, one, function)[0] for one in inside if one is not Ellipsis)]
    return [[given(name, inside[0], function)[0]]] if inside else [None]


def plans(engine: Engine, name: str, function: Any) -> Iterator[tuple[str, list[str]]]:
    """Each statement that a question is made of, however it is asked, with what SQLite says of it."""
    hints, asked = typing.get_type_hints(function), list(inspect.signature(function).parameters.values())[1:]
    choices = [given(one.name, hints[one.name], name) for one in asked]
    said: set[tuple[str, int]] = set()

    def heard(_: Any, __: Any, statement: str, values: Any, ___: Any, many: bool) -> None:
        said.add((statement, len(values[0] if many else values)))

    listen(engine, "before_cursor_execute", heard)
    for combination in itertools.islice(itertools.product(*choices), 32):
        with writing(engine) as session:
            try:
                found = function(session, **{one.name: value for one, value in zip(asked, combination, strict=True)})
                if isinstance(found, Iterator):
                    list(found)
            except (Refused, ValueError, LookupError):
                continue  # there is nothing in the tables to be found
    words = sorted(one for one in said if one[0].lstrip().lower().startswith(("select", "with", "update", "delete")))
    with engine.connect() as connection:
        for statement, values in words:
            rows = connection.exec_driver_sql(f"explain query plan {statement}", (None,) * values).all()
            yield statement, [row[3] for row in rows]


@pytest.mark.parametrize(("name", "function"), QUESTIONS, ids=[name for name, _ in QUESTIONS])
def test_every_question_is_found_by_an_index(engine: Any, name: str, function: Any) -> None:
    own = engine[function.__module__.split(".")[1]]
    with own.connect() as connection:
        rows = connection.exec_driver_sql("select name, tbl_name, sql from sqlite_master").all()
    tables = {row.tbl_name for row in rows}
    partial = {
        row.name for row in rows if row.sql and " where " in row.sql.lower() and "create index" in row.sql.lower()
    }
    for statement, plan in plans(own, name, function):
        whole = [one for one in plan if one.startswith("USE TEMP B-TREE FOR ORDER BY")]
        page = " limit " in " ".join(statement.lower().split())
        for one in plan:
            scan = re.match(r"SCAN (\w+)(?:.* USING (?:COVERING )?INDEX (\w+))?", one)
            if scan is None or scan[1] not in tables or scan[2] in partial:
                continue
            in_order = page and scan[2] is not None and not whole
            assert in_order or scan[1] in SMALL, (
                f"{name} reads all of {scan[1]}: give it an index, or say in SMALL what it grows with\n{plan}"
            )
        if page and whole:
            small = any(re.match(rf"(SCAN|SEARCH) {one}\b", step) for one in SMALL for step in plan)
            assert name in SORTED or small, f"{name} sorts all of it for a page: give it an index in its order\n{plan}"


def test_each_reason_is_needed(engine: Any) -> None:
    tables = set()
    for one in engine.values():
        with one.connect() as connection:
            tables |= set(connection.exec_driver_sql("select name from sqlite_master").scalars())
    assert set(SMALL) <= tables, "a table that is gone needs no reason"
    assert set(SORTED) <= {name for name, _ in QUESTIONS}
    assert len(QUESTIONS) > 200, "this looks at nothing"
