"""What the reader found: whether the log is sound, and if not, where it first is wrong and how."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

MAX_FINDINGS = 1_000


class Unusable(ValueError):
    """There is nothing that could be verified: no checkpoint, no key, no such directory or database."""


class Damage(StrEnum):
    """The kinds of damage; the names are a contract with whoever scripts the verifier."""

    CHECKPOINT_INVALID = "checkpoint_invalid"  # unreadable, of another log, or not signed by the log's key
    NOT_WITNESSED = "not_witnessed"  # not cosigned by those whose cosignature was asked for
    ENTRY_CHANGED = "entry_changed"  # not the bytes that the tree holds
    ENTRY_MISSING = "entry_missing"  # later entries are there, this one is not
    ENTRY_UNREADABLE = "entry_unreadable"  # in the tree, but not a signed note holding one event
    ENTRY_SURPLUS = "entry_surplus"  # bytes after the last entry of a tile, or a file that no manifest names
    SIGNATURE_INVALID = "signature_invalid"  # in the tree, but not signed by its source's key
    KEY_UNKNOWN = (
        "key_unknown"  # no key, a second one, one that is not pinned, or not the one that holds at that number
    )
    HAND_OVER_INVALID = (
        "hand_over_invalid"  # a source names a key as its next one that did not agree, or was there before
    )
    NUMBER_MISSING = "number_missing"  # the source's numbers leave a gap before this entry
    NUMBER_DOUBLED = "number_doubled"  # the source has used this number before
    EVENT_DOUBLED = "event_doubled"  # the event's id stands in the log before
    ROW_MISMATCH = "row_mismatch"  # a database column says something else than the signed bytes
    TILE_CHANGED = "tile_changed"  # a stored hash is not the one computed
    TILE_MISSING = "tile_missing"
    TRUNCATED = "truncated"  # the log ends before its checkpoint, or before an earlier one
    ROOT_MISMATCH = "root_mismatch"  # the entries do not give the root that was signed
    FORK = "fork"  # an earlier signed checkpoint is of another history
    PRUNING_INVALID = "pruning_invalid"  # the log is said to begin later, and no entry of it says so
    PROOF_INVALID = "proof_invalid"  # a bundle's proof is missing, or does not lead from its entry to the root
    ENTRY_FOREIGN = "entry_foreign"  # in an organisation's bundle, and not that organisation's
    MANIFEST_INVALID = "manifest_invalid"  # a bundle's manifest is unreadable, or is not what its files are


@dataclass(frozen=True, slots=True)
class Finding:
    """One damage. `index` is the first entry it touches, 0-based, or None where it touches no one entry."""

    damage: Damage
    index: int | None
    source: str | None
    where: str
    detail: str

    def __str__(self) -> str:
        at = "" if self.index is None else f" at index {self.index}"
        of = "" if self.source is None else f" of {self.source}"
        return f"{self.damage.value}{at}{of}: {self.detail} ({self.where})"


@dataclass(frozen=True)
class Report:
    """The answer of one verification, up to the checkpoint that was taken first.

    `root` is recomputed from the entries, None if any is missing. `sources` gives each source's last number.
    `key_given` is False when the log's key came from beside the log itself, which proves only that the log
    fits together. `entries_read` is False when only hash tiles and checkpoint could be read: the log's shape is
    then proved, not what its entries say. `witnesses` are those asked for that cosigned; `strangers` the names on
    signature lines that no given key could judge. `own` is False when the checkpoint is not one of this log's: then
    nothing below it was read. `begins` is the lowest index that is left, and `pruned_by` the entry that says so: below
    it hash tiles were read, and the entries of keys. At most 1,000 findings are kept, first one first; `damaged` counts
    them all.
    """

    origin: str
    size: int
    root: bytes | None
    sources: dict[str, int] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()
    damaged: int = 0
    key_given: bool = True
    entries_read: bool = True
    witnesses: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    own: bool = True
    begins: int = 0
    pruned_by: int | None = None

    @property
    def ok(self) -> bool:
        return self.damaged == 0

    @property
    def first(self) -> Finding | None:
        """A checkpoint that fails or lacks a witness, since all else is judged by it, or else the lowest index."""
        return self.findings[0] if self.findings else None

    @property
    def exit_code(self) -> int:
        """0 sound, 1 damaged. (2, unusable input, is Unusable's.)"""
        return 0 if self.ok else 1

    def text(self) -> str:
        """The report for a person, one fact to a line."""
        root = self.root.hex() if self.root is not None else "not computable"
        lines = [f"log {self.origin}, {self.size} entries, root {root}"]
        since = "" if self.pruned_by is not None else "1 "
        lines += [f"source {source}: {since}to {last}" for source, last in sorted(self.sources.items())]
        if self.pruned_by is not None:
            what = "below that hash tiles alone, and the entries of keys"
            lines.append(f"begins at index {self.begins}, as entry {self.pruned_by} says: {what}")
        if not self.key_given:
            lines.append("the log's key was taken from beside the log: give it to prove whose log this is")
        if not self.own:
            lines.append("nothing below the checkpoint was read: it is not one of this log's")
        if not self.entries_read:
            lines.append("entries were not read: hash tiles and checkpoint alone, no entry, signature or number")
        lines += [f"cosigned by {name}" for name in self.witnesses]
        lines += [f"a signature line of {name} was not judged: no key was given for it" for name in self.strangers]
        lines += [str(finding) for finding in self.findings[:20]]
        lines.append("ok" if self.ok else f"DAMAGED: {self.damaged} findings")
        # A damaged column may be no text at all, and its place is told all the same.
        return "\n".join(lines).encode(errors="backslashreplace").decode()


class Findings:
    """Gathers findings in any order, in bounded memory."""

    def __init__(self) -> None:
        self._kept: list[Finding] = []
        self._named: set[tuple[Damage, int]] = set()
        self.count = 0

    def add(self, damage: Damage, index: int | None, where: str, detail: str, source: str | None = None) -> None:
        """Keep one finding; the same damage to the same entry is named once, counted twice."""
        self.count += 1
        if len(self._kept) >= MAX_FINDINGS or (index is not None and (damage, index) in self._named):
            return
        if index is not None:
            self._named.add((damage, index))
        self._kept.append(Finding(damage, index, source, where, detail))

    def ordered(self) -> tuple[Finding, ...]:
        """A checkpoint's damage first, then by index, then what touches no one entry."""

        def rank(finding: Finding) -> tuple[int, int]:
            if finding.index is not None:
                return (1, finding.index)
            return (0 if finding.damage in (Damage.CHECKPOINT_INVALID, Damage.NOT_WITNESSED) else 2, 0)

        return tuple(sorted(self._kept, key=rank))
