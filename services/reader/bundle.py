"""One organisation's entries, proved off-line under one checkpoint; what was left out, no such proof can show.

A directory: `checkpoint`, `log.vkey`, `manifest.json`, `entries/<index>` and `proofs/<index>.tlog-proof`. Beside the
organisation's own entries it holds the registrations and hand-overs of the sources' keys. Needs these files alone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from services.reader.checkpoint import Checkpoint, parse_checkpoint
from services.reader.dossier import Dossier, read_file
from services.reader.manifest import Manifest, Opening
from services.reader.note import Malformed, Untrusted, VerifierKey, parse_vkey
from services.reader.report import Damage, Finding, Findings, Unusable
from services.reader.sources import Sources
from services.reader.witnesses import Witnesses


@dataclass(frozen=True)
class BundleReport:
    """What one bundle proves. `sources` counts the organisation's own entries of each source.

    `key_given` is False when the log's key came from the bundle itself, which proves only that it fits together.
    """

    origin: str
    organisation: str
    size: int
    sources: dict[str, int] = field(default_factory=dict)
    registrations: int = 0
    handovers: int = 0
    findings: tuple[Finding, ...] = ()
    damaged: int = 0
    key_given: bool = True
    witnesses: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return self.damaged == 0

    @property
    def exit_code(self) -> int:
        """0 sound, 1 damaged. (2, unusable input, is Unusable's.)"""
        return 0 if self.ok else 1

    def text(self) -> str:
        """The report for a person, one fact to a line."""
        own = sum(self.sources.values())
        lines = [f"organisation {self.organisation}: {own} entries of log {self.origin}, whose size was {self.size}"]
        lines += [f"source {source}: {count} entries" for source, count in sorted(self.sources.items())]
        lines.append(f"registrations of keys: {self.registrations}, hand-overs: {self.handovers}")
        if not self.key_given:
            lines.append("the log's key was taken from the bundle itself: give it to prove whose log this is")
        lines += [f"cosigned by {name}" for name in self.witnesses]
        lines.append("not shown: that no entry was left out; only the whole log can show that")
        lines += [str(finding) for finding in self.findings[:20]]
        lines.append("ok" if self.ok else f"DAMAGED: {self.damaged} findings")
        return "\n".join(lines)


def verify_bundle(
    directory: Path,
    *,
    log_vkey: str | None = None,
    pins: Mapping[str, str] | None = None,
    witnesses: Sequence[str] = (),
    quorum: int | None = None,
) -> BundleReport:
    """Check the manifest, the checkpoint, every proof, every signature, and whose every entry is.

    `log_vkey` defaults to the bundle's `log.vkey`; `pins`, `witnesses` and `quorum` as for a whole log.
    Raises Unusable where there is no bundle, or no key to hold it against.
    """
    kept, note = read_file(directory / "log.vkey"), read_file(directory / "checkpoint")
    try:
        manifest = Manifest(directory / "manifest.json")
    except OSError as error:
        raise Unusable("there is no bundle here: no manifest.json can be read") from error
    except Malformed as error:
        raise Unusable(f"there is no bundle here: {error}") from error
    if note is None:
        raise Unusable("the bundle has no file named checkpoint")
    if log_vkey is None and kept is None:
        raise Unusable("no verifier key was given, and the bundle has no file named log.vkey")
    try:
        key = parse_vkey(log_vkey if log_vkey is not None else (kept or b"").decode("utf-8", "replace"))
        sources = Sources(key.name, pins)
    except Malformed as error:
        raise Unusable(f"a verifier key is unreadable: {error}") from error
    with manifest:
        judge = Witnesses(witnesses, quorum)
        opening, findings = manifest.opening, Findings()
        checkpoint = _checkpoint(note, key, findings)
        if checkpoint is None:
            found = findings.ordered()
            return BundleReport(
                key.name,
                opening.organisation,
                0,
                findings=found,
                damaged=findings.count,
                key_given=log_vkey is not None,
            )
        cosigned = judge.judge(checkpoint, findings)
        _compare(opening, checkpoint, note, kept, findings)
        dossier = Dossier(directory, opening.organisation, checkpoint, note, sources, findings)
        dossier.go_through(manifest)
    return BundleReport(
        key.name,
        opening.organisation,
        checkpoint.size,
        dict(dossier.own),
        dossier.registrations,
        dossier.handovers,
        findings.ordered(),
        findings.count,
        log_vkey is not None,
        cosigned,
    )


def _checkpoint(note: bytes, key: VerifierKey, findings: Findings) -> Checkpoint | None:
    """The checkpoint, trusted or not; None where it cannot be read."""
    try:
        checkpoint = parse_checkpoint(note)
    except Malformed as error:
        findings.add(Damage.CHECKPOINT_INVALID, None, "checkpoint", f"unreadable: {error}")
        return None
    try:
        checkpoint.signed_by(key)
    except (Malformed, Untrusted) as error:
        findings.add(Damage.CHECKPOINT_INVALID, None, "checkpoint", str(error))
    return checkpoint


def _compare(opening: Opening, checkpoint: Checkpoint, note: bytes, kept: bytes | None, findings: Findings) -> None:
    """The manifest opens with what is beside it."""
    said = {
        "origin": opening.origin == checkpoint.origin,
        "size": opening.size == checkpoint.size,
        "checkpoint": opening.checkpoint == sha256(note).hexdigest(),
        "log.vkey": kept is not None and opening.log_vkey == sha256(kept).hexdigest(),
    }
    for name in (name for name, same in said.items() if not same):
        findings.add(Damage.MANIFEST_INVALID, None, "manifest.json", f"its {name} is not what is beside it")
