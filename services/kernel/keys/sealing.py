"""The sealed string of one personal value: it names its key, and opens nowhere but where it belongs (P18)."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


@dataclass(frozen=True)
class Key:
    id: str
    owner: str
    category: str
    cipher: AESGCM
    raw: bytes


class Prepared:
    """Keys fetched before a transaction, so that sealing inside it waits for nobody."""

    def __init__(self, source: str, found: Mapping[tuple[str, str], Key]) -> None:
        self._source = source
        self._found = found

    def seal(self, owner: str, category: str, type_: str, field: str, value: str) -> str:
        """The sealed string. It names its key and binds source, owner, category, type and field."""
        key = self._found[owner, category]
        nonce = secrets.token_bytes(12)
        place = bound(self._source, key, type_, field)
        box = base64.urlsafe_b64encode(nonce + key.cipher.encrypt(nonce, value.encode(), place)).decode()
        return f"s1:{key.id}:{type_}:{field}:{box}"


def unsealed(source: str, key: Key, type_: str, field: str, box: str) -> str:
    """What `Prepared.seal` put into the box. Raises ValueError when it was tampered with or moved."""
    raw = base64.urlsafe_b64decode(box)
    try:
        return key.cipher.decrypt(raw[:12], raw[12:], bound(source, key, type_, field)).decode()
    except InvalidTag as error:
        raise ValueError("a sealed value does not belong where it stands") from error


def bound(source: str, key: Key, type_: str, field: str) -> bytes:
    return f"s1|{source}|{key.owner}|{key.category}|{type_}|{field}|{key.id}".encode()
