"""Each entry of a bundle is proved by itself: in the tree, signed by its source, and the organisation's own."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from hashlib import sha256
from pathlib import Path

from services.reader.checkpoint import Checkpoint
from services.reader.entry import Statement, read
from services.reader.manifest import Line, Manifest
from services.reader.note import Malformed
from services.reader.proof import parse_proof
from services.reader.report import Damage, Findings
from services.reader.sources import REGISTRAR, REGISTRATION, Sources, Unregistered
from services.reader.succession import hands_over
from services.reader.tree import leaf_hash, verify_inclusion

_LARGEST = 128 * 1024
"""Longer than any file of a bundle but its manifest; what is longer is read so far, and is damaged."""


class _Wrong(ValueError):
    """One entry is not what the bundle says; the first thing that is wrong with it, in which file."""

    def __init__(self, damage: Damage, where: str, detail: str, source: str | None = None) -> None:
        super().__init__(detail)
        self.damage, self.where, self.detail, self.source = damage, where, detail, source


class Dossier:
    """Goes through a bundle once, by rising index: a key is registered before what it signed.

    `own` counts the organisation's entries of each source, `registrations` and `handovers` those of keys, all of them
    only where sound.
    """

    def __init__(
        self,
        directory: Path,
        organisation: str,
        checkpoint: Checkpoint,
        note: bytes,
        sources: Sources,
        findings: Findings,
    ) -> None:
        """`note` is the checkpoint's file, byte for byte."""
        self._directory, self._organisation = directory, organisation
        self._checkpoint, self._note = checkpoint, note
        self._sources, self._findings = sources, findings
        self._last: dict[str, int] = {}
        self.own: Counter[str] = Counter()
        self.registrations = self.handovers = 0

    def go_through(self, manifest: Manifest) -> None:
        """Whatever is wrong becomes a finding; after a manifest that breaks off, nothing more is looked at."""
        named = array("Q")
        try:
            for line in manifest.lines():
                named.append(line.index)
                try:
                    self._judge(line.index, self._proved(line))
                except _Wrong as wrong:
                    self._findings.add(wrong.damage, line.index, wrong.where, wrong.detail, wrong.source)
        except Malformed as error:
            self._findings.add(Damage.MANIFEST_INVALID, None, "manifest.json", str(error))
            return
        self._look_for_more("entries", "", named)
        self._look_for_more("proofs", ".tlog-proof", named)

    def _proved(self, line: Line) -> bytes:
        """The bytes of an entry that is in the tree, and as the manifest lists it. Raises _Wrong."""
        where, proof_at = f"entries/{line.index}", f"proofs/{line.index}.tlog-proof"
        entry, receipt = read_file(self._directory / where), read_file(self._directory / proof_at)
        if entry is None:
            raise _Wrong(Damage.ENTRY_MISSING, where, "the manifest names it, and it is not there")
        if receipt is None:
            raise _Wrong(Damage.PROOF_INVALID, proof_at, "there is no proof of this entry")
        as_listed = sha256(entry).hexdigest() == line.entry
        try:
            proof = parse_proof(receipt)
        except Malformed as error:
            raise _Wrong(Damage.PROOF_INVALID, proof_at, str(error)) from error
        if proof.index != line.index:
            raise _Wrong(Damage.PROOF_INVALID, proof_at, f"it is of index {proof.index}")
        if not receipt.endswith(b"\n\n" + self._note):
            raise _Wrong(Damage.PROOF_INVALID, proof_at, "it is not under the bundle's checkpoint")
        size, root = self._checkpoint.size, self._checkpoint.root
        if not verify_inclusion(line.index, size, leaf_hash(entry), proof.path, root):
            if as_listed:
                raise _Wrong(Damage.PROOF_INVALID, proof_at, "it does not lead from the entry to the root")
            raise _Wrong(Damage.ENTRY_CHANGED, where, "neither what the manifest lists nor what the proof leads from")
        if not as_listed:
            raise _Wrong(Damage.MANIFEST_INVALID, where, "in the tree, but not what the manifest lists")
        if sha256(receipt).hexdigest() != line.proof:
            raise _Wrong(Damage.MANIFEST_INVALID, proof_at, "not what the manifest lists")
        return entry

    def _judge(self, index: int, entry: bytes) -> None:
        """Who signed it, and whose it is. Raises _Wrong."""
        where = f"entries/{index}"
        try:
            statement = read(entry)
        except Malformed as error:
            raise _Wrong(Damage.ENTRY_UNREADABLE, where, str(error)) from error
        source, registers = statement.source, (statement.source, statement.type) == (REGISTRAR, REGISTRATION)
        try:
            if registers:
                self._sources.register(statement)
            key = self._sources.key_of(statement)
        except Unregistered as error:
            raise _Wrong(error.damage, where, str(error), source) from error
        if not key.verifies(statement.text, statement.signature.blob):
            raise _Wrong(Damage.SIGNATURE_INVALID, where, f"not signed by the key of {source}", source)
        last, self._last[source] = self._last.get(source, 0), statement.number
        if statement.number <= last:
            raise _Wrong(Damage.NUMBER_DOUBLED, where, f"number {statement.number} after {last}", source)
        of_keys = registers or hands_over(statement)
        if not of_keys and not self._is_own(statement):
            raise _Wrong(Damage.ENTRY_FOREIGN, where, "it does not name the bundle's organisation", source)
        if of_keys:
            self.registrations += registers
            self.handovers += not registers
        else:
            self.own[source] += 1

    def _is_own(self, statement: Statement) -> bool:
        return statement.event.get("organisation") == self._organisation

    def _look_for_more(self, folder: str, ending: str, named: array[int]) -> None:
        """A file that the manifest does not name is vouched for by nothing."""
        for path in sorted((self._directory / folder).iterdir()) if (self._directory / folder).is_dir() else ():
            stem = path.name.removesuffix(ending) if ending else path.name
            index = int(stem) if stem.isascii() and stem.isdigit() and len(stem) < 20 else -1
            at = bisect_left(named, index) if 0 <= index < 1 << 63 else len(named)
            if at == len(named) or path.name != f"{named[at]}{ending}":
                where = f"{folder}/{path.name}"
                self._findings.add(Damage.ENTRY_SURPLUS, None, where, "the manifest does not name it")


def read_file(path: Path) -> bytes | None:
    """What stands in a file of a bundle; None where there is none."""
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        return None
