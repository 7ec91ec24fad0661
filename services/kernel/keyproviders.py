"""Where the key-encryption keys live, one per epoch; destroying one makes every copy wrapped by it unreadable."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


class KeyProvider(Protocol):
    """Wraps and unwraps 32-byte keys under the key of an epoch. An epoch once destroyed never comes back."""

    def create(self, epoch: str) -> None: ...

    def wrap(self, epoch: str, key: bytes, context: bytes) -> bytes: ...

    def unwrap(self, epoch: str, wrapped: bytes, context: bytes) -> bytes:
        """Raises KeyError when the epoch is gone, ValueError when the bytes are not its own."""
        ...

    def destroy(self, epoch: str) -> None: ...

    def epochs(self) -> set[str]: ...


class FileKeys:
    """Key-encryption keys as files (0600) in a directory apart from every data directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._open: dict[str, AESGCM] = {}

    def create(self, epoch: str) -> None:
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._path(epoch)
        part = path.with_suffix(".part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(secrets.token_bytes(32))
            file.flush()
            os.fsync(file.fileno())
        os.rename(part, path)
        self._sync()

    def wrap(self, epoch: str, key: bytes, context: bytes) -> bytes:
        nonce = secrets.token_bytes(12)
        return nonce + self._cipher(epoch).encrypt(nonce, key, context)

    def unwrap(self, epoch: str, wrapped: bytes, context: bytes) -> bytes:
        try:
            return self._cipher(epoch).decrypt(wrapped[:12], wrapped[12:], context)
        except InvalidTag as error:
            raise ValueError("not wrapped by this epoch") from error

    def destroy(self, epoch: str) -> None:
        self._open.pop(epoch, None)
        path = self._path(epoch)
        if path.exists():
            # Overwritten before it is unlinked: a plain unlink leaves the 32 bytes in a free block.
            with path.open("r+b") as file:
                file.write(secrets.token_bytes(32))
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
            self._sync()

    def epochs(self) -> set[str]:
        return {path.stem for path in self.directory.glob("*.key")} if self.directory.exists() else set()

    def _path(self, epoch: str) -> Path:
        return self.directory / f"{epoch}.key"

    def _sync(self) -> None:
        directory = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def _cipher(self, epoch: str) -> AESGCM:
        cipher = self._open.get(epoch)
        if cipher is not None and not self._path(epoch).exists():
            # Another process destroyed it: gone is gone, in this memory too.
            del self._open[epoch]
            raise KeyError(epoch)
        if cipher is None:
            try:
                cipher = AESGCM(self._path(epoch).read_bytes())
            except FileNotFoundError as gone:
                raise KeyError(epoch) from gone
            self._open[epoch] = cipher
        return cipher
