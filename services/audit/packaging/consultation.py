"""How the consultation of the Beheerder ended, in one of five ways, and the text that an organisation signs (P08)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from services.kernel.codec import instant

STATEMENT = "crisisconnect.nl/consultation/v1"
_SPKI = bytes.fromhex("302a300506032b6570032100")
"""What RFC 8410 puts before the 32 bytes of an Ed25519 public key."""


@dataclass(frozen=True, kw_only=True)
class Agreed:
    """The Beheerder agreed. `key` is the organisation's consultation key that was in force at `at`, `signature` is
    base64 of its 64 bytes over the `statement`; `key_entry` and `entry` are where the log has the key and the answer.
    """

    at: datetime
    key: str
    key_entry: int
    signature: str
    entry: int


@dataclass(frozen=True, kw_only=True)
class Objected(Agreed):
    """The Beheerder objected, with reasons. It is no veto, and whoever receives the data reads it."""

    reasons: str


@dataclass(frozen=True, kw_only=True)
class Lapsed:
    """Nobody answered: asked at `asked_at` (`asked_entry`), due at `due`, and over in `entry`."""

    asked_at: datetime
    asked_entry: int
    due: datetime
    entry: int


@dataclass(frozen=True, kw_only=True)
class Barred:
    """A law, or an order given under one, forbids it: on which ground, confirmed in `entry`, looked at again when."""

    ground: str
    review_at: datetime
    entry: int


@dataclass(frozen=True, kw_only=True)
class OwnSuspicion:
    """The maker's own suspicion goes to the controller itself; there is nobody else to consult. `entry` opened it."""

    entry: int


Consultation = Agreed | Objected | Lapsed | Barred | OwnSuspicion


def statement(disclosure: str, organisation: str, asked: str, outcome: str, reasons: str | None = None) -> bytes:
    """The exact bytes that an organisation signs: six lines of ASCII, each ended by a newline.

    `asked` is the digest of what was asked, `outcome` is `agreed` or `objected`, `reasons` are signed by their SHA-256.
    """
    digest = "-" if reasons is None else sha256(reasons.encode()).hexdigest()
    lines = (
        STATEMENT,
        f"disclosure {disclosure}",
        f"organisation {organisation}",
        f"asked {asked}",
        f"outcome {outcome}",
        f"reasons {digest}",
    )
    return "".join(f"{line}\n" for line in lines).encode("ascii")


def is_signed(said: bytes, key: str, signature: str) -> bool:
    """Whether `signature` is that of a consultation key over the bytes; both are base64, the key as RFC 8410 has it."""
    try:
        public, raw = base64.b64decode(key, validate=True), base64.b64decode(signature, validate=True)
        if len(public) != 44 or not public.startswith(_SPKI):
            return False
        VerifyKey(public[len(_SPKI) :]).verify(said, raw)
    except (binascii.Error, BadSignatureError, ValueError):
        return False
    return True


def record(of: Consultation) -> dict[str, Any]:
    """The outcome as it stands in the package; the signature and what it is over stand beside it, as files."""
    match of:
        case Objected():
            return {"outcome": "objected", "reasons": of.reasons, **_signed(of)}
        case Agreed():
            return {"outcome": "agreed", "reasons": None, **_signed(of)}
        case Lapsed():
            return {
                "outcome": "lapsed",
                "asked_at": instant(of.asked_at),
                "asked_entry": of.asked_entry,
                "due": instant(of.due),
                "entry": of.entry,
            }
        case Barred():
            review = instant(of.review_at)
            return {"outcome": "barred", "ground": of.ground, "review_at": review, "entry": of.entry}
        case OwnSuspicion():
            return {"outcome": "own_suspicion", "entry": of.entry}


def _signed(of: Agreed) -> dict[str, Any]:
    return {"at": instant(of.at), "key": of.key, "key_entry": of.key_entry, "entry": of.entry}
