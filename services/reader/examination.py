"""The examination reads a log once, front to back, 256 entries at a time, and settles each in order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from services.reader import rows
from services.reader.checkpoint import Checkpoint
from services.reader.entry import Statement, read
from services.reader.history import History
from services.reader.identities import Identities
from services.reader.levels import Levels
from services.reader.note import Malformed, ed25519_verifies
from services.reader.report import Damage, Findings
from services.reader.shelf import Bundle, Earlier, Shelf
from services.reader.sources import REGISTRAR, REGISTRATION, Sources, Unregistered
from services.reader.tiles import HASH_BYTES, WIDTH, blocks, split_hashes
from services.reader.tree import leaf_hash

_Check = tuple[bytes, bytes, bytes]  # public key, text, signature
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class _Verdict:
    """What is known of one entry before its signature is: `own` is what is wrong with the entry by itself."""

    index: int
    source: str | None = None
    own: tuple[Damage, str] | None = None
    after: list[tuple[Damage, str]] = field(default_factory=list)
    differs: bool = False  # from the leaf hash in its tile
    check: _Check | None = None


class Examination:
    """One reading of one log up to one checkpoint; `run` once."""

    def __init__(
        self,
        shelf: Shelf,
        checkpoint: Checkpoint,
        sources: Sources,
        findings: Findings,
        passed: Progress | None = None,
    ) -> None:
        """`passed` is told after every block how many entries have been read, and of how many."""
        self._passed = passed
        self._shelf = shelf
        self._checkpoint = checkpoint
        self._sources = sources
        self._findings = findings
        self._levels = Levels(shelf, findings)
        self._undecided: list[_Verdict] = []
        self._missing_since: int | None = None
        self._gaps = False

    def run(self, earlier: Iterator[Earlier], judge: Callable[[Earlier], Checkpoint | None]) -> bytes | None:
        """Read everything; the root the entries give, or None when they end too early to give one.

        `earlier` are checkpoints by size that this log must contain; `judge` says what a kept note states.
        """
        history = History(earlier, judge, self._findings)
        workers = os.cpu_count() or 1
        waiting: deque[tuple[list[_Verdict], Future[list[bool]]]] = deque()
        complete = True
        with Identities() as identities, ThreadPoolExecutor(workers) as pool:
            for n, width in blocks(self._checkpoint.size):
                block = self._block(n, width, identities, history)
                if block is None:
                    complete = False
                    break
                checks = [verdict.check for verdict in block if verdict.check is not None]
                waiting.append((block, pool.submit(_verify, checks)))
                if len(waiting) > 4 * workers:
                    self._settle(*waiting.popleft())
                if self._passed is not None:
                    self._passed(n * WIDTH + width, self._checkpoint.size)
            while waiting:
                self._settle(*waiting.popleft())
            for index, before in identities.doubled():
                detail = f"the same event id as index {before}"
                self._findings.add(Damage.EVENT_DOUBLED, index, f"entry {index}", detail)
        self._end_of_gap(None)
        if complete:
            self._levels.finish()
            history.finish(self._levels)
        return self._root(complete)

    def _block(self, n: int, width: int, identities: Identities, history: History) -> list[_Verdict] | None:
        """Read one block and grow the tree by it; None when neither its entries nor its tile go on."""
        if not self._shelf.holds_entries:
            return self._bare_block(n, width, history)
        bundle = self._shelf.bundle(n, width)
        stored = self._leaf_tile(n, width)
        computed: list[bytes] = []
        verdicts: list[_Verdict] = []
        for offset, entry in enumerate(bundle.entries):
            index, kept = n * WIDTH + offset, stored[offset]
            if entry is None:
                self._gaps = True
                self._sources.lose()
                if self._missing_since is None:
                    self._missing_since = index
                if kept is None:
                    return None
                computed.append(kept)
                continue
            self._end_of_gap(index)
            leaf = leaf_hash(entry)
            computed.append(leaf)
            verdict = _Verdict(index, differs=kept is not None and kept != leaf)
            self._examine(entry, verdict, bundle, offset, identities)
            verdicts.append(verdict)
        for flaw in bundle.flaws:
            self._findings.add(flaw.damage, n * WIDTH + flaw.offset, bundle.where, flaw.detail)
        history.pass_block(self._levels, computed, stored)
        self._levels.leaves(n, stored, computed)
        return verdicts

    def _bare_block(self, n: int, width: int, history: History) -> list[_Verdict] | None:
        """Grow the tree by a block's stored hashes alone; None when one is missing."""
        stored = self._leaf_tile(n, width)
        leaves = [kept for kept in stored if kept is not None]
        if len(leaves) < width:
            return None
        history.pass_block(self._levels, leaves, stored)
        self._levels.leaves(n, stored, leaves)
        return []

    def _leaf_tile(self, n: int, width: int) -> list[bytes | None]:
        name = self._shelf.tile_name(0, n, width)
        raw = self._shelf.tile(0, n, width)
        if raw is None:
            self._findings.add(Damage.TILE_MISSING, n * WIDTH, name, "the tile is not there")
            return [None] * width
        hashes = split_hashes(raw)[:width]
        if len(raw) != width * HASH_BYTES:
            first = n * WIDTH + min(len(hashes), width - 1)
            self._findings.add(Damage.TILE_CHANGED, first, name, f"{len(raw)} bytes for {width} hashes")
        return [*hashes, *[None] * (width - len(hashes))]

    def _examine(self, entry: bytes, verdict: _Verdict, bundle: Bundle, offset: int, identities: Identities) -> None:
        """Everything about one entry that needs no signature; what does is left in `verdict.check`."""
        try:
            statement = read(entry)
        except Malformed as error:
            verdict.own = Damage.ENTRY_UNREADABLE, str(error)
            self._sources.lose()
            return
        verdict.source = statement.source
        identities.add(statement.event_id, verdict.index)
        self._claim(statement, verdict)
        if number := self._sources.number(statement, intact=not verdict.differs):
            verdict.after.append(number)
        columns = bundle.columns[offset] if bundle.columns is not None else None
        if columns is not None and (wrong := rows.mismatches(columns, statement)):
            verdict.after.append((Damage.ROW_MISMATCH, f"columns {', '.join(wrong)} are not what was signed"))

    def _claim(self, statement: Statement, verdict: _Verdict) -> None:
        try:
            if statement.source == REGISTRAR and statement.type == REGISTRATION:
                self._sources.register(statement)
            key = self._sources.key_of(statement)
        except Unregistered as error:
            verdict.own = Damage.KEY_UNKNOWN, str(error)
        else:
            verdict.check = key.public_key, statement.text, statement.signature.blob

    def _settle(self, block: Sequence[_Verdict], signatures: Future[list[bool]]) -> None:
        """Name what is wrong with each entry of a block, one damage to an entry."""
        held = iter(signatures.result())
        for verdict in block:
            if verdict.check is not None:
                verdict.check = None
                if not next(held):
                    verdict.own = Damage.SIGNATURE_INVALID, f"not signed by the key of {verdict.source}"
            if verdict.own is not None and verdict.differs:
                self._name(verdict, Damage.ENTRY_CHANGED, f"not what the tree holds: {verdict.own[1]}")
            elif verdict.own is not None:
                self._name(verdict, *verdict.own)
            elif verdict.after:
                self._name(verdict, *verdict.after[0])
            elif verdict.differs and len(self._undecided) < 10_000:
                self._undecided.append(verdict)

    def _name(self, verdict: _Verdict, damage: Damage, detail: str) -> None:
        self._findings.add(damage, verdict.index, f"entry {verdict.index}", detail, verdict.source)

    def _end_of_gap(self, index: int | None) -> None:
        """Name a run of missing entries once it ends: before another entry, or (None) with the log."""
        since, self._missing_since = self._missing_since, None
        if since is None:
            return
        if index is None:
            detail = f"the log ends here, its checkpoint says {self._checkpoint.size} entries"
            self._findings.add(Damage.TRUNCATED, since, f"entry {since}", detail)
        else:
            detail = f"{index - since} entries are missing"
            self._findings.add(Damage.ENTRY_MISSING, since, f"entry {since}", detail)

    def _root(self, complete: bool) -> bytes | None:
        """Compare the root, and tell of each sound entry that differs from its tile which one is wrong."""
        signed = self._checkpoint.root
        root = self._levels.computed.root() if complete else None
        for verdict in self._undecided:
            block = verdict.index // WIDTH
            tile_wrong = root == signed or (
                self._levels.stored.root() != signed and not self._levels.tile_intact.get(block, True)
            )
            if tile_wrong:
                where = self._shelf.tile_name(0, block, WIDTH)
                detail = f"hash {verdict.index % WIDTH} is not the one computed"
                self._findings.add(Damage.TILE_CHANGED, verdict.index, where, detail)
            else:
                self._name(verdict, Damage.ENTRY_CHANGED, "not the entry that the tree holds")
        if root is not None and root != signed:
            self._findings.add(Damage.ROOT_MISMATCH, None, "checkpoint", "the entries do not give the signed root")
        return None if self._gaps else root


def _verify(checks: Sequence[_Check]) -> list[bool]:
    return [ed25519_verifies(key, text, signature) for key, text, signature in checks]
