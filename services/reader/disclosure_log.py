"""Each entry of a package stands in the log, signed by its source; and it is of this case, or of a key."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from services.reader.certificate_form import Wrong
from services.reader.checkpoint import Checkpoint, parse_checkpoint
from services.reader.disclosure_form import Form
from services.reader.entry import Statement, read
from services.reader.note import Malformed, Untrusted, VerifierKey
from services.reader.proof import parse_proof
from services.reader.sources import REGISTRAR, REGISTRATION, Sources, Unregistered
from services.reader.succession import hands_over
from services.reader.tree import leaf_hash, verify_inclusion

_PREFIX = "nl.crisisconnect."


@dataclass(frozen=True)
class Told:
    """One event of the case: at which index, its name without version (`audit.DisclosureScoped`), and what it says."""

    index: int
    name: str
    data: Mapping[str, Any]


class Entries:
    """The log's part of a package, gone through once by rising index. Raises Wrong at the first thing that is."""

    def __init__(self, form: Form, key: VerifierKey, sources: Sources) -> None:
        self._form, self._sources = form, sources
        if form.files["log/log.vkey"] != key.vkey.encode() + b"\n":
            raise Wrong("log/log.vkey", "it is not the key of the log that was given")
        self.checkpoint = _checkpoint(form.files["log/checkpoint.note"], key)
        self.count = len(form.entries)
        self.told = {told.index: told for index in form.entries if (told := self._judged(index)) is not None}

    def at(self, index: int, *names: str) -> Told:
        """The case's event at an index, which must have one of these names. Raises Wrong."""
        found = self.told.get(index)
        if found is None or found.name not in names:
            raise Wrong(f"log/entries/{index}.note", f"it should be {' or '.join(names)}, and is not")
        return found

    def of(self, *names: str) -> list[Told]:
        """Every event of the case with one of these names, in log order."""
        return [told for told in self.told.values() if told.name in names]

    def _judged(self, index: int) -> Told | None:
        """What an entry tells of the case; None where it is about a key."""
        where = f"log/entries/{index}.note"
        statement = self._proved(index, where)
        registers = (statement.source, statement.type) == (REGISTRAR, REGISTRATION)
        try:
            if registers:
                self._sources.register(statement)
            key = self._sources.key_of(statement)
        except Unregistered as error:
            raise Wrong(where, str(error)) from error
        if not key.verifies(statement.text, statement.signature.blob):
            raise Wrong(where, f"not signed by the key of {statement.source}")
        if registers or hands_over(statement):
            return None
        disclosure, organisation = self._form.disclosure["disclosure"], self._form.disclosure["organisation"]["id"]
        own = (("/audit", f"disclosure/{disclosure}"), ("/org", f"organisation/{organisation}"))
        data = statement.event.get("data")
        if (statement.source, statement.event.get("subject")) not in own or not isinstance(data, dict):
            raise Wrong(where, "it is an entry of another case")
        return Told(index, statement.type.removeprefix(_PREFIX).rpartition(".")[0], data)

    def _proved(self, index: int, where: str) -> Statement:
        entry, receipt = self._form.files[where], self._form.files[f"log/proofs/{index}.proof"]
        try:
            proof, statement = parse_proof(receipt), read(entry)
        except Malformed as error:
            raise Wrong(where, str(error)) from error
        under = b"\n\n" + self._form.files["log/checkpoint.note"]
        if proof.index != index or proof.extra is not None or not receipt.endswith(under):
            raise Wrong(f"log/proofs/{index}.proof", "it is no proof of that entry under the package's checkpoint")
        size, root = self.checkpoint.size, self.checkpoint.root
        if not verify_inclusion(index, size, leaf_hash(entry), proof.path, root):
            raise Wrong(where, "its proof does not lead from it to the root")
        return statement


def _checkpoint(note: bytes, key: VerifierKey) -> Checkpoint:
    try:
        checkpoint = parse_checkpoint(note)
        checkpoint.signed_by(key)
    except (Malformed, Untrusted) as error:
        raise Wrong("log/checkpoint.note", str(error)) from error
    return checkpoint
