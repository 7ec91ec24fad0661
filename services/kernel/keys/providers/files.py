"""Key-encryption keys in files, overwritten before they go; for one machine, or a disk that several share."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.kernel.keys.providers.wrapping import Wrapping


class FileKeys(Wrapping):
    """Key-encryption keys as files (0600) in a directory apart from every data directory."""

    kind = "file"

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

    def destroy(self, epoch: str) -> None:
        self._open.pop(epoch, None)
        path = self._path(epoch)
        going = path.with_suffix(".going")
        if path.exists():
            # Out of sight first: whoever opened it half overwritten would take noise for the key.
            path.replace(going)
        if going.exists():
            # Overwritten before it is unlinked: a plain unlink leaves the 32 bytes in a free block.
            with going.open("r+b") as file:
                file.write(secrets.token_bytes(32))
                file.flush()
                os.fsync(file.fileno())
            going.unlink()
            self._sync()

    def epochs(self) -> set[str]:
        return {path.stem for path in self.directory.glob("*") if path.suffix in (".key", ".going")}

    def _path(self, epoch: str) -> Path:
        return self.directory / f"{epoch}.key"

    def _sync(self) -> None:
        directory = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def cipher(self, epoch: str) -> AESGCM:
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
