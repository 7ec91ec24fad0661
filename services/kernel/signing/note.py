"""Sign a text so that anyone with the public key can tell that it was not changed (C2SP signed-note)."""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass

from nacl.exceptions import BadSignatureError
from nacl.signing import SigningKey, VerifyKey

ED25519 = 0x01
DASH = "\u2014".encode()


class NoteInvalid(ValueError):
    """The bytes are no signed note, or no signature of a known key holds."""


def key_id(name: str, algorithm: int, public: bytes) -> bytes:
    return hashlib.sha256(name.encode() + b"\n" + bytes([algorithm]) + public).digest()[:4]


@dataclass(frozen=True)
class Verifier:
    """One Ed25519 public key under a name; `vkey` is its text form (C2SP signed-note)."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        return key_id(self.name, ED25519, self.public)

    @property
    def vkey(self) -> str:
        encoded = base64.b64encode(bytes([ED25519]) + self.public).decode()
        return f"{self.name}+{self.id.hex()}+{encoded}"

    @classmethod
    def parse(cls, vkey: str) -> Verifier:
        """Raises NoteInvalid when the text is no Ed25519 verifier key or its id does not belong to it."""
        try:
            name, identity, encoded = vkey.split("+", 2)
            raw = base64.b64decode(encoded, validate=True)
        except (ValueError, binascii.Error) as error:
            raise NoteInvalid("not a verifier key") from error
        made = cls(name, raw[1:])
        if len(raw) != 33 or raw[0] != ED25519 or made.id.hex() != identity:
            raise NoteInvalid("not an Ed25519 verifier key")
        return made

    def prepared(self) -> PreparedVerifier:
        return PreparedVerifier(self)

    def holds(self, text: bytes, signature: bytes) -> bool:
        """Whether `signature`, 64 bytes alone, is this key's over `text`."""
        try:
            VerifyKey(self.public).verify(text, signature)
        except (BadSignatureError, ValueError):
            return False
        return True


class PreparedVerifier:
    """The same key with its parsed form and line prefix kept, for whoever checks thousands a second."""

    def __init__(self, verifier: Verifier) -> None:
        self.name = verifier.name
        self._id = verifier.id
        self._key = VerifyKey(verifier.public)
        self._prefix = DASH + b" " + verifier.name.encode() + b" "

    def text(self, note: bytes) -> bytes:
        """The signed text of a note with exactly this one signature; raises NoteInvalid otherwise."""
        head, blank, line = note.rpartition(b"\n\n")
        if not blank or not line.startswith(self._prefix) or not line.endswith(b"\n") or line.count(b"\n") != 1:
            raise NoteInvalid("no signature line of this key")
        encoded = line[len(self._prefix) : -1]
        try:
            blob = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise NoteInvalid("signature is not base64") from error
        if len(blob) != 68 or blob[:4] != self._id or base64.b64encode(blob) != encoded:
            raise NoteInvalid("signature is not of this key")
        text = head + b"\n"
        try:
            self._key.verify(text, blob[4:])
        except BadSignatureError as error:
            raise NoteInvalid("signature does not hold") from error
        return text


def signer_of(note: bytes) -> bytes:
    """The id of the key that the last signature line claims, unverified; empty where there is none."""
    line = note[note.rfind(b"\n\n") + 2 :]
    try:
        return base64.b64decode(line[line.rfind(b" ") + 1 :][:8], validate=True)[:4]
    except binascii.Error:
        return b""


class SeedMissing(Exception):
    """The key that would have to sign is not here, so nothing is signed."""


class Signer:
    """Signs under one name with one Ed25519 seed (32 bytes)."""

    def __init__(self, name: str, seed: bytes) -> None:
        self._key = SigningKey(seed)
        self.verifier = Verifier(name, bytes(self._key.verify_key))
        self._prefix = DASH + b" " + name.encode() + b" "
        self._id = self.verifier.id

    @property
    def name(self) -> str:
        return self.verifier.name

    def of(self, vkey: str | None) -> Signer:
        """Itself, where it is asked for, or nobody in particular (None) is. Raises SeedMissing."""
        if vkey not in (None, self.verifier.vkey):
            raise SeedMissing(self.name)
        return self

    def signature(self, text: bytes) -> bytes:
        """The 64 bytes alone."""
        return self._key.sign(text).signature

    def sign(self, text: bytes) -> bytes:
        """The whole note: `text` (which ends in a newline), a blank line, one signature line."""
        signature = self._key.sign(text).signature
        return text + b"\n" + self._prefix + base64.b64encode(self._id + signature) + b"\n"
