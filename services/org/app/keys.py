"""A consultation key is an Ed25519 public key that somebody can sign for, in one spelling, or it is refused (P08)."""

from __future__ import annotations

import base64
import binascii
from hashlib import sha256

from nacl.bindings import crypto_core_ed25519_is_valid_point

from services.kernel.decider import Refused

SPKI = bytes.fromhex("302a300506032b6570032100")
"""What RFC 8410 puts before the 32 bytes of an Ed25519 public key."""


def consultation_key(text: str) -> str:
    """The key as it was given: SubjectPublicKeyInfo in base64, its one spelling.

    Raises Refused("invalid") for what is no Ed25519 public key, or is one that everybody could sign for.
    """
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    point = raw[len(SPKI) :]
    one_spelling = base64.b64encode(raw).decode() == text
    if not (one_spelling and raw.startswith(SPKI) and len(point) == 32 and crypto_core_ed25519_is_valid_point(point)):
        raise Refused("invalid", errors={"consultation_key": ["Not an Ed25519 public key in base64 (RFC 8410)."]})
    return text


def fingerprint(key: str) -> str:
    """SHA-256 of the key's bytes, hexadecimal: what two people compare by telephone."""
    return sha256(base64.b64decode(key)).hexdigest()
