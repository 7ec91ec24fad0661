"""The examination reads a log once, front to back, 256 entries at a time, and settles each block in order."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from services.reader.checkpoint import Checkpoint
from services.reader.history import History
from services.reader.identities import Identities
from services.reader.levels import Levels
from services.reader.pruned import Beginning
from services.reader.report import Damage, Findings
from services.reader.scrutiny import Scrutiny
from services.reader.shelf import Bundle, Earlier, Shelf
from services.reader.sources import Sources
from services.reader.tiles import HASH_BYTES, WIDTH, blocks, split_hashes
from services.reader.workers import Answer, Workers

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class _Block:
    """One block as it lies there, and who is asked for what it says by itself."""

    n: int
    width: int
    tile: bytes | None
    bundle: Bundle | None  # None where entries are not for us, or were let go of
    said: Answer | None = None


class Examination:
    """One reading of one log up to one checkpoint; `run` once.

    Blocks are judged by themselves in any order. Whatever depends on what stands before, a key, a number, a root, is
    decided here in log order; and a block that does not stand to reason is gone through here entry by entry.
    """

    def __init__(
        self,
        shelf: Shelf,
        checkpoint: Checkpoint,
        sources: Sources,
        findings: Findings,
        beginning: Beginning,
        passed: Progress | None = None,
        jobs: int | None = None,
    ) -> None:
        """`passed` is told after every block how many entries have been read, and of how many; `jobs` as Workers."""
        self._passed, self._jobs = passed, jobs
        self._shelf, self._checkpoint, self._sources = shelf, checkpoint, sources
        self._findings, self._beginning = findings, beginning
        self._levels = Levels(shelf, findings)

    def run(self, earlier: Iterator[Earlier], judge: Callable[[Earlier], Checkpoint | None]) -> bytes | None:
        """Read everything; the root the entries give, or None when they end too early to give one.

        `earlier` are checkpoints by size that this log must contain; `judge` says what a kept note states.
        Raises Unusable when a worker died.
        """
        size = self._checkpoint.size
        history = History(earlier, judge, self._findings)
        jobs = self._jobs if self._shelf.holds_entries else 1
        with Identities() as identities, Workers(jobs, size) as workers:
            scrutiny = Scrutiny(size, self._sources, identities, self._findings, self._beginning)
            complete = True
            for block in self._in_order(workers, scrutiny):
                complete = self._settle(block, scrutiny, history)
                if not complete:
                    break
                if self._passed is not None:
                    self._passed(block.n * WIDTH + block.width, size)
            scrutiny.finish()
        self._beginning.confirm(self._findings)
        if complete:
            self._levels.finish()
            history.finish(self._levels)
        return self._root(complete, scrutiny)

    def _in_order(self, workers: Workers, scrutiny: Scrutiny) -> Iterator[_Block]:
        """Every block, each with a few after it under way; none ahead of the first keys, which it would need."""
        waiting: deque[_Block] = deque()
        for n, width in blocks(self._checkpoint.size):
            left = n * WIDTH >= self._beginning.minimum and self._shelf.holds_entries
            bundle = self._shelf.bundle(n, width) if left else None
            said = None
            if bundle is not None and scrutiny.keys and None not in bundle.entries:
                said = workers.give(bundle.entries, bundle.columns, scrutiny.keys)
            waiting.append(_Block(n, width, self._shelf.tile(0, n, width), bundle, said))
            while waiting and (len(waiting) > workers.ahead or not scrutiny.keys):
                yield waiting.popleft()
        yield from waiting

    def _settle(self, block: _Block, scrutiny: Scrutiny, history: History) -> bool:
        """Name what is wrong with a block and grow the tree by it; False when neither entries nor tile go on."""
        first = block.n * WIDTH
        self._name_tile(block)
        for flaw in block.bundle.flaws if block.bundle is not None else ():
            where = block.bundle.where if block.bundle is not None else ""
            self._findings.add(flaw.damage, first + flaw.offset, where, flaw.detail)
        said = block.said() if block.said is not None else None
        if said is not None and said.leaves == block.tile and scrutiny.take(first, said.runs, said.ids):
            leaves = split_hashes(said.leaves)
            history.pass_block(self._levels, leaves, leaves)
            self._levels.leaves(block.n, leaves, leaves, said.root)
            return True
        hashes = split_hashes(block.tile or b"")[: block.width]
        stored: list[bytes | None] = [*hashes, *[None] * (block.width - len(hashes))]
        leaves = scrutiny.go_through(block.n, block.bundle, stored) if block.bundle is not None else hashes
        if len(leaves) < block.width:
            return False
        history.pass_block(self._levels, leaves, stored)
        self._levels.leaves(block.n, stored, leaves)
        return True

    def _name_tile(self, block: _Block) -> None:
        name = self._shelf.tile_name(0, block.n, block.width)
        if block.tile is None:
            self._findings.add(Damage.TILE_MISSING, block.n * WIDTH, name, "the tile is not there")
        elif len(block.tile) != block.width * HASH_BYTES:
            first = block.n * WIDTH + min(len(block.tile) // HASH_BYTES, block.width - 1)
            detail = f"{len(block.tile)} bytes for {block.width} hashes"
            self._findings.add(Damage.TILE_CHANGED, first, name, detail)

    def _root(self, complete: bool, scrutiny: Scrutiny) -> bytes | None:
        """Compare the root, and tell of each sound entry that differs from its tile which one is wrong."""
        signed = self._checkpoint.root
        root = self._levels.computed.root() if complete else None
        for verdict in scrutiny.undecided:
            block = verdict.index // WIDTH
            tile_wrong = root == signed or (
                self._levels.stored.root() != signed and not self._levels.tile_intact.get(block, True)
            )
            if tile_wrong:
                where = self._shelf.tile_name(0, block, WIDTH)
                detail = f"hash {verdict.index % WIDTH} is not the one computed"
                self._findings.add(Damage.TILE_CHANGED, verdict.index, where, detail)
            else:
                scrutiny.name(verdict, Damage.ENTRY_CHANGED, "not the entry that the tree holds")
        if root is not None and root != signed:
            self._findings.add(Damage.ROOT_MISMATCH, None, "checkpoint", "the entries do not give the signed root")
        return None if scrutiny.gaps else root
