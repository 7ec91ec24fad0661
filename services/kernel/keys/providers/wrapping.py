"""A key is wrapped for its own row and epoch (AES-256-GCM); without the epoch's key it is noise."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

Moving = tuple[str, bytes, bytes, bytes]
"""The epoch a key is wrapped under, the wrapped key, its context there, and its context under the new epoch."""


class NotGone(Exception):
    """The provider has not said yet that a key no longer exists; the rotation is not over before it does."""

    def __init__(self, epoch: str) -> None:
        super().__init__(epoch)
        self.epoch = epoch


class KeyProvider(Protocol):
    """Wraps and unwraps 32-byte keys under the key of an epoch. An epoch once destroyed never comes back."""

    kind: str
    """How the operator names it: `file`, `vault`, `kms`."""

    def create(self, epoch: str) -> None: ...

    def wrap(self, epoch: str, key: bytes, context: bytes) -> bytes: ...

    def unwrap(self, epoch: str, wrapped: bytes, context: bytes) -> bytes:
        """Raises KeyError when the epoch is gone, ValueError when the bytes are not its own."""
        ...

    def rewrap(self, epoch: str, keys: Sequence[Moving]) -> list[bytes]:
        """Many keys from where they are to `epoch`. Raises as `unwrap` does."""
        ...

    def destroy(self, epoch: str) -> None:
        """For good, from this moment on. Raises NotGone where the provider has not said so yet."""
        ...

    def epochs(self) -> set[str]:
        """Those whose key may still exist somewhere."""
        ...


class Wrapping:
    """The part of every provider that works in memory; `cipher` finds an epoch's key, or raises KeyError."""

    def cipher(self, epoch: str) -> AESGCM:
        raise NotImplementedError

    def wrap(self, epoch: str, key: bytes, context: bytes) -> bytes:
        nonce = secrets.token_bytes(12)
        return nonce + self.cipher(epoch).encrypt(nonce, key, context)

    def unwrap(self, epoch: str, wrapped: bytes, context: bytes) -> bytes:
        return _opened(self.cipher(epoch), wrapped, context)

    def rewrap(self, epoch: str, keys: Sequence[Moving]) -> list[bytes]:
        ciphers = {one: self.cipher(one) for one in {epoch, *(key[0] for key in keys)}}
        new, chance = ciphers[epoch], secrets.token_bytes(12 * len(keys))
        moved = []
        for place, (old, wrapped, context, next_context) in enumerate(keys):
            nonce = chance[12 * place : 12 * place + 12]
            moved.append(nonce + new.encrypt(nonce, _opened(ciphers[old], wrapped, context), next_context))
        return moved


def _opened(cipher: AESGCM, wrapped: bytes, context: bytes) -> bytes:
    try:
        return cipher.decrypt(wrapped[:12], wrapped[12:], context)
    except InvalidTag as error:
        raise ValueError("not wrapped by this epoch") from error
