"""A witness's word counts when its own key signed exactly this checkpoint (C2SP tlog-cosignature, cosignature/v1)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey

from services.kernel.signing.note import DASH, NoteInvalid, key_id

COSIGNATURE_V1 = 0x04
LINES = 16
"""More lines than that of one witness are nonsense."""


@dataclass(frozen=True)
class WitnessKey:
    """The Ed25519 key of one witness; `vkey` is its text form."""

    name: str
    public: bytes
    vkey: str

    @property
    def id(self) -> bytes:
        return key_id(self.name, COSIGNATURE_V1, self.public)

    @classmethod
    def parse(cls, vkey: str) -> WitnessKey:
        """Raises NoteInvalid when the text is no verifier key of a cosigner (type 0x04)."""
        try:
            name, identity, encoded = vkey.split("+", 2)
            raw = base64.b64decode(encoded, validate=True)
        except (ValueError, binascii.Error) as error:
            raise NoteInvalid("not a verifier key") from error
        made = cls(name, raw[1:], vkey)
        if len(raw) != 33 or raw[0] != COSIGNATURE_V1 or made.id.hex() != identity or not name or _spaced(name):
            raise NoteInvalid("not the verifier key of a cosigner, type 0x04")
        if base64.b64encode(raw).decode() != encoded:
            raise NoteInvalid("not a verifier key")
        return made


def message(text: bytes, timestamp: int) -> bytes:
    """What a cosigner signs: the moment in POSIX seconds, and the checkpoint's text without any signature."""
    return b"cosignature/v1\ntime %d\n" % timestamp + text


def verified(answer: bytes, key: WitnessKey, checkpoint: bytes) -> bytes:
    """The witness's own line of its answer, newline included. Raises NoteInvalid when there is none that holds."""
    text = checkpoint[: checkpoint.rindex(b"\n\n") + 1]
    lines = answer.split(b"\n")
    if lines.pop() != b"" or len(lines) > LINES:
        raise NoteInvalid("not signature lines")
    for line in lines:
        dash, _, rest = line.partition(b" ")
        name, _, encoded = rest.partition(b" ")
        if dash != DASH or name != key.name.encode():
            continue
        try:
            blob = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise NoteInvalid("signature is not base64") from error
        if blob[:4] != key.id:
            continue
        _hold(blob, encoded, key, text)
        return line + b"\n"
    raise NoteInvalid("no line of this witness")


def _hold(blob: bytes, encoded: bytes, key: WitnessKey, text: bytes) -> None:
    timestamp = int.from_bytes(blob[4:12], "big")
    if len(blob) != 76 or timestamp >= 1 << 63 or base64.b64encode(blob) != encoded:
        raise NoteInvalid("not a cosignature/v1")
    try:
        VerifyKey(key.public).verify(message(text, timestamp), blob[12:])
    except BadSignatureError as error:
        raise NoteInvalid("the cosignature does not hold") from error


def _spaced(name: str) -> bool:
    return any(letter.isspace() for letter in name)
