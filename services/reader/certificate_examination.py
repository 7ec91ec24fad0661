"""One certificate, from the outside in: its log, its keys, its statement, what that claims, and the receipts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.reader import certificate_form as form
from services.reader.certificate_form import Wrong
from services.reader.checkpoint import Checkpoint, parse_checkpoint
from services.reader.entry import Statement, read
from services.reader.note import Malformed, Untrusted, VerifierKey, strict_base64
from services.reader.proof import parse_proof
from services.reader.sources import REGISTRAR, REGISTRATION, Sources, Unregistered
from services.reader.succession import hands_over
from services.reader.tree import leaf_hash, verify_inclusion
from services.reader.waiting import is_moment

ISSUER = "/retention"
ISSUED = "nl.crisisconnect.retention.CertificateIssued.v1"
_SAME = {
    "certificate": "erasure",
    "organisation": "organisation",
    "scope": "scope",
    "rule": "rule",
    "asked_at": "asked_at",
    "due": "due",
    "ordered.at": "ordered_at",
    "ordered.entry": "order",
    "erased_here.at": "certified_at",
    "erased_here.entries": "completed",
    "erased_here.remaining": "remaining",
    "erased_here.excepted": "excepted",
    "unreadable_in_every_earlier_copy.at": "unreadable_in_copies_at",
    "unreadable_in_every_earlier_copy.entries": "retired",
    "issued_at": "at",
}
"""Each fact as the certificate shows it, and as it was signed."""


class Examination:
    """Each step raises Wrong at the first thing that is; the next one builds on it."""

    def __init__(self, document: Mapping[str, Any], key: VerifierKey, sources: Sources) -> None:
        self._document, self._key, self._sources = document, key, sources
        self._checkpoint = self._of_the_log()

    @property
    def checkpoint(self) -> Checkpoint:
        """What everything here lies under, signed by the log."""
        return self._checkpoint

    def statement(self) -> Mapping[str, Any]:
        """What retention signed, once everything that the certificate shows is exactly that."""
        self._take_keys()
        stated = self._stated()
        self._compare(stated)
        return stated

    def prove(self, stated: Mapping[str, Any]) -> int:
        """Hold the claims against each other and the entries against the root. Returns how many entries are named."""
        named = _claims(stated, self._document["statement"]["index"])
        self._receipts(named)
        return len(named)

    def _of_the_log(self) -> Checkpoint:
        said = self._document["log"]
        if said["vkey"] != self._key.vkey:
            raise Wrong("log.vkey", "it is not the key of the log that was given")
        if said["origin"] != self._key.name:
            raise Wrong("log.origin", "it is not the log that the key speaks for")
        try:
            checkpoint = parse_checkpoint(said["checkpoint"])
            checkpoint.signed_by(self._key)
        except (Malformed, Untrusted) as error:
            raise Wrong("log.checkpoint", str(error)) from error
        return checkpoint

    def _take_keys(self) -> None:
        """Audit's own registration is the log's first entry and vouches for itself, as in the whole log."""
        before = -1
        for at, said in enumerate(self._document["keys"]):
            where = f"keys[{at}]"
            if not before < said["index"] < self._document["statement"]["index"]:
                raise Wrong(f"{where}.index", "keys come by rising index, before the statement")
            before = said["index"]
            statement = self._proved(said, where)
            registers = (statement.source, statement.type) == (REGISTRAR, REGISTRATION)
            if (at == 0) != (said["index"] == 0) or (at == 0 and not registers):
                raise Wrong(f"{where}.index", "the first key is the log's first entry")
            if not registers and not (statement.source in (REGISTRAR, ISSUER) and hands_over(statement)):
                raise Wrong(f"{where}.entry", "it tells of no key that matters here")
            self._signed(statement, where, registers)
        if not set(self._sources.registered()) <= {REGISTRAR, ISSUER}:
            raise Wrong("keys", "a key is registered that matters to nothing here")

    def _stated(self) -> Mapping[str, Any]:
        """What retention signed."""
        statement = self._proved(self._document["statement"], "statement")
        if (statement.source, statement.type) != (ISSUER, ISSUED):
            raise Wrong("statement.entry", "it is no statement of an erasure")
        self._signed(statement, "statement", registers=False)
        data = statement.event.get("data")
        try:
            form.shaped(data, form.STATEMENT, "")
        except Wrong as wrong:
            raise Wrong("statement.entry", f"what was signed is no statement of this version, at {wrong}") from wrong
        assert isinstance(data, dict)  # noqa: S101 - its shape says so
        if statement.event.get("subject") != f"certificate/{data['erasure']}":
            raise Wrong("statement.entry", "it stands in the stream of another certificate")
        return data

    def _proved(self, said: Mapping[str, Any], where: str) -> Statement:
        """An entry that is in the tree."""
        try:
            entry, receipt = said["entry"].encode(), said["proof"].encode()
            proof = parse_proof(receipt)
        except Malformed as error:
            raise Wrong(f"{where}.proof", str(error)) from error
        if proof.index != said["index"]:
            raise Wrong(f"{where}.index", f"its proof is of index {proof.index}")
        if proof.extra is not None:
            raise Wrong(f"{where}.proof", "it holds something that nobody signed")
        if not receipt.endswith(b"\n\n" + self._document["log"]["checkpoint"].encode()):
            raise Wrong(f"{where}.proof", "it is not under the certificate's checkpoint")
        checkpoint = self._checkpoint
        if not verify_inclusion(proof.index, checkpoint.size, leaf_hash(entry), proof.path, checkpoint.root):
            raise Wrong(f"{where}.entry", "it is not the entry that its proof leads from, or the proof leads elsewhere")
        try:
            return read(entry)
        except Malformed as error:
            raise Wrong(f"{where}.entry", str(error)) from error

    def _signed(self, statement: Statement, where: str, registers: bool) -> None:
        try:
            if registers:
                self._sources.register(statement)
            key = self._sources.key_of(statement)
        except Unregistered as error:
            raise Wrong(f"{where}.entry", str(error)) from error
        if not key.verifies(statement.text, statement.signature.blob):
            raise Wrong(f"{where}.entry", f"not signed by the key of {statement.source}")

    def _compare(self, stated: Mapping[str, Any]) -> None:
        unreadable = self._document["unreadable_in_every_earlier_copy"]
        document = {**self._document, "unreadable_in_every_earlier_copy": unreadable or {"at": None, "entries": {}}}
        for place, name in _SAME.items():
            outer, _, inner = place.partition(".")
            shown = document[outer][inner] if inner else document[outer]
            if shown != stated[name]:
                raise Wrong(place, "it is not what was signed")

    def _receipts(self, named: set[int]) -> None:
        """Exactly the entries that the statement names, each under the one root."""
        given = [one["index"] for one in self._document["receipts"]]
        if given != sorted(named):
            raise Wrong("receipts", "they are not of exactly the entries that are named, by rising index")
        for at, one in enumerate(self._document["receipts"]):
            try:
                leaf, path = strict_base64(one["leaf"]), [strict_base64(node) for node in one["path"]]
            except Malformed as error:
                raise Wrong(f"receipts[{at}]", str(error)) from error
            hashes = all(len(node) == 32 for node in (leaf, *path))
            size, root = self._checkpoint.size, self._checkpoint.root
            if not hashes or not verify_inclusion(one["index"], size, leaf, path, root):
                raise Wrong(f"receipts[{at}]", f"its path does not lead from entry {one['index']} to the root")


def _claims(stated: Mapping[str, Any], index: int) -> set[int]:
    """The entries that the statement names, once they stand in the order that makes it true."""
    services, completed, retired = stated["services"], stated["completed"], stated["retired"]
    order, unreadable = stated["order"], stated["unreadable_in_copies_at"]
    moments = ("asked_at", "due", "ordered_at", "certified_at", "at", *(["unreadable_in_copies_at"] * bool(unreadable)))
    if wrong := [name for name in moments if not is_moment(stated[name])]:
        raise Wrong("statement.entry", f"{wrong[0]} is no moment")
    if stated["ordered_at"] < stated["due"]:
        raise Wrong("ordered.at", "it was ordered before it was due")
    if not services or len(set(services)) != len(services) or set(completed) != set(services):
        raise Wrong(
            "erased_here.entries", "not every service that was ordered to erase has completed, or another one has"
        )
    if stated["remaining"] != 0:
        raise Wrong("erased_here.remaining", "something was left")
    if stated["excepted"] < 0 or (stated["excepted"] and stated["scope"] != "organisation"):
        raise Wrong("erased_here.excepted", "only of a whole organisation can anybody be kept")
    if (unreadable is None) != (not retired) or (retired and set(retired) != set(services)):
        raise Wrong("unreadable_in_every_earlier_copy", "it does not name a retirement of every service")
    named = [*([] if order is None else [order]), *completed.values(), *retired.values()]
    if len(set(named)) != len(named) or not all(0 <= one < index for one in named):
        raise Wrong("statement.entry", "it names an entry twice, or one that came after it")
    for service in services:
        if order is not None and completed[service] <= order:
            raise Wrong(f"erased_here.entries.{service}", "it completed before it was ordered")
        if retired and retired[service] <= completed[service]:
            raise Wrong(f"unreadable_in_every_earlier_copy.entries.{service}", "no later than its completion")
    return set(named)
