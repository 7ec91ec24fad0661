"""A cursor continues one list, with one filter, of one organisation, and tells its holder nothing."""

from __future__ import annotations

import os
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.kernel.decider import Refused

_NONCE = 12


class Cursors:
    """Encrypted, for the last id may be one that the surface never shows."""

    def __init__(self, key: bytes) -> None:
        self._cipher = AESGCM(key)

    def write(self, after: Any, place: str, scope: str | None, filters: Mapping[str, Any]) -> str:
        """`after` is what the service gave as its list's `next`: a string or a number."""
        nonce = os.urandom(_NONCE)
        sealed = self._cipher.encrypt(nonce, orjson.dumps(after), _bound(place, scope, filters))
        return urlsafe_b64encode(nonce + sealed).rstrip(b"=").decode()

    def read(self, cursor: str, place: str, scope: str | None, filters: Mapping[str, Any]) -> Any:
        """Raises Refused cursor_invalid for one of another list, filter or organisation, or a made-up one."""
        try:
            raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
            opened = self._cipher.decrypt(raw[:_NONCE], raw[_NONCE:], _bound(place, scope, filters))
        except (ValueError, InvalidTag):
            raise Refused("cursor_invalid") from None
        return orjson.loads(opened)


def _bound(place: str, scope: str | None, filters: Mapping[str, Any]) -> bytes:
    return orjson.dumps([place, scope, dict(filters)], option=orjson.OPT_SORT_KEYS)
