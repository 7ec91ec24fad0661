"""An epoch's key lies at a provider of keys and never leaves it; what wraps our keys is wrapped by that one (0025)."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import ClassVar, Protocol

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.kernel.calls.rpc import Unavailable
from services.kernel.keys.providers.wrapping import NotGone, Wrapping
from services.kernel.transaction import active


class ProviderAway(Unavailable):
    """The provider gave no usable answer; nothing is opened or minted meanwhile."""

    def __init__(self, why: str) -> None:
        super().__init__("the key provider", why)


class Vaulted(Protocol):
    """What a provider of keys does for us: one key an epoch, three calls in its life. Raises ProviderAway."""

    kind: ClassVar[str]

    def make(self, epoch: str) -> str:
        """A key of its own that cannot be taken out; answers what the provider calls it."""
        ...

    def encrypt(self, name: str, raw: bytes, epoch: str) -> bytes: ...

    def decrypt(self, name: str, box: bytes, epoch: str) -> bytes:
        """Raises KeyError when the key is gone or going, ValueError when the box is not its own."""
        ...

    def delete(self, name: str) -> bool:
        """Whether it is gone now, beyond anybody's recall. Repeating it is harmless."""
        ...


class RemoteKeys(Wrapping):
    """Two steps, so that a hundred thousand keys are not as many calls: the provider's key wraps an epoch's own key.

    That wrapped key rests in `directory` as `<epoch>.wrapped`, a line with the provider's name of the key before it;
    opened, it is in memory alone. With the provider's key gone, every copy of the file is noise.
    """

    def __init__(self, vault: Vaulted, directory: Path) -> None:
        self.vault = vault
        self.kind = vault.kind
        self.directory = directory
        self._open: dict[str, AESGCM] = {}

    def create(self, epoch: str) -> None:
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        name, raw = self.vault.make(epoch), secrets.token_bytes(32)
        box = self.vault.encrypt(name, raw, epoch)
        part = self._path(epoch).with_suffix(".part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(name.encode() + b"\n" + box)
            file.flush()
            os.fsync(file.fileno())
        os.rename(part, self._path(epoch))
        self._sync()
        self._open[epoch] = AESGCM(raw)

    def cipher(self, epoch: str) -> AESGCM:
        cipher = self._open.get(epoch)
        if cipher is not None and self._path(epoch).exists():
            return cipher
        self._open.pop(epoch, None)
        try:
            name, _, box = self._path(epoch).read_bytes().partition(b"\n")
        except FileNotFoundError as gone:
            raise KeyError(epoch) from gone
        if active():
            raise ProviderAway("asked inside a transaction")  # the next look, outside of it, asks
        self._open[epoch] = AESGCM(self.vault.decrypt(name.decode(), box, epoch))
        return self._open[epoch]

    def destroy(self, epoch: str) -> None:
        """Raises NotGone while the provider keeps the key, however unusable; then the epoch stays listed."""
        self._open.pop(epoch, None)
        path = self._path(epoch)
        going = path.with_suffix(".going")
        if path.exists():
            # First out of every process's use; what waits for the provider's word is its name alone.
            name = path.read_bytes().partition(b"\n")[0]
            with going.open("wb") as file:
                file.write(name)
                file.flush()
                os.fsync(file.fileno())
            path.unlink()
            self._sync()
        if not going.exists():
            return
        if not self.vault.delete(going.read_text()):
            raise NotGone(epoch)
        going.unlink()
        self._sync()

    def epochs(self) -> set[str]:
        if not self.directory.exists():
            return set()
        return {path.stem for kind in ("wrapped", "going") for path in self.directory.glob(f"*.{kind}")}

    def _path(self, epoch: str) -> Path:
        return self.directory / f"{epoch}.wrapped"

    def _sync(self) -> None:
        directory = os.open(self.directory, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)
