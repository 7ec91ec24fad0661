"""One block gone through entry by entry, in log order: here each damage gets its name, one to an entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from services.reader import rows
from services.reader.block import Run, Signer
from services.reader.entry import Statement, read
from services.reader.identities import Identities
from services.reader.note import Malformed, SignatureLine
from services.reader.pruned import Beginning
from services.reader.report import Damage, Findings
from services.reader.shelf import Bundle
from services.reader.sources import PRUNED, REGISTRAR, REGISTRATION, Sources, Unregistered
from services.reader.tiles import WIDTH
from services.reader.tree import leaf_hash

_UNDECIDED = 10_000


@dataclass(slots=True)
class Verdict:
    """What is known of one entry; `own` is what is wrong with it by itself, `after` what else."""

    index: int
    source: str | None = None
    own: tuple[Damage, str] | None = None
    after: list[tuple[Damage, str]] = field(default_factory=list)
    differs: bool = False  # from the leaf hash in its tile


class Scrutiny:
    """Knows what the log has said so far: whose turn each number is, which keys have spoken, where entries are gone.

    `undecided` are sound entries that differ from their tile: which of the two is wrong, only the root can tell.
    """

    def __init__(
        self, size: int, sources: Sources, identities: Identities, findings: Findings, beginning: Beginning
    ) -> None:
        self._size, self._beginning = size, beginning
        self._sources, self._identities, self._findings = sources, identities, findings
        self._missing_since: int | None = None
        self.keys: dict[Signer, bytes] = {}
        self.undecided: list[Verdict] = []
        self.gaps = False

    def take(self, first: int, runs: Sequence[Run], ids: bytes) -> bool:
        """Take over what a sound block says if it stands to reason here; False, and nothing taken, if it does not.

        A key speaks for its source from one number to another, if not always: so it is asked of a run's ends alone.
        """
        try:
            for run in runs:
                for number in (run.first, run.last):
                    if self._key_at(run, number) != self.keys[run.signer]:
                        return False
        except Unregistered:
            return False
        if not self._sources.count((run.source, run.first, run.last) for run in runs):
            return False
        self._end_of_gap(first)
        self._identities.add_all(ids, first)
        return True

    def go_through(self, n: int, bundle: Bundle, stored: Sequence[bytes | None]) -> list[bytes]:
        """Name what is wrong in block `n`; its leaf hashes, fewer where neither an entry nor its tile gives one."""
        leaves: list[bytes] = []
        for offset, entry in enumerate(bundle.entries):
            index, kept = n * WIDTH + offset, stored[offset]
            if entry is None:
                self._lose(index)
                if kept is None:
                    return leaves
                leaves.append(kept)
                continue
            self._end_of_gap(index)
            leaves.append(leaf_hash(entry))
            verdict = Verdict(index, differs=kept is not None and kept != leaves[-1])
            self._examine(entry, verdict, bundle.columns[offset] if bundle.columns is not None else None)
            self._settle(verdict)
        return leaves

    def finish(self) -> None:
        """Name entries missing at the end, and ids that stand in the log twice."""
        self._end_of_gap(None)
        for index, before in self._identities.doubled():
            self._findings.add(Damage.EVENT_DOUBLED, index, f"entry {index}", f"the same event id as index {before}")

    def _key_at(self, run: Run, number: int) -> bytes:
        line = SignatureLine(run.signer[0], run.signer[1], b"")
        return self._sources.key_of(Statement(run.source, number, "", "", {}, b"", line)).public_key

    def _lose(self, index: int) -> None:
        self.gaps = True
        self._sources.lose()
        if self._missing_since is None:
            self._missing_since = index

    def _examine(self, entry: bytes, verdict: Verdict, columns: rows.Columns | None) -> None:
        try:
            statement = read(entry)
        except Malformed as error:
            verdict.own = Damage.ENTRY_UNREADABLE, str(error)
            self._sources.lose()
            return
        verdict.source = statement.source
        self._identities.add(statement.event_id, verdict.index)
        self._claim(statement, verdict)
        if number := self._sources.number(statement, intact=not verdict.differs):
            verdict.after.append(number)
        if columns is not None and (wrong := rows.mismatches(columns, statement)):
            verdict.after.append((Damage.ROW_MISMATCH, f"columns {', '.join(wrong)} are not what was signed"))

    def _claim(self, statement: Statement, verdict: Verdict) -> None:
        """Who speaks, and whether that is so."""
        line = statement.signature
        try:
            if statement.source == REGISTRAR and statement.type == REGISTRATION:
                self._sources.register(statement)
            key = self._sources.key_of(statement)
        except Unregistered as error:
            verdict.own = error.damage, str(error)
            return
        if not key.verifies(statement.text, line.blob):
            verdict.own = Damage.SIGNATURE_INVALID, f"not signed by the key of {statement.source}"
            return
        self.keys[line.name, line.key_id] = key.public_key
        if statement.type == PRUNED:
            try:
                self._beginning.hear(verdict.index, statement)
            except Malformed as error:
                verdict.own = Damage.PRUNING_INVALID, str(error)

    def _settle(self, verdict: Verdict) -> None:
        if verdict.own is not None and verdict.differs:
            self.name(verdict, Damage.ENTRY_CHANGED, f"not what the tree holds: {verdict.own[1]}")
        elif verdict.own is not None:
            self.name(verdict, *verdict.own)
        elif verdict.after:
            self.name(verdict, *verdict.after[0])
        elif verdict.differs and len(self.undecided) < _UNDECIDED:
            self.undecided.append(verdict)

    def name(self, verdict: Verdict, damage: Damage, detail: str) -> None:
        """Say what is wrong with one entry."""
        self._findings.add(damage, verdict.index, f"entry {verdict.index}", detail, verdict.source)

    def _end_of_gap(self, index: int | None) -> None:
        """Name a run of missing entries once it ends: before another entry, or (None) with the log."""
        since, self._missing_since = self._missing_since, None
        if since is None:
            return
        if index is None:
            detail = f"the log ends here, its checkpoint says {self._size} entries"
            self._findings.add(Damage.TRUNCATED, since, f"entry {since}", detail)
        else:
            detail = f"{index - since} entries are missing"
            self._findings.add(Damage.ENTRY_MISSING, since, f"entry {since}", detail)
