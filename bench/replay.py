"""Replays against a raw streamed SELECT of the same rows, on SQLite, in turn: `python -m bench.replay`.

Two of them: the timeline (every entry read, selected, and set below its causes) and the views made again from the
entries (each one parsed and projected into tables). The other side fetches the bytes through the same SQLAlchemy and
does nothing with them; beside it, without a goal, the sqlite3 driver alone does so.

And against PyPI `eventsourcing` going through a notification log of the same facts: it selects notifications and maps
each to a domain event. The timeline leaves an entry's data unread; beside it, without a goal, ours making typed events
of the whole of each entry, which is what views are made from.
"""

from __future__ import annotations

import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import orjson
from sqlalchemy import Engine, insert, select
from uuid_utils.compat import uuid7

from bench.report import Row, against, table
from bench.rivals import eventsourced
from services.audit.ledger import tables
from services.audit.replaying import finding
from services.audit.replaying.selection import Selection
from services.auth.views import accounts, custom_values, looks, sessions
from services.kernel.envelope import Envelope, Recorded
from services.kernel.event import Event, personal_fields
from services.kernel.replaying import past
from services.kernel.replaying.past import Views
from services.kernel.signing.note import Signer
from services.kernel.store import eventstore
from services.kernel.store.database import reading, sqlite, writing
from tests.examples import auth as example

PEOPLE = 4_000
ROUNDS = 5
GOAL = 0.4
TWICE = 2.0
BARE = "select idx, note from log_entries order by idx"
SEALED = "s1:00000000-0000-4000-8000-000000000000:auth.bench.v1:field:" + "c2VhbGVk" * 10
SIGNER = Signer("crisisconnect.bench/auth", b"b" * 32)


def run() -> list[Row]:
    with tempfile.TemporaryDirectory() as directory:
        log = sqlite(Path(directory) / "log.sqlite3")
        count = filled(log)
        shown = Views("auth", [accounts, sessions, looks, custom_values])

        def views() -> None:
            with past.scratch(Path(directory)) as room, past.rebuilt(shown, rows(log), room / "views.sqlite3"):
                pass

        def timeline() -> None:
            assert sum(1 for _ in finding.everything(log, Selection(), count - 1)) == count

        def raw() -> None:
            assert sum(1 for _ in rows(log)) == count

        def driver() -> None:
            with closing(sqlite3.connect(Path(directory) / "log.sqlite3")) as bare:
                assert sum(1 for _ in bare.execute(BARE)) == count

        def events() -> None:
            assert sum(1 for _ in _events(log, count)) == count

        facts = eventsourced.filled(Path(directory) / "facts.sqlite3", _events(log, count))

        def notifications() -> None:
            assert sum(1 for _ in eventsourced.decoded(facts)) == count

        found = [
            against("replay, timeline (SQLite)", *_in_turn(timeline, raw, count), unit="/s", goal=GOAL),
            against("the same, against the bare driver", *_in_turn(timeline, driver, count), unit="/s"),
            against("replay, views (SQLite)", *_in_turn(views, raw, count), unit="/s", goal=GOAL),
            against(
                "timeline, against eventsourcing", *_in_turn(timeline, notifications, count), unit="/s", goal=TWICE
            ),
            against("typed events, each", *_in_turn(events, notifications, count), unit="/s"),
        ]
        facts.close()
        log.dispose()
        return found


def rows(log: Engine) -> Iterator[tuple[int, bytes]]:
    with reading(log) as session:
        wanted = select(tables.entries.c.idx, tables.entries.c.note).order_by(tables.entries.c.idx)
        for row in session.execution_options(yield_per=1000).execute(wanted):
            yield row.idx, row.note


def _events(log: Engine, count: int) -> Iterator[Recorded]:
    """As views are made: pages of the log, each entry parsed into its event."""
    after = -1
    while after < count - 1:
        with reading(log) as session:
            page = finding.of_types(session, ["nl.crisisconnect.auth.*"], after, count - 1, 1_000)
        yield from (eventstore.parse(one.note) for one in page.found)
        after = page.scanned


def _in_turn(ours: Callable[[], None], theirs: Callable[[], None], count: int) -> tuple[list[float], list[float]]:
    rates: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for side, work in zip(rates, (ours, theirs), strict=True):
            began = time.perf_counter()
            work()
            side.append(count / (time.perf_counter() - began))
    return rates


def filled(log: Engine) -> int:
    """A log of people who come in, sign in and out; each event of a session follows from the one before it."""
    tables.create(log)
    made: list[dict[str, object]] = []
    for _ in range(PEOPLE):
        cause = None
        for event, stream in _life():
            note = _note(event, stream, len(made) + 1, cause)
            said = orjson.loads(note.split(b"\n", 1)[0])
            same = {name: said.get(name) for name in ("source", "type", "organisation", "subject", "time")}
            rest = {"event_id": said["id"], "correlation": said["correlationid"], "sequence": len(made) + 1}
            made.append({"idx": len(made), "note": note, **same, **rest})
            cause = said["id"]
    with writing(log) as session:
        for start in range(0, len(made), 1000):
            session.execute(insert(tables.entries), made[start : start + 1000])
        session.execute(insert(tables.head).values(id=1, size=len(made), root=b"", note=b""))
    return len(made)


def _life() -> Iterator[tuple[Event, str]]:
    account, invitation, one = str(uuid4()), str(uuid4()), str(uuid4())
    yield replace(example.person_invited(), account=account, invitation=invitation), f"account/{account}"
    yield replace(example.user_registered(), account=account, invitation=invitation), f"account/{account}"
    yield replace(example.signed_in(), account=account, session=one), f"session/{one}"
    yield replace(example.session_started(), account=account, session=one), f"session/{one}"
    yield replace(example.session_ended(), account=account, session=one), f"session/{one}"


def _note(event: Event, stream: str, number: int, cause: str | None) -> bytes:
    envelope = Envelope(
        id=str(uuid7()),
        source="/auth",
        type=event.type,
        subject=stream,
        time=example.person_invited().at + timedelta(seconds=number),
        actor=stream,
        correlationid=str(uuid7()),
        causationid=cause,
        organisation=str(getattr(event, "organisation", "")),
    )
    line = eventstore.line_of(envelope, event, dict.fromkeys(personal_fields(type(event)), SEALED))
    return SIGNER.sign(eventstore.numbered(line, number) + b"\n")


if __name__ == "__main__":
    sys.stdout.write(table(run()) + "\n")
