"""A signed note is read strictly: one text has one accepted spelling (C2SP signed-note, tlog-cosignature)."""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from nacl.bindings import crypto_sign_open
from nacl.exceptions import BadSignatureError, CryptoError

ED25519 = 0x01
COSIGNATURE_V1 = 0x04
MAX_SIGNATURES = 100

_DASH = "\N{EM DASH} ".encode()
_CONTROL = bytes(code for code in range(0x20) if code != 0x0A)
_NOT_IN_NAME = re.compile(r"[\s+]")


class Malformed(ValueError):
    """The bytes are not what their format demands; the message says which demand."""


class Untrusted(ValueError):
    """No known key vouches for the note, or a known one's signature fails."""


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A name and the public key that speaks for it: `name+hex8(key id)+base64(algorithm || key)`."""

    name: str
    algorithm: int
    key_id: bytes
    public_key: bytes

    @property
    def vkey(self) -> str:
        """The one text of this key."""
        raw = bytes([self.algorithm]) + self.public_key
        return f"{self.name}+{self.key_id.hex()}+{binascii.b2a_base64(raw, newline=False).decode()}"

    def verifies(self, text: bytes, blob: bytes) -> bool:
        """Whether `blob`, a signature without its key id, is this key's over the note text."""
        if self.algorithm == ED25519:
            return ed25519_verifies(self.public_key, text, blob)
        if len(blob) != 72:
            return False
        timestamp = int.from_bytes(blob[:8], "big")
        if timestamp >= 1 << 63:
            return False
        message = b"cosignature/v1\ntime %d\n" % timestamp + text
        return ed25519_verifies(self.public_key, message, blob[8:])


class SignatureLine(NamedTuple):
    """One line below a note: who claims to have signed, under which key id, and the bytes after the id."""

    name: str
    key_id: bytes
    blob: bytes


class Note(NamedTuple):
    """A text, its final newline included, and the signature lines below it, none of them verified yet."""

    text: bytes
    signatures: tuple[SignatureLine, ...]


def parse(note: bytes) -> Note:
    """Read a signed note. Raises Malformed."""
    try:
        note.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed("a note is UTF-8") from error
    if len(note.translate(None, _CONTROL)) != len(note):
        raise Malformed("a note holds no control characters but newline")
    blank = note.rfind(b"\n\n")
    if blank < 0 or not note.endswith(b"\n"):
        raise Malformed("a note is a text, an empty line and signature lines, each ended by a newline")
    lines = note[blank + 2 : -1].split(b"\n")
    if len(lines) > MAX_SIGNATURES:
        raise Malformed(f"a note has at most {MAX_SIGNATURES} signatures")
    return Note(note[: blank + 1], tuple([_signature_line(line) for line in lines]))


def verified(note: Note, keys: Iterable[VerifierKey]) -> tuple[VerifierKey, ...]:
    """The known keys that signed the note, each once; signatures of unknown keys count for nothing.

    Raises Untrusted when a known key's signature fails, or none of them signed.
    """
    known = {(key.name, key.key_id): key for key in keys}
    signed: dict[tuple[str, bytes], VerifierKey] = {}
    for line in note.signatures:
        identity = (line.name, line.key_id)
        key = known.get(identity)
        if key is None or identity in signed:
            continue
        if not key.verifies(note.text, line.blob):
            raise Untrusted(f"the signature of {line.name} fails")
        signed[identity] = key
    if not signed:
        raise Untrusted("no known key signed this")
    return tuple(signed.values())


@lru_cache(maxsize=256)
def parse_vkey(vkey: str) -> VerifierKey:
    """Read a verifier key of type Ed25519 (0x01) or cosignature/v1 (0x04). Raises Malformed."""
    parts = vkey.strip().split("+", 2)
    if len(parts) != 3 or not _is_name(parts[0]):
        raise Malformed("a verifier key is name+id+key")
    name, stated, encoded = parts
    raw = strict_base64(encoded)
    if len(raw) != 33 or raw[0] not in (ED25519, COSIGNATURE_V1):
        raise Malformed("a verifier key here is Ed25519, type 0x01 or 0x04")
    key_id = hashlib.sha256(name.encode(errors="surrogateescape") + b"\n" + raw).digest()[:4]
    if stated != key_id.hex():
        raise Malformed("the verifier key's id does not fit its name and key")
    return VerifierKey(name, raw[0], key_id, raw[1:])


def cosigned_at(line: SignatureLine) -> int:
    """The moment a cosignature/v1 line states, in POSIX seconds. Raises Malformed."""
    if len(line.blob) != 72 or line.blob[0] >= 0x80:
        raise Malformed("a cosignature is an 8-byte timestamp and 64 bytes of signature")
    return int.from_bytes(line.blob[:8], "big")


def strict_base64(text: str | bytes) -> bytes:
    """Decode standard, padded base64; another spelling of the same bytes is refused. Raises Malformed."""
    given = text.encode(errors="surrogateescape") if isinstance(text, str) else text
    try:
        raw = binascii.a2b_base64(given, strict_mode=True)
    except (binascii.Error, ValueError) as error:
        raise Malformed("not base64") from error
    if binascii.b2a_base64(raw, newline=False) != given:
        # Go's decoder lets spare bits through, and one signature would have several spellings.
        raise Malformed("base64 with spare bits set")
    return raw


def ed25519_verifies(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Whether the 64 bytes are an Ed25519 signature (RFC 8032) by this key over the message."""
    if len(signature) != 64:
        return False
    try:
        crypto_sign_open(signature + message, public_key)
    except (BadSignatureError, CryptoError):
        return False
    return True


def _signature_line(line: bytes) -> SignatureLine:
    if not line.startswith(_DASH):
        raise Malformed("a signature line begins with an em dash and a space")
    stated, space, encoded = line[len(_DASH) :].partition(b" ")
    name = _name(stated) if space else None
    if name is None:
        raise Malformed("a signature line is a name and base64")
    raw = strict_base64(encoded)
    if len(raw) < 5:
        raise Malformed("a signature is longer than its key id")
    return SignatureLine(name, raw[:4], raw[4:])


@lru_cache(maxsize=256)
def _name(stated: bytes) -> str | None:
    """The name in a signature line, None where no key can have it; a log has few, and each in many lines."""
    name = stated.decode()
    return name if _is_name(name) else None


def _is_name(name: str) -> bool:
    return bool(name) and not _NOT_IN_NAME.search(name)
