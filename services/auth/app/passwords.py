"""Passwords as NIST 800-63B-4 has them: long, any characters, no rotation, checked against what everybody tries."""

from __future__ import annotations

import os
import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import VerifyMismatchError
from zxcvbn import zxcvbn

from services.kernel.calls.offhub import blocking
from services.kernel.decider import Refused

SHORTEST = 15
LONGEST = 1024
JUDGED = 72
"""How many characters are judged for being well known; all of them are hashed."""

# 19 MiB and two passes (the OWASP floor for argon2id): some tens of milliseconds.
_hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_nobody = _hasher.hash("nobody has this password, it only costs the same time")
# More at once than there are processors would only hold more memory.
_room = threading.BoundedSemaphore(max(2, os.cpu_count() or 2))


def checked(password: str, known: list[str]) -> str:
    """The argon2id hash of an acceptable password; `known` are words an attacker would try first.

    Raises Refused("weak_password") with the reason: `too_short`, `too_long` or `well_known`.
    """
    if len(password) < SHORTEST:
        raise Refused("weak_password", reason="too_short", shortest=SHORTEST)
    if len(password) > LONGEST:
        raise Refused("weak_password", reason="too_long", longest=LONGEST)
    if blocking(_guessable, password, known):
        raise Refused("weak_password", reason="well_known")
    with _room:
        return blocking(_hasher.hash, _same(password))


def matches(hashed: str | None, password: str) -> bool:
    """Whether the password belongs to the hash. Without a hash it takes the same time and says no."""
    with _room:
        right = blocking(_verify, hashed or _nobody, _same(password[:LONGEST]))
    return right and hashed is not None


def _verify(hashed: str, password: str) -> bool:
    try:
        return _hasher.verify(hashed, password)
    except VerifyMismatchError:
        return False


def _guessable(password: str, known: list[str]) -> bool:
    judged = zxcvbn(password[:JUDGED], user_inputs=[word for word in known if word], max_length=JUDGED)
    return bool(judged["score"] < 3)


def _same(password: str) -> str:
    """One spelling for what looks the same, whichever keyboard it came from (RFC 8265)."""
    return unicodedata.normalize("NFC", password)
