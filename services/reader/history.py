"""The log only grows: every earlier checkpoint must be the root of the first entries of this very log."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from services.reader.checkpoint import Checkpoint
from services.reader.levels import Levels
from services.reader.report import Damage, Findings
from services.reader.shelf import Earlier


class History:
    """Compares earlier checkpoints, by size, with the tree as it reaches each size.

    A root is accepted that the entries or the stored tiles give: where these two part, that damage is
    named by itself, and need not be told again as a fork.
    """

    def __init__(
        self,
        earlier: Iterator[Earlier],
        judge: Callable[[Earlier], Checkpoint | None],
        findings: Findings,
    ) -> None:
        self._judged = ((kept, stated) for kept in earlier if (stated := judge(kept)) is not None)
        self._findings = findings
        self._next = next(self._judged, None)

    def pass_block(self, levels: Levels, computed: Sequence[bytes], stored: Sequence[bytes | None]) -> None:
        """Compare every checkpoint whose size is reached before the end of the coming block."""
        start = levels.computed.size
        if not self._reached_before(start + len(computed)):
            return
        ours, theirs = levels.computed.copy(), levels.stored.copy()
        while (waiting := self._reached_before(start + len(computed))) is not None:
            for offset in range(ours.size - start, waiting.size - start):
                ours.push(computed[offset])
                theirs.push(stored[offset] or computed[offset])
            self._compare(ours.root(), theirs.root())

    def finish(self, levels: Levels) -> None:
        """Compare those of the log's whole size; one that is larger shows that the log was cut short."""
        while self._next is not None:
            kept, stated = self._next
            if stated.size > levels.computed.size:
                detail = f"signed with {stated.size} entries before, with {levels.computed.size} now"
                self._findings.add(Damage.TRUNCATED, levels.computed.size, kept.where, detail)
                self._next = next(self._judged, None)
            else:
                self._compare(levels.computed.root(), levels.stored.root())

    def _compare(self, ours: bytes, theirs: bytes) -> None:
        if self._next is None:
            return
        kept, stated = self._next
        if stated.root not in (ours, theirs):
            detail = f"the signed root at size {stated.size} is of another history"
            self._findings.add(Damage.FORK, None, kept.where, detail)
        self._next = next(self._judged, None)

    def _reached_before(self, size: int) -> Checkpoint | None:
        return self._next[1] if self._next is not None and self._next[1].size < size else None
