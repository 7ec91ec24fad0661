"""A log on SQLite that holds all that auth's examples tell, sealed by a keyring of auth's own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import delete, insert, select

from services.audit.ledger import checkpoint, tables, tree
from services.audit.replaying.replays import Replays
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.event import owner_of, personal_fields, subject_of
from services.kernel.signing.note import Signer
from services.kernel.store import eventstore
from services.kernel.store.database import writing
from tests.rules.test_every_view import made, story, tell

LOG = Signer("crisisconnect.test/log", b"l" * 32)
AUTH = Signer("crisisconnect.test/log/auth", b"a" * 32)
SANNE = "the-account-that-sanne-knows"
INVESTIGATOR = Context(
    actor="account/investigator", organisation="the-maker", role="investigator", purpose="beheer_access"
)


class World:
    def __init__(self, directory: Path) -> None:
        for name in ("auth", "audit"):
            (directory / name).mkdir()
        self.auth, self.audit = made("auth", directory / "auth"), made("audit", directory / "audit")
        tables.create(self.audit.engine)
        told = story("auth")
        self.subject = str(next(subject_of(event) for event in told if subject_of(event)))
        self.values = {getattr(event, name) for event in told for name in personal_fields(type(event))} - {None}
        for event in told:
            if event.type.endswith("ErasureCompleted.v1"):
                # Whoever is erased has no keys any more: not here, and so not in any replay either.
                owners = {owner_of(one, name) for one in told for name in personal_fields(type(one))}
                self.auth.keyring.erase(owners)
            tell(self.auth, event)
        self.notes: list[bytes] = []
        self.grow()
        self.elsewhere: set[str] = set()
        self.asked: list[tuple[str, tuple[str, ...]]] = []
        self.replays = Replays(self.audit, self._person, "the-maker", self.streams)

    def close(self) -> None:
        for store in (self.auth, self.audit):
            store.engine.dispose()
            store.keyring._engine.dispose()

    def streams(self, service: str, names: Sequence[str]) -> list[str]:
        """Those of audit itself, and `elsewhere` those of the others."""
        self.asked.append((service, tuple(names)))
        if service != "audit":
            return [name for name in names if name in self.elsewhere]
        with self.audit.reading() as session:
            return eventstore.streams(session, names)

    def _person(self, account: str, _: str | None) -> str:
        if account != SANNE:
            raise Refused("account_unknown")
        return self.subject

    def grow(self) -> None:
        """Put what auth has said since into the log, under a checkpoint."""
        with self.auth.reading() as session:
            lines = list(session.execute(select(eventstore.events.c.line).order_by(eventstore.events.c.position)))
        first = len(self.notes)
        new = [AUTH.sign(eventstore.numbered(row.line, n) + b"\n") for n, row in enumerate(lines, 1)][first:]
        self.notes += new
        edge, tiles = tree.grow(tree.Edge(), [tree.leaf_hash(note) for note in self.notes])
        head = checkpoint.sign(LOG, edge.size, edge.root())
        with writing(self.audit.engine) as session:
            session.execute(insert(tables.entries), [row(first + i, note) for i, note in enumerate(new)])
            session.execute(delete(tables.tiles))
            session.execute(insert(tables.tiles), [tile._asdict() for tile in tiles])
            session.execute(insert(tables.checkpoints).values(size=head.size, note=head.note))
            session.execute(delete(tables.head))
            session.execute(insert(tables.head).values(id=1, size=head.size, root=head.root, note=head.note))

    def start(self, context: Context = INVESTIGATOR, at: int | str | None = None, **selection: Any) -> str:
        return str(self.replays.start(context, "OM-2025-0142", "vermoeden van misbruik", selection, at)["replay"])

    def pages(self, replay: str, limit: int = 3) -> list[Mapping[str, Any]]:
        """The whole timeline, page by page."""
        items: list[Mapping[str, Any]] = []
        after: int | None = -1
        while after is not None:
            page = self.replays.timeline(INVESTIGATOR, replay, after, limit)
            items += page["items"]
            after = page["next"]
        return items

    def of(self, types: Sequence[str], last: int) -> list[tuple[int, bytes]]:
        kept = [prefix[:-1] for prefix in types]
        return [(i, n) for i, n in enumerate(self.notes[: last + 1]) if any(k.encode() in n for k in kept)]


def row(index: int, note: bytes) -> dict[str, Any]:
    said = orjson.loads(note.split(b"\n", 1)[0])
    same = {name: said.get(name) for name in ("source", "type", "organisation", "subject", "time")}
    renamed = {"event_id": said["id"], "correlation": said["correlationid"], "sequence": int(said["sequence"])}
    return {"idx": index, "note": note, **same, **renamed}
