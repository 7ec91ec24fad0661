"""The log of a test as audit keeps it, in tables with a tree and checkpoints: audit's own code proves from them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine, insert

from services.audit import evidence
from services.audit.ledger import checkpoint, tables, tree, witnessed
from services.contracts import audit
from services.kernel.signing.note import Signer
from services.kernel.store.database import reading, sqlite, writing
from tests.unit.audit.replaying.world import row
from tests.unit.retention.world import NOW, Log, World

ORDER = ("audit", "auth", "org", "retention")


def begin(world: World) -> None:
    """The first entries are registrations, as in every log; what is proved later is proved by audit's own code."""
    for name in ORDER:
        said = audit.KeyRegistered(source=f"/{name}", vkey=world.installation.pins[name], at=NOW)
        world.tell("audit", said, f"key/{name}")
    world.log.evidence = proved


def proved(
    log: Log, event: str, *, size: int | None = None, policy: str = "none", cosigned: Mapping[int, bytes] | None = None
) -> Any:
    """As audit answers `evidence` once the log has come to `size`, with a checkpoint after every entry.

    `cosigned` are lines of a witness by size, and meet the `policy`.
    """
    with TemporaryDirectory() as directory:
        engine = sqlite(Path(directory) / "audit.sqlite3")
        try:
            tables.create(engine)
            _write(engine, log, log.notes[:size])
            with writing(engine) as session:
                for under, line in (cosigned or {}).items():
                    witnessed.keep(session, under, "a witness", line, "2025-03-01T09:30:00.000000Z")
                    witnessed.mark(session, policy, under)
            with reading(engine) as session:
                return evidence.of(session, event, policy)
        finally:
            engine.dispose()


def _write(engine: Engine, log: Log, notes: list[bytes]) -> None:
    leaves = [tree.leaf_hash(note) for note in notes]
    signer = Signer(log.installation.origin, log.installation.signing_key("log").private_bytes_raw())
    heads = []
    for size in range(1, len(leaves) + 1):
        edge, tiles = tree.grow(tree.Edge(), leaves[:size])
        heads.append(checkpoint.sign(signer, size, edge.root()))
    with writing(engine) as session:
        session.execute(insert(tables.entries), [row(index, note) for index, note in enumerate(notes)])
        session.execute(insert(tables.tiles), [tile._asdict() for tile in tiles])
        session.execute(insert(tables.checkpoints), [{"size": head.size, "note": head.note} for head in heads])
        newest = heads[-1]
        session.execute(insert(tables.head).values(id=1, size=newest.size, root=newest.root, note=newest.note))
