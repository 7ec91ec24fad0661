"""A page of a list, and the totals over it, cost the same however long it has grown: `python -m bench.lists`.

Two stores take turns, one with 1,000 rows of a kind and one with 100,000, of ten organisations and five years. Timed is
what the services read for the first page, for one in the middle and for all totals, with no period, of everybody: the
most there is. The rows are laid down in bulk, and what is kept of them is derived as `views verify` derives it.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, Table, case, insert, literal, select, text

from bench.report import Row, against, table
from crisisconnect.postgres import Cluster
from services.audit.cases import counted
from services.audit.disclosing import counted as handed
from services.audit.ledger import searching, tables as ledger
from services.audit.ledger.keeping import own_notices
from services.audit.views import access, agreed, disclosure_rows, disclosures, erasures, incidents, usage
from services.kernel.codec import instant
from services.kernel.store import sums
from services.kernel.store.database import ensure, open_engine, reading, sqlite, writing
from services.retention.views import register, requests

SMALL, LARGE = 1_000, 100_000
ROUNDS = 15
GOAL = 0.2
"""The least ratio: a hundred times the rows may take five times as long, where all of them would take a hundred."""
BEGIN, DAYS = datetime(2021, 1, 1, tzinfo=UTC), 1_800
NOW = instant(BEGIN + timedelta(days=DAYS))
EVERYBODY = (None, None, None)
Ask = Callable[[Connection], Any]


def run(databases: Sequence[str] = ("SQLite", "PostgreSQL"), large: int = LARGE, small: int = SMALL) -> list[Row]:
    rows = []
    for name in databases:
        with stores(name) as (few, many):
            fill(few, small)
            fill(many, large)
            for what, asked in questions(large).items():
                taken = [[_rate(many, asked), _rate(few, questions(small)[what])] for _ in range(ROUNDS + 1)][1:]
                ours, theirs = ([one[side] for one in taken] for side in (0, 1))
                rows.append(against(f"{what}, {name}, {large:,} rows against {small:,}", ours, theirs, goal=GOAL))
    return rows


def questions(number: int) -> dict[str, Ask]:
    """What is asked of each kind; the middle is where the row in the middle stands."""
    middle = {kind: place(kind, number // 2) for kind in ("erasures", "requests", "disclosures", "incidents")}
    day = at(number // 2, number)[:10]
    return {
        "erasures, first page": lambda s: erasures.page(s, *EVERYBODY, NOW, None),
        "erasures, middle": lambda s: erasures.page(s, *EVERYBODY, NOW, middle["erasures"](number)),
        "erasures, totals": lambda s: erasures.totals(s, *EVERYBODY, NOW),
        "requests, first page": lambda s: register.page(s, *EVERYBODY, None, 1000),
        "requests, middle": lambda s: register.page(s, *EVERYBODY, middle["requests"](number), 1000),
        "requests, totals": lambda s: register.totals(s, *EVERYBODY, NOW),
        "disclosures, first page": lambda s: disclosures.begun_in(s, *EVERYBODY, None, 1000),
        "disclosures, middle": lambda s: disclosures.begun_in(s, *EVERYBODY, middle["disclosures"](number), 1000),
        "disclosures, totals": lambda s: handed.of_all(s, None, None, NOW),
        "incidents, first page": lambda s: counted.page(s, *EVERYBODY, own_notices(), None),
        "incidents, middle": lambda s: counted.page(s, *EVERYBODY, own_notices(), middle["incidents"](number)),
        "incidents, totals": lambda s: counted.totals(s, *EVERYBODY, BEGIN, own_notices()),
        "access, first page": lambda s: access.page(s, *EVERYBODY, None),
        "access, middle": lambda s: access.page(s, *EVERYBODY, f"{day}/o0/signed_in///"),
        "access, totals": lambda s: (access.count(s, *EVERYBODY), access.totals(s, *EVERYBODY)),
        "usage, first page": lambda s: usage.page(s, *EVERYBODY, None),
        "usage, totals": lambda s: (usage.count(s, *EVERYBODY), usage.totals(s, *EVERYBODY)),
        "log, the last of a rare type": lambda s: searching.search(s, -1, 100, type_="Rare"),
        "log, a type in an organisation": lambda s: searching.search(s, -1, 100, type_="Common", organisation="o3"),
    }


def place(kind: str, row: int) -> Callable[[int], str]:
    return lambda number: f"{at(row, number)}/{kind[0]}{row:06}"


def at(row: int, number: int) -> str:
    """A row of so many that are spread over all days."""
    return instant(BEGIN + timedelta(days=DAYS) * row / number)


def fill(engine: Engine, number: int) -> None:
    with writing(engine) as session:
        for view in (erasures, requests, disclosures, incidents, agreed, access, usage):
            view.tables.create_all(session)
        ledger.tables.create_all(session)
        rows = [(row, f"o{row % 10}", at(row, number)) for row in range(number)]
        _erasures(session, rows)
        _requests(session, rows)
        _cases(session, rows)
        _days(session, rows)
        _log(session, rows)
        if engine.dialect.name == "postgresql":
            session.execute(text("analyze"))  # as its own cleaner does before long


def _erasures(session: Connection, rows: Sequence[Any]) -> None:
    """All of them done but the last hundred, which wait."""
    steps = ("requested", "scheduled", "ordered", "completed by auth", "certified", "unreadable in copies")
    for step in steps:
        done = rows if step in steps[:2] else rows[:-100]
        given = [
            {
                "erasure": f"e{row:06}",
                "step": step,
                "organisation": whose,
                "event": "",
                "idx": row,
                "at": when,
                "due": when,
            }
            for row, whose, when in done
        ]
        _insert(session, erasures.steps, given)
    erasures.derive(session)


def _requests(session: Connection, rows: Sequence[Any]) -> None:
    """All of them answered but the last hundred."""
    fixed = {"right": "access", "channel": "app", "rule": "", "due_on": "", "first_due_on": "", "extended": False}
    given = [
        {"request": f"r{row:06}", "organisation": whose, "received_at": when, "due": when, "remind_at": when, **fixed}
        | {"state": "received" if row >= len(rows) - 100 else "fulfilled", "closed_at": when}
        for row, whose, when in rows
    ]
    _insert(session, requests.requests, given)
    r = requests.requests.c
    ones = {"received": literal(1), "open": case((r.state == "received", 1), else_=0)}
    ones["fulfilled"] = case((r.state == "fulfilled", 1), else_=0)
    _keep(session, requests.kept, select(r.organisation, r.received_at.label("day")), ones)


def _cases(session: Connection, rows: Sequence[Any]) -> None:
    """Files and incidents that are closed, but for the last twenty; each incident touched three controllers."""
    over = rows[-20][2]
    given = [
        {"disclosure": f"d{row:06}", "organisation": whose, "began_at": when, "hidden": False, "missed": False}
        | {"approvals": 2, "handed_over_at": when, "notified_at": when, "closed_at": when if when < over else None}
        for row, whose, when in rows
    ]
    _insert(session, disclosure_rows.disclosures, given)
    d = disclosure_rows.disclosures.c
    ones: dict[str, Any] = {"disclosures": literal(1), "open": case((d.closed_at.is_(None), 1), else_=0)}
    _keep(session, disclosure_rows.kept, select(d.organisation, d.began_at.label("day")), ones)
    known = [
        {"incident": f"i{row:06}", "organisation": "maker", "known_at": when, "registered_at": when, "since": when}
        | {"categories": "[]", "phase": 1, "window_phase": 1, "scoped_phase": 1, "outcome": "reported"}
        | {"closed_at": when if when < over else None}
        for row, _, when in rows
    ]
    _insert(session, incidents.incidents, known)
    parts = [
        {"incident": f"i{row:06}", "organisation": f"o{one}", "scoped_phase": 1, "people": 1, "records": 1}
        | {"by_category": "{}", "exact": True, "informed_at": when, "due": when}
        for row, _, when in rows
        for one in range(3)
    ]
    _insert(session, incidents.controllers, parts)
    i = incidents.incidents.c
    _keep(session, incidents.kept, select(i.organisation, i.known_at.label("day")), {"incidents": literal(1)})


def _days(session: Connection, rows: Sequence[Any]) -> None:
    """One fact of access a row, and one cell of usage."""
    facts = [
        {"idx": row, "organisation": whose, "day": when[:10], "at": when, "kind": "signed_in", "count": 1}
        for row, whose, when in rows
    ]
    _insert(session, access.facts, facts)
    access.derive(session)
    cells = [
        {"idx": row, "organisation": whose, "day": when[:10], "kind": f"k{row}", "people": 5, "facts": 5}
        for row, whose, when in rows
    ]
    _insert(session, usage.days, cells)
    usage.derive(session)


def _log(session: Connection, rows: Sequence[Any]) -> None:
    given = [
        {"idx": row, "source": "/auth", "sequence": row, "event_id": f"e{row}", "organisation": whose, "time": when}
        | {"type": f"nl.crisisconnect.auth.{'Rare' if row == len(rows) - 1 else 'Common'}.v1", "note": b"{}" * 700}
        | {"subject": f"erasure/c{row // 10}", "correlation": f"r{row}"}
        for row, whose, when in rows
    ]
    _insert(session, ledger.entries, given)
    session.execute(insert(ledger.head).values(id=1, size=len(rows), root=b"", note=b""))


def _insert(session: Connection, into: Table, rows: Sequence[Any]) -> None:
    for start in range(0, len(rows), 5_000):
        session.execute(insert(into), rows[start : start + 5_000])


def _keep(session: Connection, kept: Table, each: Any, ones: dict[str, Any]) -> None:
    numbers = [ones.get(name, literal(0)).label(name) for name in sums.numbers_of(kept)]
    sums.derive(session, kept, each.add_columns(*numbers).subquery())


def _rate(engine: Engine, asked: Ask) -> float:
    with reading(engine) as session:
        began = time.perf_counter()
        asked(session)
        return 1 / (time.perf_counter() - began)


@contextmanager
def stores(name: str) -> Iterator[tuple[Engine, Engine]]:
    with tempfile.TemporaryDirectory(prefix="bench-") as made, ExitStack() as stack:
        if name == "SQLite":
            engines = [sqlite(Path(made) / f"{size}.sqlite3") for size in ("few", "many")]
        else:
            cluster = Cluster(Path(made) / "postgres")
            stack.callback(cluster.remove)
            cluster.start()
            for size in ("few", "many"):
                ensure(cluster.url, size)
            engines = [open_engine(cluster.url, size, Path(made)) for size in ("few", "many")]
        for engine in engines:
            stack.callback(engine.dispose)
        yield engines[0], engines[1]


if __name__ == "__main__":
    sys.stdout.write(table(run(sys.argv[1:] or ("SQLite", "PostgreSQL"))) + "\n")
