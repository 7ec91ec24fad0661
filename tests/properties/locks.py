"""Every key that lies about, tried on whatever is locked."""

from __future__ import annotations

import base64
import binascii
import re
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from tests.properties.records import Wrapped


def opens(key: Wrapped, secrets: set[bytes]) -> bool:
    bound = f"k1|{key.identity}|{key.owner}|{key.category}|{key.epoch}".encode()
    for secret in secrets:
        try:
            AESGCM(secret).decrypt(key.box[:12], key.box[12:], bound)
        except InvalidTag:
            continue
        return True
    return False


def keys_in(directory: Path) -> set[bytes]:
    """Every 32 bytes in a file that are the file itself, or base64 within it."""
    found = set()
    for path in directory.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        found |= {data} if len(data) == 32 else set()
        for word in re.findall(rb"[A-Za-z0-9+/_-]{43}=?", data):
            try:
                found.add(base64.urlsafe_b64decode(word.replace(b"+", b"-").replace(b"/", b"_").rstrip(b"=") + b"="))
            except (ValueError, binascii.Error):
                continue
    return {key for key in found if len(key) == 32}
