"""A service's signing key is replaced while everything runs: mint, hand over, wait for the log, destroy the old one.

Each step is done once, however often it is begun: after a crash the same command goes on where it was. The old seed is
destroyed only when the log has the hand-over under a signed checkpoint, for until then its relay may need it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crisisconnect import asking
from crisisconnect.installation import Installation, verifier_key
from services.kernel.faultpoint import reached
from services.kernel.signing.note import Signer, Verifier
from services.kernel.signing.succession import agreement

PATIENCE = 60.0
PAUSE = 0.25


class NotYet(Exception):
    """The hand-over is recorded and not in the log yet; the old seed is still there. Again later, it goes on."""


@dataclass(frozen=True)
class Key:
    """`since` is the first number that it signs, None for one that is minted and not handed over to."""

    service: str
    id: str
    since: int | None
    holds: bool


def prepare(secrets: Path, service: str) -> str:
    """Mint the key that is to come, and no more. Returns its id."""
    installation = Installation.load(secrets)
    return key_id(verifier_key(installation.key_name(service), installation.mint_next(service)))


def rotate(secrets: Path, service: str, patience: float = PATIENCE) -> Key:
    """Hand this service's signing key over to a new one. Raises NotYet, Refused, Unavailable."""
    installation = Installation.load(secrets)
    new = Signer(installation.key_name(service), installation.mint_next(service).private_bytes_raw())
    reached("key_minted")
    vkey = new.verifier.vkey
    old = asking.ask_each("signing_key", services=[service])[service]["holder"]
    if old != vkey:
        proof = agreement(f"/{service}", Verifier.parse(old), new)
        asking.ask_each("hand_over_key", {"old": old, "vkey": vkey, "proof": proof}, [service])
    reached("key_handed_over")
    until = time.monotonic() + patience
    while (held := _newest(service)) is None or held["vkey"] != vkey:
        if time.monotonic() > until:
            raise NotYet(service)
        time.sleep(PAUSE)
    reached("key_integrated")
    installation.succeed(service, vkey)
    return Key(service, key_id(vkey), held["since"], True)


def status(secrets: Path) -> list[Key]:
    """Every key that signed or signs, by service and number, and those minted to come."""
    installation = Installation.load(secrets)
    known = _known()
    found = []
    for service in installation.pins:
        of = [key for key in known if key["source"] == f"/{service}"]
        found += [Key(service, key_id(key["vkey"]), key["since"], key is of[-1]) for key in of]
        coming = installation.coming(service)
        if coming is not None and coming not in [key["vkey"] for key in of]:
            found.append(Key(service, key_id(coming), None, False))
    return found


def key_id(vkey: str) -> str:
    """Eight hex digits, as they stand in a verifier key."""
    return vkey.split("+")[1]


def _newest(service: str) -> dict[str, Any] | None:
    return next((key for key in reversed(_known()) if key["source"] == f"/{service}"), None)


def _known() -> list[dict[str, Any]]:
    keys: list[dict[str, Any]] = asking.ask_each("signing_keys", services=["audit"])["audit"]["keys"]
    return keys
