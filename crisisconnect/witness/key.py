"""A witness has one key, minted once and kept in a file that only its owner reads (C2SP tlog-cosignature, 0x04)."""

from __future__ import annotations

import base64
import hashlib
import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from nacl.signing import SigningKey

from services.reader.note import COSIGNATURE_V1, VerifierKey, parse_vkey

KEY, VKEY = "witness.key", "witness.vkey"
_NAME = re.compile(r"[^\s+]{1,200}")


class NotMinted(Exception):
    """There is no key here that can be used, or one that must not be overwritten."""


@dataclass(frozen=True)
class CosignerKey:
    """`seed` is 32 bytes; `name` is what stands in the signature line."""

    name: str
    seed: bytes

    @property
    def vkey(self) -> str:
        typed = bytes([COSIGNATURE_V1]) + bytes(SigningKey(self.seed).verify_key)
        return f"{self.name}+{self._id(typed).hex()}+{base64.b64encode(typed).decode()}"

    @property
    def verifier(self) -> VerifierKey:
        return parse_vkey(self.vkey)

    def line(self, text: bytes, at: int) -> bytes:
        """The signature line below a checkpoint's text, cosigned at this moment (POSIX seconds)."""
        message = b"cosignature/v1\ntime %d\n" % at + text
        key = SigningKey(self.seed)
        blob = self.verifier.key_id + at.to_bytes(8, "big") + key.sign(message).signature
        return f"— {self.name} ".encode() + base64.b64encode(blob) + b"\n"

    def _id(self, typed: bytes) -> bytes:
        return hashlib.sha256(self.name.encode() + b"\n" + typed).digest()[:4]


def mint(directory: Path, name: str) -> CosignerKey:
    """Make the key of a new witness. Raises NotMinted where there is one already, or the name cannot be one."""
    if not _NAME.fullmatch(name):
        raise NotMinted("a witness's name has no spaces and no +; best a domain and a path of its own")
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    made = CosignerKey(name, secrets.token_bytes(32))
    encoded = base64.b64encode(bytes([COSIGNATURE_V1]) + made.seed).decode()
    try:
        handle = os.open(directory / KEY, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise NotMinted("there is a key here already; a witness keeps the one it has") from error
    with os.fdopen(handle, "w") as file:
        file.write(f"PRIVATE+KEY+{name}+{made.verifier.key_id.hex()}+{encoded}\n")
        file.flush()
        os.fsync(file.fileno())
    (directory / VKEY).write_text(made.vkey + "\n")
    return made


def load(directory: Path) -> CosignerKey:
    """Raises NotMinted when there is no key, or others may read it."""
    path = directory / KEY
    try:
        if path.stat().st_mode & 0o077:
            raise NotMinted(f"others may read {path}; make it 0600")
        words = path.read_text().strip().split("+", 4)
        seed = base64.b64decode(words[4], validate=True)
    except (OSError, ValueError, IndexError) as error:
        raise NotMinted(f"no key can be read in {directory}; `witness init` makes one") from error
    made = CosignerKey(words[2], seed[1:])
    if len(seed) != 33 or made.verifier.key_id.hex() != words[3]:
        raise NotMinted(f"{path} is damaged")
    return made
