"""The gateway's own keys are derived from its key with auth: the same in every replica, stored nowhere."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Set
from typing import Any

import orjson
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF


def derived(shared: bytes, use: str) -> bytes:
    """32 bytes for one use (RFC 5869). They change with the shared key: then cursors end."""
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=f"crisisconnect gateway {use}".encode()).derive(shared)


def idempotency(scope: str, method: str, path: str, key: str) -> str:
    """One name for (caller, route, key). `scope` is a pseudonym or a token's hash; empty where the path has a token."""
    return hashlib.sha256(orjson.dumps([scope, method, path, key])).hexdigest()


def digest(key: bytes, value: Any, secrets: Set[str] = frozenset()) -> str:
    """Tells one body from another, in any order of names; keyed, or a short one could be guessed.

    What is in `secrets` is left out: whoever had the key and the rows could try passwords as fast as they can hash.
    Whether that is the same again, the service says by what it keeps of it.
    """
    said = {name: one for name, one in value.items() if name not in secrets} if isinstance(value, dict) else value
    return hmac.new(key, orjson.dumps(said, option=orjson.OPT_SORT_KEYS), hashlib.sha256).hexdigest()
