"""Four sources with keys, a log with a key, and the notes they sign: what the ingest reads from the broker."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from services.kernel.signing.note import Signer
from services.kernel.signing.succession import agreement

SERVICES = ("auth", "org", "audit", "retention")
ORIGIN = "log.example"


def seed(name: str) -> bytes:
    return hashlib.sha256(f"seed/{name}".encode()).digest()


@dataclass(frozen=True)
class Sources:
    """Signs as any of the four services."""

    signers: Mapping[str, Signer]
    log: Signer

    @classmethod
    def made(cls, origin: str = ORIGIN, seeds: Mapping[str, bytes] | None = None) -> Sources:
        """`seeds`: service (and `log`) → seed; the same fixed ones for every test where none are given."""
        known = seeds or {name: seed(name) for name in (*SERVICES, "log")}
        return cls({s: Signer(f"{origin}/{s}", known[s]) for s in SERVICES}, Signer(origin, known["log"]))

    @property
    def pins(self) -> dict[str, str]:
        return {service: signer.verifier.vkey for service, signer in self.signers.items()}

    def note(self, service: str, sequence: int, name: str = "UserRegistered", **differing: Any) -> bytes:
        """One signed note; `differing` replaces attributes of the event."""
        return self.signers[service].sign(event(service, sequence, name, **differing) + b"\n")

    def registration(self, sequence: int, of: str, **differing: Any) -> bytes:
        """audit's entry that registers the key of a service."""
        at = "2026-01-01T00:00:00.000000Z"
        data = {"source": f"/{of}", "vkey": self.pins[of], "at": at} | differing
        return self.note("audit", sequence, "KeyRegistered", data=data)

    def hand_over(self, service: str, sequence: int, new: bytes, **differing: Any) -> tuple[bytes, Sources]:
        """The note by which a service hands its key over to the one of the seed `new`, and all as they sign then."""
        old, coming = self.signers[service], Signer(self.signers[service].name, new)
        proof = agreement(f"/{service}", old.verifier, coming)
        data = {"old": old.verifier.vkey, "vkey": coming.verifier.vkey, "proof": proof} | differing
        told = {"subject": f"signing/{service}", "organisation": None, "data": data}
        note = self.note(service, sequence, "SigningKeyHandedOver", **told)
        return note, Sources({**self.signers, service: coming}, self.log)

    def registrations(self) -> list[bytes]:
        """audit's own key first, then the others': the log's first four entries."""
        return [self.registration(n, of) for n, of in enumerate(("audit", "auth", "org", "retention"), start=1)]


def event(service: str, sequence: int, name: str = "UserRegistered", **differing: Any) -> bytes:
    """One line of CloudEvents with the number where the relay puts it."""
    body = {
        "specversion": "1.0",
        "id": event_id(service, sequence),
        "source": f"/{service}",
        "type": f"nl.crisisconnect.{service}.{name}.v1",
        "subject": f"account/{event_id(service, sequence % 97)}",
        "time": "2026-01-01T00:00:00.000000Z",
        "actor": f"system/{service}",
        "correlationid": event_id("request", sequence),
        "organisation": event_id("organisation", sequence % 7),
        "datacontenttype": "application/json",
        "data": {"field": "x" * 300},
    } | differing
    return b'{"sequence":"%d",' % sequence + orjson.dumps(body)[1:]


def event_id(of: str, number: int) -> str:
    raw = hashlib.sha256(f"{of}/{number}".encode()).hexdigest()
    return f"{raw[:8]}-{raw[8:12]}-7{raw[13:16]}-8{raw[17:20]}-{raw[20:32]}"
