"""A certificate built from the format's description alone, so that it can also say what no writer of ours would."""

from __future__ import annotations

import base64
import json
from hashlib import sha256
from typing import Any

from services.reader.certificate_form import FORMAT, LAW
from tests.unit.reader.tinylog import KEYS, LOG, ORIGIN, SOURCES, Signer, checkpoint, entries, event, inclusion

SERVICES = ("auth", "org", "audit", "retention")
ERASURE = "7c1d3a52-5d0e-4c7e-9a7e-3f6f2f0c9b11"
DAY = "2026-01-02T03:04:05.000006Z"
NIGHT = "2026-01-03T03:00:00.717930Z"


class Tiny:
    """Four registrations, an order, four completions, four retirements, and what retention stated of them.

    `but` changes what is stated; `before` are entries that come after the registrations. `lies` changes what org's
    entries, and the order, say: by the name of the event.
    """

    def __init__(
        self,
        *,
        before: tuple[bytes, ...] = (),
        signer: Signer | None = None,
        lies: dict[str, dict[str, Any]] | None = None,
        **but: Any,
    ) -> None:
        held = [*entries(4), *before]
        first = len(held)
        numbers = {"/audit": 5, "/auth": 1, "/org": 1, "/retention": 1 + len(before)}
        told: dict[str, dict[str, Any]] = {
            "ErasureOrdered": {"erasure": ERASURE, "services": list(SERVICES), "at": DAY},
            "ErasureCompleted": {"erasure": ERASURE, "order": first, "remaining": 0},
            "KeyEpochRetired": {},
        }
        for what, data in told.items():
            for source in SOURCES if what != "ErasureOrdered" else ("/retention",):
                says = {**data, "after": numbers[source] - 1} if what == "KeyEpochRetired" else data
                if source == "/org" or what == "ErasureOrdered":
                    says = {**says, **(lies or {}).get(what, {})}
                held.append(event(source, numbers[source], what, f"id-{len(held)}", says))
                numbers[source] += 1
        self.data: dict[str, Any] = {
            "erasure": ERASURE,
            "organisation": "o1",
            "scope": "person",
            "rule": "account_closed:P0D@1",
            "asked_at": DAY,
            "due": DAY,
            "ordered_at": DAY,
            "certified_at": DAY,
            "unreadable_in_copies_at": NIGHT,
            "services": list(SERVICES),
            "order": first,
            "completed": {source[1:]: first + 1 + at for at, source in enumerate(SOURCES)},
            "retired": {source[1:]: first + 5 + at for at, source in enumerate(SOURCES)},
            "remaining": 0,
            "excepted": 0,
            "at": NIGHT,
            **but,
        }
        self.index = len(held)
        subject = f"certificate/{self.data['erasure']}"
        stated = event("/retention", numbers["/retention"], "CertificateIssued", "id-s", self.data, subject=subject)
        if signer is not None:
            text, _, _ = stated.partition(b"\n\n")
            stated = signer.sign(text + b"\n")
        held.append(stated)
        self.held, self.keys = held, [0, 3, *range(4, first)]
        self.note = checkpoint(held)
        self._leaves = [sha256(b"\x00" + entry).digest() for entry in held]

    def document(self) -> dict[str, Any]:
        said = self.data
        unreadable = {"at": said["unreadable_in_copies_at"], "entries": said["retired"]}
        named = {*said["completed"].values(), *said["retired"].values(), *({said["order"]} - {None})}
        return {
            "format": FORMAT,
            "certificate": said["erasure"],
            "organisation": said["organisation"],
            "scope": said["scope"],
            "rule": said["rule"],
            "asked_at": said["asked_at"],
            "due": said["due"],
            "ordered": {"at": said["ordered_at"], "entry": said["order"]},
            "erased_here": {
                "at": said["certified_at"], "entries": said["completed"],
                "remaining": said["remaining"], "excepted": said["excepted"],
            },
            "unreadable_in_every_earlier_copy": unreadable if unreadable["at"] else None,
            "issued_at": said["at"],
            "log": {"origin": ORIGIN, "vkey": LOG.vkey, "checkpoint": self.note.decode()},
            "statement": self.entry(self.index),
            "keys": [self.entry(index) for index in self.keys],
            "receipts": [self.leaf(index) for index in sorted(named) if 0 <= index < len(self.held)],
            "law": dict(LAW),
        }  # fmt: skip

    def raw(self) -> bytes:
        return json.dumps(self.document()).encode()

    def entry(self, index: int) -> dict[str, Any]:
        path = "".join(f"{_b64(node)}\n" for node in inclusion(index, self._leaves))
        proof = f"c2sp.org/tlog-proof@v1\nindex {index}\n{path}\n{self.note.decode()}"
        return {"index": index, "entry": self.held[index].decode(), "proof": proof}

    def leaf(self, index: int) -> dict[str, Any]:
        path = [_b64(node) for node in inclusion(index, self._leaves)]
        return {"index": index, "leaf": _b64(self._leaves[index]), "path": path}


def handed_over(source: str, number: int, old: Signer, new: Signer, *, agreed: bool = True) -> bytes:
    """The event by which a source changes its key, signed by the old one; the new one agrees, or does not."""
    text = f"crisisconnect.nl/signing-key-hand-over/v1\n{ORIGIN}\n{source}\n{old.vkey}\n{new.vkey}\n".encode()
    proof = (new if agreed else old).key.sign(text).signature
    data = {"old": old.vkey, "vkey": new.vkey, "proof": _b64(proof)}
    return event(source, number, "SigningKeyHandedOver", f"id-h{number}", data)


def _b64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


NEXT = Signer(ORIGIN + "/retention", seed=b"next")
NOW = KEYS["/retention"]
