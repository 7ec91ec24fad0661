"""The certificate of an erasure is checked by itself, off-line: each field against what was signed, all under one root.

It proves that retention stated this in that log, and that the entries it names stand there in the order that it needs.
What those entries say, only who may read them can compare: they hold the pseudonym, and no certificate shows them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from services.reader import certificate_form as form
from services.reader.certificate_entries import compare, entries_at
from services.reader.certificate_examination import Examination
from services.reader.certificate_form import Wrong
from services.reader.note import Malformed, VerifierKey, parse_vkey
from services.reader.report import Findings, Unusable
from services.reader.sources import Sources
from services.reader.witnesses import Witnesses


@dataclass(frozen=True)
class CertificateReport:
    """What one certificate proves; `wrong` is the first thing that is not as it must be. `statement` is the SHA-256 of
    the entry that says it all, as the page for people prints it.

    `key_given` is False when the log's key came from the certificate itself, which proves only that it fits together.
    """

    certificate: str
    origin: str = ""
    size: int = 0
    organisation: str = ""
    erased: str = ""
    unreadable: str | None = None
    entries: int = 0
    statement: str = ""
    excepted: int = 0
    compared: bool = False
    wrong: Wrong | None = None
    key_given: bool = True
    witnesses: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        return self.wrong is None

    @property
    def exit_code(self) -> int:
        """0 sound, 1 not. (2, unusable input, is Unusable's.)"""
        return 0 if self.ok else 1

    def text(self) -> str:
        """The report for a person, one fact to a line."""
        lines = [f"certificate of erasure {self.certificate}"]
        if self.ok:
            lines.append(f"organisation {self.organisation}")
            lines.append(f"erased here at {self.erased}, nothing left")
            if self.excepted:
                lines.append(f"but for {self.excepted} people on whom there is a hold")
            lines.append(
                f"unreadable in every earlier copy at {self.unreadable}"
                if self.unreadable
                else "not stated yet: that no earlier copy can be read"
            )
            lines.append(f"{self.entries} entries proved in log {self.origin}, whose size was {self.size}")
            lines.append(f"SHA-256 of the statement {self.statement}")
            lines.append(
                "compared: those entries say what the certificate says of them"
                if self.compared
                else "not shown: what those entries say; only who may read them can compare"
            )
        if not self.key_given:
            lines.append("the log's key was taken from the certificate itself: give it to prove whose log this is")
        lines += [f"cosigned by {name}" for name in self.witnesses]
        lines += [f"a signature line of {name} was not judged: no key was given for it" for name in self.strangers]
        lines.append("ok" if self.wrong is None else f"WRONG: {self.wrong}")
        return "\n".join(lines).encode(errors="backslashreplace").decode()


def verify_certificate(
    certificate: Path | bytes,
    *,
    log_vkey: str | None = None,
    pins: Mapping[str, str] | None = None,
    witnesses: Sequence[str] = (),
    quorum: int | None = None,
    place: str | Path | None = None,
    token: str | None = None,
) -> CertificateReport:
    """Check everything that the file says; needs nothing else. `log_vkey` defaults to the one that it names.

    With a `place`, a log whose entries we may read (a URL's with a `token`), also what those entries say. `pins`,
    `witnesses` and `quorum` as for a whole log. Raises Unusable where there is no certificate to be read.
    """
    raw = certificate if isinstance(certificate, bytes) else _file(certificate)
    try:
        document = form.read(raw)
    except Malformed as error:
        raise Unusable(f"this is no certificate: {error}") from error
    except Wrong as wrong:
        return CertificateReport("?", wrong=wrong, key_given=log_vkey is not None)
    judge = Witnesses(witnesses, quorum)
    try:
        key = parse_vkey(document["log"]["vkey"] if log_vkey is None else log_vkey)
        sources = Sources(key.name, pins)
    except Malformed as error:
        raise Unusable(f"a verifier key is unreadable: {error}") from error
    try:
        report, stated = _examined(
            document, Examination(document, key, sources), key, judge, key_given=log_vkey is not None
        )
        if place is None:
            return report
        with entries_at(place, token) as entries:
            compare(document, stated, entries)
        return replace(report, compared=True)
    except Wrong as wrong:
        return CertificateReport(document["certificate"], wrong=wrong, key_given=log_vkey is not None)


def _examined(
    document: Mapping[str, Any], examination: Examination, key: VerifierKey, judge: Witnesses, *, key_given: bool
) -> tuple[CertificateReport, Mapping[str, Any]]:
    """The report, and what was signed."""
    if document["format"] != form.FORMAT:
        raise Wrong("format", f"it is not {form.FORMAT}")
    checkpoint, findings = examination.checkpoint, Findings()
    cosigned = judge.judge(checkpoint, findings)
    if findings.count:
        raise Wrong("log.checkpoint", findings.ordered()[0].detail)
    stated = examination.statement()
    named = examination.prove(stated)
    if document["law"] != form.LAW:
        raise Wrong("law", "it is not the sentence that stands in every certificate")
    report = CertificateReport(
        document["certificate"],
        key.name,
        checkpoint.size,
        document["organisation"],
        stated["certified_at"],
        stated["unreadable_in_copies_at"],
        named,
        sha256(document["statement"]["entry"].encode()).hexdigest(),
        stated["excepted"],
        key_given=key_given,
        witnesses=cosigned,
        strangers=judge.strangers(checkpoint, key),
    )
    return report, stated


def _file(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(form.LARGEST + 1)
