"""Epoch keys in HashiCorp Vault's transit engine: derived, not exportable, deleted for good when their time is over."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any, ClassVar

import requests

from services.kernel.keys.providers.remote import ProviderAway

TIMEOUT = 3.0


class VaultTransit:
    """`url` as `https://vault.example:8200`, `mount` that of the engine; `prefix` keeps installations apart.

    The token may make, use, configure and delete `transit/keys/<prefix>*`, and no more.
    """

    kind: ClassVar[str] = "vault"

    def __init__(self, url: str, token: str, prefix: str, mount: str = "transit", ca: str | None = None) -> None:
        self._url = f"{url.rstrip('/')}/v1/{mount}"
        self._prefix = prefix
        self._session = requests.Session()
        self._session.headers["X-Vault-Token"] = token
        self._session.verify = ca or True

    def make(self, epoch: str) -> str:
        name = f"{self._prefix}-{epoch}"
        asked = {"type": "aes256-gcm96", "derived": True, "exportable": False, "allow_plaintext_backup": False}
        self._ask("POST", f"keys/{name}", asked)
        return name

    def encrypt(self, name: str, raw: bytes, epoch: str) -> bytes:
        asked = {**_place(epoch), "plaintext": b64encode(raw).decode()}
        status, found = self._ask("POST", f"encrypt/{name}", asked)
        if status != 200:
            raise ProviderAway(f"status {status}")
        return str(found["data"]["ciphertext"]).encode()

    def decrypt(self, name: str, box: bytes, epoch: str) -> bytes:
        status, found = self._ask("POST", f"decrypt/{name}", {**_place(epoch), "ciphertext": box.decode()})
        if status == 200:
            return b64decode(found["data"]["plaintext"])
        # Vault says 400 to both; only the key itself tells which it is.
        if self._ask("GET", f"keys/{name}")[0] == 404:
            raise KeyError(epoch)
        raise ValueError("not wrapped by this epoch")

    def delete(self, name: str) -> bool:
        if self._ask("GET", f"keys/{name}")[0] == 404:
            return True
        self._ask("POST", f"keys/{name}/config", {"deletion_allowed": True})
        self._ask("DELETE", f"keys/{name}")
        return self._ask("GET", f"keys/{name}")[0] == 404

    def _ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Status and JSON of an answer that is one. Raises ProviderAway: sealed, standby, forbidden, silent."""
        try:
            answer = self._session.request(method, f"{self._url}/{path}", json=body, timeout=TIMEOUT)
            found = answer.json() if answer.content else {}
        except (requests.RequestException, ValueError) as error:
            raise ProviderAway(type(error).__name__) from None
        # A 404 with a reason is about the path (no such engine), and says nothing about a key.
        if answer.status_code not in (200, 204, 400, 404) or (answer.status_code == 404 and found.get("errors")):
            raise ProviderAway(f"status {answer.status_code}")
        return answer.status_code, found


def _place(epoch: str) -> dict[str, str]:
    """The context from which Vault derives the key; another epoch's opens nothing."""
    return {"context": b64encode(epoch.encode()).decode()}
