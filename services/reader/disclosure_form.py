"""A package holds exactly these files, and each of its JSON texts exactly these fields, in one spelling."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from hashlib import sha256
from typing import Any

from services.reader.certificate_form import Shape, Wrong, shaped

FORMAT = "crisisconnect.nl/disclosure-package/v1"
MANIFEST = "manifest.json"
SIGNED = ("agreed", "objected")
_REACH: Shape = {"people": [str], "categories": [str], "since": (None, str), "until": (None, str)}
_MANIFEST: Shape = {
    "format": str,
    "disclosure": str,
    "at": str,
    "files": [{"name": str, "sha256": str, "bytes": int}],
}
_DISCLOSURE: Shape = {
    "format": str,
    "disclosure": str,
    "organisation": {"id": str, "name": str},
    "maker": str,
    "opened_at": str,
    "decided_at": str,
    "assembled_at": str,
    "authority": {"name": str, "official": str, "function": str, "reference": str, "recipient": str},
    "basis": {"code": str, "words": {"nl": str, "en": str}, "version": str},
    "scope": {
        "version": int,
        "salt": str,
        "asked": _REACH,
        "granted": _REACH,
        "removed": [{"what": str, "reason": str}],
        "entry": int,
        "asked_sha256": str,
        "sha256": str,
    },
    "deciders": [{"role": str, "number": int, "at": str, "entry": int}],
}
_PEOPLE: Shape = [{"person": str, "fields": [{"category": str, "name": str, "value": str}]}]
_SIGNED: Shape = {"outcome": str, "reasons": (None, str), "at": str, "key": str, "key_entry": int, "entry": int}
_RECORDS: Mapping[str, Shape] = {
    "agreed": _SIGNED,
    "objected": _SIGNED,
    "lapsed": {"outcome": str, "asked_at": str, "asked_entry": int, "due": str, "entry": int},
    "barred": {"outcome": str, "ground": str, "review_at": str, "entry": int},
    "own_suspicion": {"outcome": str, "entry": int},
}
_FIXED = {
    "consultation/record.json",
    "data/people.csv",
    "data/people.json",
    "disclosure.en.pdf",
    "disclosure.json",
    "disclosure.nl.pdf",
    "log/checkpoint.note",
    "log/log.vkey",
    MANIFEST,
    "readme.en.txt",
    "readme.nl.txt",
}
_OF_A_SIGNATURE = {"consultation/key.pem", "consultation/statement.sig", "consultation/statement.txt"}
_OF_THE_LOG = re.compile(r"log/(entries|proofs)/(0|[1-9][0-9]{0,17})\.(note|proof)")


class Form:
    """The package's texts, once each is of its shape and all are listed. Raises Wrong at the first that is not."""

    def __init__(self, files: Mapping[str, bytes]) -> None:
        self.files = files
        self.manifest = _read(files, MANIFEST, _MANIFEST)
        _listed(self.manifest, files)
        self.disclosure = _read(files, "disclosure.json", _DISCLOSURE)
        self.people = _read(files, "data/people.json", _PEOPLE)
        self.record = _record(files)
        self.entries = _named(files, self.record["outcome"])
        for name, same in (("disclosure", "disclosure"), ("at", "assembled_at"), ("format", "format")):
            if self.manifest[name] != self.disclosure[same]:
                raise Wrong(MANIFEST, f"its {name} is not that of disclosure.json")
        if self.manifest["format"] != FORMAT:
            raise Wrong(MANIFEST, f"its format is not {FORMAT}")

    @property
    def digest(self) -> str:
        """SHA-256 of the manifest, which stands for the whole package."""
        return sha256(self.files[MANIFEST]).hexdigest()


def _read(files: Mapping[str, bytes], name: str, shape: Shape | None) -> Any:
    raw = files.get(name)
    if raw is None:
        raise Wrong(name, "it is missing")
    try:
        found = json.loads(raw.decode("utf-8"))
        same = json.dumps(found, ensure_ascii=False, indent=2).encode() + b"\n" == raw
    except (ValueError, RecursionError) as error:
        raise Wrong(name, "it is no JSON in UTF-8") from error
    if not same:
        raise Wrong(name, "it is not in its one spelling")
    if shape is not None:
        shaped(found, shape, name)
    return found


def _listed(manifest: Mapping[str, Any], files: Mapping[str, bytes]) -> None:
    given = [one["name"] for one in manifest["files"]]
    if given != sorted(set(files) - {MANIFEST}):
        raise Wrong(MANIFEST, "it does not list exactly the files that are there")
    for one in manifest["files"]:
        raw = files[one["name"]]
        if one["sha256"] != sha256(raw).hexdigest() or one["bytes"] != len(raw):
            raise Wrong(one["name"], "it is not what the manifest lists")


def _record(files: Mapping[str, bytes]) -> Mapping[str, Any]:
    name = "consultation/record.json"
    if name not in files:
        raise Wrong(name, "it is missing: nothing says how the consultation ended")
    found = _read(files, name, None)
    outcome = found.get("outcome") if isinstance(found, dict) else None
    if not isinstance(outcome, str) or outcome not in _RECORDS:
        raise Wrong(name, "it names no outcome of a consultation")
    shaped(found, _RECORDS[outcome], name)
    return found  # type: ignore[no-any-return]


def _named(files: Mapping[str, bytes], outcome: str) -> list[int]:
    """The indexes of the entries, rising, once every file there is one that such a package has."""
    fixed = _FIXED | (_OF_A_SIGNATURE if outcome in SIGNED else set())
    if missing := sorted(fixed - set(files)):
        raise Wrong(missing[0], "it is missing")
    held: dict[str, set[int]] = {"entries": set(), "proofs": set()}
    for name in set(files) - fixed:
        found = _OF_THE_LOG.fullmatch(name)
        if found is None or (found[1] == "entries") != (found[3] == "note"):
            raise Wrong(name, "no package has such a file")
        held[found[1]].add(int(found[2]))
    if held["entries"] != held["proofs"]:
        raise Wrong("log", "not every entry has its proof, or a proof has no entry")
    return sorted(held["entries"])
