"""Afterwards: every number is in the log once, nothing else is, and all that was ever signed is one history."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import combinations

from crisisconnect.topology import AUDIT_INGEST
from services.audit.ledger import reading, tree
from services.kernel.store.database import reading as look
from services.reader import verify_database
from services.reader.checkpoint import Checkpoint, parse_checkpoint
from services.reader.note import parse_vkey
from services.reader.tree import verify_consistency
from tests.faults.log_outcome import Outcome
from tests.integration.ingest_process import Ingest


def judge(ingest: Ingest, notes: dict[str, list[bytes]], seen: Sequence[bytes], outcome: Outcome) -> None:
    log = ingest.sources.log.verifier.vkey
    report = verify_database(ingest.database, log_vkey=log, pins=ingest.sources.pins)
    outcome.entries = report.size
    outcome.findings += [str(finding) for finding in report.findings]
    expected = {f"/{service}": len(held) for service, held in notes.items()}
    if report.sources != expected or report.size != sum(expected.values()):
        outcome.findings.append(f"the log has {report.size} entries, {report.sources}, and not {expected}")
    with ingest.engine() as engine, look(engine) as session:
        held = {entry.note for entry in reading.entries_after(session, -1, limit=10**6).entries}
        outcome.findings += [
            f"lost: number {i} of {s}" for s in notes for i, n in enumerate(notes[s], 1) if n not in held
        ]
        outcome.findings += [f"refused: {refusal.reason}" for refusal in reading.refusals(session)]
        outcome.findings += [f"waits: {gap.waiting} of {gap.source}" for gap in reading.gaps(session)]

        @lru_cache(maxsize=4096)
        def tile(level: int, n: int) -> bytes | None:
            return reading.stored_tile(session, level, n)

        outcome.findings += forks(seen, log, tile, outcome)
    if ingest.vhost.waiting(AUDIT_INGEST):
        outcome.findings.append("messages are left in the queue")


def forks(seen: Sequence[bytes], log: str, tile: tree.ReadTile, outcome: Outcome) -> Iterator[str]:
    """Every checkpoint that was ever seen, each earlier one against each later one."""
    checkpoints: list[Checkpoint] = []
    for note in seen:
        checkpoint = parse_checkpoint(note)
        checkpoint.signed_by(parse_vkey(log))
        checkpoints.append(checkpoint)
    outcome.checkpoints = len(checkpoints)
    if [c.size for c in checkpoints] != sorted(c.size for c in checkpoints):
        yield "a checkpoint was seen after a larger one"
    for one, two in combinations(sorted(checkpoints, key=lambda c: c.size), 2):
        outcome.pairs += 1
        try:
            proof = tree.consistency(one.size, two.size, tile)
        except tree.TileMissing:
            yield f"the checkpoint of {two.size} has no tiles"
            continue
        if not verify_consistency(one.size, two.size, one.root, two.root, proof):
            yield f"fork: the checkpoint of {two.size} does not continue that of {one.size}"
