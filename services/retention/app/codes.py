"""The code that comes by another way than the link: told once to a Beheerder, kept as a slow hash, sealed (P15)."""

from __future__ import annotations

import hashlib
import hmac
import secrets

from services.kernel.calls.offhub import blocking

DIGITS = 8
"""As many as can be told by telephone; somebody who guesses has five tries, and waits longer after each."""
_COST = {"n": 2**14, "r": 8, "p": 1, "maxmem": 64 * 2**20}


def new() -> str:
    """`1234-5678`."""
    drawn = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    return f"{drawn[:4]}-{drawn[4:]}"


def hashed(code: str) -> str:
    """Salt and scrypt (RFC 7914) of the code, in hexadecimal."""
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}:{blocking(_scrypt, _plain(code), salt).hex()}"


def matches(kept: str | None, code: str) -> bool:
    """Whether it is the code; for None, whose key is gone, it takes as long and is never."""
    salt, _, digest = (kept or f"{'00' * 16}:").partition(":")
    made = blocking(_scrypt, _plain(code), bytes.fromhex(salt)).hex()
    return hmac.compare_digest(made, digest)


def _plain(code: str) -> str:
    """However somebody writes it down: without spaces and hyphens."""
    return "".join(one for one in code if one not in " -\u00a0\u2010\u2011\u2013")


def _scrypt(code: str, salt: bytes) -> bytes:
    return hashlib.scrypt(code.encode(), salt=salt, **_COST)
