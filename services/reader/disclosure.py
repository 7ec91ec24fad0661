"""The package of a disclosure is checked by itself, off-line: its files, its log entries, its scope, its consultation.

It shows that what is in it was asked, narrowed, approved by two and consulted about as it says. That the log means this
package, and not another with the same story, the SHA-256 of its manifest shows, which the log has too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from services.reader import (
    disclosure_consultation as consultation,
    disclosure_scope as scope,
    disclosure_story as story,
)
from services.reader.certificate_form import Wrong
from services.reader.disclosure_archive import LARGEST, Misshapen, opened
from services.reader.disclosure_form import Form
from services.reader.disclosure_log import Entries
from services.reader.note import Malformed, VerifierKey, parse_vkey
from services.reader.report import Findings, Unusable
from services.reader.sources import Sources
from services.reader.witnesses import Witnesses


@dataclass(frozen=True)
class DisclosureReport:
    """What one package proves; `wrong` is the first thing that is not as it must be.

    `key_given` is False when the log's key came from the package itself, and `manifest_given` when nobody said which
    manifest it should have: that proves only that it fits together.
    """

    disclosure: str
    manifest: str = ""
    origin: str = ""
    size: int = 0
    organisation: str = ""
    outcome: str = ""
    people: int = 0
    entries: int = 0
    wrong: Wrong | None = None
    key_given: bool = True
    manifest_given: bool = True
    witnesses: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return self.wrong is None

    @property
    def exit_code(self) -> int:
        """0 sound, 1 not. (2, unusable input, is Unusable's.)"""
        return 0 if self.ok else 1

    def text(self) -> str:
        """The report for a person, one fact to a line."""
        lines = [f"package of disclosure {self.disclosure}"]
        if self.ok:
            lines.append(f"organisation {self.organisation}, {self.people} people")
            lines.append("approved by two who did not open it")
            lines.append(f"consultation: {self.outcome}")
            lines.append(f"{self.entries} entries proved in log {self.origin}, whose size was {self.size}")
            lines.append(f"SHA-256 of the manifest {self.manifest}")
            lines.append("not compared: what the PDF pages say; the data beside them was")
        if not self.key_given:
            lines.append("the log's key was taken from the package itself: give it to prove whose log this is")
        if not self.manifest_given:
            lines.append("no SHA-256 of a manifest was given: give it to prove that this is the package handed over")
        lines += [f"cosigned by {name}" for name in self.witnesses]
        lines.append("ok" if self.wrong is None else f"WRONG: {self.wrong}")
        return "\n".join(lines).encode(errors="backslashreplace").decode()


def verify_disclosure(
    package: Path | bytes,
    *,
    log_vkey: str | None = None,
    manifest: str | None = None,
    pins: Mapping[str, str] | None = None,
    witnesses: Sequence[str] = (),
    quorum: int | None = None,
) -> DisclosureReport:
    """Check everything that a decrypted package says; needs nothing else. `log_vkey` defaults to the one in it.

    `manifest` is the SHA-256 that its manifest must have; `pins`, `witnesses` and `quorum` as for a whole log.
    Raises Unusable where there is no package to be read.
    """
    raw = package if isinstance(package, bytes) else _file(package)
    if not raw.startswith(b"PK\x03\x04") or len(raw) > LARGEST:
        raise Unusable("this is no package of a disclosure; an age file is decrypted first")
    judge, report = Witnesses(witnesses, quorum), DisclosureReport("?")
    try:
        form = _form(raw, manifest)
        report = DisclosureReport(form.disclosure["disclosure"], form.digest)
        key, sources = _keys(form, log_vkey, pins)
        report = _examined(report, form, Entries(form, key, sources), judge)
    except Wrong as wrong:
        report = replace(report, wrong=wrong)
    return replace(report, key_given=log_vkey is not None, manifest_given=manifest is not None)


def _examined(report: DisclosureReport, form: Form, entries: Entries, judge: Witnesses) -> DisclosureReport:
    findings = Findings()
    cosigned = judge.judge(entries.checkpoint, findings)
    if findings.count:
        raise Wrong("log/checkpoint.note", findings.ordered()[0].detail)
    scope.judge(form.disclosure, form.people, form.files["data/people.csv"])
    story.judge(form, entries)
    consultation.judge(form, entries)
    return replace(
        report,
        origin=entries.checkpoint.origin,
        size=entries.checkpoint.size,
        organisation=form.disclosure["organisation"]["id"],
        outcome=form.record["outcome"],
        people=len(form.people),
        entries=entries.count,
        witnesses=cosigned,
    )


def _form(raw: bytes, manifest: str | None) -> Form:
    try:
        form = Form(opened(raw))
    except Misshapen as error:
        raise Wrong("archive", str(error)) from error
    if manifest is not None and manifest.strip().lower() != form.digest:
        raise Wrong("manifest.json", "it is another one than that whose SHA-256 was given")
    return form


def _keys(form: Form, log_vkey: str | None, pins: Mapping[str, str] | None) -> tuple[VerifierKey, Sources]:
    own = form.files["log/log.vkey"].decode("utf-8", "replace")
    try:
        key = parse_vkey(own if log_vkey is None else log_vkey)
        return key, Sources(key.name, pins)
    except Malformed as error:
        if log_vkey is None and pins is None:
            raise Wrong("log/log.vkey", str(error)) from error
        raise Unusable(f"a verifier key is unreadable: {error}") from error


def _file(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(LARGEST + 1)
