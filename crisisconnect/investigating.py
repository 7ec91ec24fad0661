"""Where a replay's entries come from: the running log, which puts it on record, or a log that was given as files."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path
from typing import Any, Protocol

import orjson
from sqlalchemy import Engine, insert
from uuid_utils.compat import uuid7

from crisisconnect import asking
from services.audit.ledger import tables, tree
from services.audit.replaying import finding
from services.audit.replaying.selection import Selection
from services.audit.replaying.timeline import Found
from services.kernel.calls.rpc import PairKeys
from services.kernel.calls.rpc_asyncio import AsyncCaller
from services.kernel.configuration import ConfigurationError
from services.kernel.context import Context
from services.kernel.store.database import reading, sqlite, writing
from services.reader import tiles, verify_directory
from services.reader.directory import Directory
from services.reader.report import Unusable

PAGE = 500
PATIENCE = 60.0


@dataclass(frozen=True)
class Log:
    """The log as far as a replay looks: `size` entries under `root`; `checkpoint` is a signed one over them.

    `first` is the lowest index that is left of it.
    """

    origin: str
    size: int
    root: bytes
    checkpoint: bytes
    first: int = 0


class Case(Protocol):
    """One replay: its selection, its log, what it selects, and all of some types by a moment."""

    selection: Selection
    log: Log

    def found(self) -> Iterator[Found]: ...

    def of_types(self, types: Sequence[str], last: int) -> Iterator[tuple[int, bytes]]: ...

    def exported(self) -> None:
        """Called before a byte of it leaves."""


class Running:
    """A replay that the running audit service has put on record."""

    def __init__(self, runner: asyncio.Runner, caller: AsyncCaller, origin: str, replay: str) -> None:
        self._runner, self._caller, self.replay = runner, caller, replay
        shown = self._ask("replay", {"replay": replay})
        self.selection = _selection(shown["selection"])
        note = shown["checkpoint"].encode()
        self.log = Log(origin, shown["size"], bytes.fromhex(shown["root"]), note, shown["first"])

    def found(self) -> Iterator[Found]:
        return self._pages({})

    def of_types(self, types: Sequence[str], last: int) -> Iterator[tuple[int, bytes]]:
        for one in self._pages({"types": list(types)}):
            if one.index > last:
                return
            yield one.index, one.note

    def exported(self) -> None:
        self._ask("export_replay", {"replay": self.replay})

    def _pages(self, more: Mapping[str, Any]) -> Iterator[Found]:
        after: int | None = -1
        while after is not None:
            page = self._ask("replay_entries", {"replay": self.replay, "after": after, "limit": PAGE, **more})
            for one in page["items"]:
                note = one["entry"].encode()
                yield Found(one["index"], note, orjson.loads(note.split(b"\n", 1)[0]), one["depth"])
            after = page["next"]

    def _ask(self, method: str, args: Mapping[str, Any]) -> Any:
        return _ask(self._runner, self._caller, method, args)


class Copied:
    """A replay of a log that lies in a directory, checked before it is believed. Nothing here is put on record."""

    def __init__(self, engine: Engine, log: Log, selection: Selection) -> None:
        self._engine, self.log, self.selection = engine, log, selection

    def found(self) -> Iterator[Found]:
        return finding.everything(self._engine, self.selection, self.log.size - 1)

    def of_types(self, types: Sequence[str], last: int) -> Iterator[tuple[int, bytes]]:
        if self.log.first:
            raise Unusable(f"the log begins at entry {self.log.first}: views need what came before")
        after = -1
        while after < last:
            with reading(self._engine) as session:
                part = finding.of_types(session, types, after, last, PAGE)
            yield from ((one.index, one.note) for one in part.found)
            after = part.scanned

    def exported(self) -> None:
        """There is no log to write it into."""


@contextmanager
def running(case: str, ground: str, selection: Mapping[str, Any], at: int | str | None) -> Iterator[Running]:
    """Begin a replay as `cli`. Raises Refused, Unavailable, ConfigurationError where nothing runs."""
    here = asking.configuration()
    if not here.amqp_url:
        raise ConfigurationError("nothing runs here, and AMQP_URL names no broker; --log DIR replays a copy")
    with asyncio.Runner() as runner:
        caller = AsyncCaller(
            here.broker_url(asking.CALLER), asking.CALLER, PairKeys.load(here.secrets / "rpc", asking.CALLER)
        )
        runner.run(caller.start())
        try:
            asked = {"case": case, "ground": ground, "selection": dict(selection), "at": at}
            begun = _ask(runner, caller, "start_replay", asked)
            yield Running(runner, caller, here.installation["log"].split("+", 1)[0], begun["replay"])
        finally:
            runner.run(caller.stop())


@contextmanager
def copied(directory: Path, room: Path, selection: Selection, at: int | str | None) -> Iterator[Copied]:
    """Replay a log that was exported as files; `room` is where it is laid out. Raises Unusable."""
    report = verify_directory(directory)
    if report.exit_code:
        raise Unusable(f"this copy of the log is not sound:\n{report.text()}")
    shelf = Directory(directory)
    note = shelf.checkpoint()
    origin, size = note.split(b"\n")[0].decode(), int(note.split(b"\n")[1])
    engine = sqlite(room / "log.sqlite3")
    try:
        tables.create(engine)
        edge = _lay_out(shelf, engine, size, at, report.begins)
        if edge.size == report.begins or (isinstance(at, int) and edge.size <= at):
            raise Unusable(f"the log has the entries {report.begins} to {size - 1}, and none of them then")
        yield Copied(engine, Log(origin, edge.size, edge.root(), note, report.begins), selection)
    finally:
        engine.dispose()


def _lay_out(shelf: Directory, engine: Engine, size: int, at: int | str | None, begins: int) -> tree.Edge:
    """The entries up to an index or a moment, as the running log has them in its tables; and the edge of their tree."""
    edge = tree.edge_at(
        begins, lambda level, n: shelf.tile(level, n, min(tiles.WIDTH, (size >> 8 * level) - n * tiles.WIDTH))
    )

    def within(row: Mapping[str, Any]) -> bool:
        return at is None or (row["idx"] <= at if isinstance(at, int) else row["time"] <= at)

    for n, width in tiles.blocks(size):
        first = n * tiles.WIDTH
        if first < begins:
            continue
        all_rows = [_row(first + i, bytes(note or b"")) for i, note in enumerate(shelf.bundle(n, width).entries)]
        rows = list(takewhile(within, all_rows))
        if rows:
            edge, _ = tree.grow(edge, [tree.leaf_hash(row["note"]) for row in rows])
            with writing(engine) as session:
                session.execute(insert(tables.entries), rows)
        if len(rows) < len(all_rows):
            break
    with writing(engine) as session:
        # What is asked of a log ends at its head; here that is as far as the replay looks.
        session.execute(insert(tables.head).values(id=1, size=edge.size, root=edge.root(), note=b""))
    return edge


def _row(index: int, note: bytes) -> dict[str, Any]:
    said = orjson.loads(note.split(b"\n", 1)[0])
    same = {name: said.get(name) for name in ("source", "type", "organisation", "subject", "time")}
    renamed = {"event_id": said["id"], "correlation": said["correlationid"], "sequence": int(said["sequence"])}
    return {"idx": index, "note": note, **same, **renamed}


def _selection(shown: Mapping[str, Any]) -> Selection:
    return Selection(
        since=shown["from"],
        until=shown["to"],
        person=shown["person"],
        organisation=shown["organisation"],
        correlation=shown["correlationid"],
        types=tuple(shown["types"]),
    )


def _ask(runner: asyncio.Runner, caller: AsyncCaller, method: str, args: Mapping[str, Any]) -> Any:
    context = Context(actor=f"system/{asking.CALLER}", correlation=str(uuid7()), idempotency=f"cli:{uuid7()}")
    return runner.run(caller.call("audit", method, args, context, timeout=PATIENCE))
