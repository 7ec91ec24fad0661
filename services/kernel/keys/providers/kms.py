"""Epoch keys in AWS KMS: disabled at once and gone after its seven days; until it says so, an epoch is not retired."""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Any, ClassVar

import requests
from requests_aws4auth import AWS4Auth  # type: ignore[import-untyped]

from services.kernel.keys.providers.remote import ProviderAway

TIMEOUT = 3.0
DAYS = 7
"""The shortest wait that KMS allows between asking for a key's end and its end."""
_GONE = {"NotFoundException"}
_GOING = {"KMSInvalidStateException", "DisabledException"}
_STRANGE = {"InvalidCiphertextException", "IncorrectKeyException"}


class AwsKms:
    """KMS of one region over its JSON 1.1 interface, with an access key that may use and end keys of this tag only."""

    kind: ClassVar[str] = "kms"

    def __init__(self, region: str, access: str, secret: str, prefix: str, url: str | None = None) -> None:
        self._url = url or f"https://kms.{region}.amazonaws.com"
        self._prefix = prefix
        self._region = region
        self._session = requests.Session()
        self._session.auth = AWS4Auth(access, secret, region, "kms")

    def make(self, epoch: str) -> str:
        tags = [{"TagKey": "crisisconnect", "TagValue": self._prefix}]
        asked = {"Description": epoch, "KeySpec": "SYMMETRIC_DEFAULT", "KeyUsage": "ENCRYPT_DECRYPT", "Tags": tags}
        return str(self._ask("CreateKey", asked)["KeyMetadata"]["Arn"])

    def encrypt(self, name: str, raw: bytes, epoch: str) -> bytes:
        asked = {"KeyId": name, "Plaintext": b64encode(raw).decode(), **self._place(epoch)}
        try:
            return b64decode(self._ask("Encrypt", asked)["CiphertextBlob"])
        except _Said as no:
            raise ProviderAway(no.code) from None

    def decrypt(self, name: str, box: bytes, epoch: str) -> bytes:
        asked = {"KeyId": name, "CiphertextBlob": b64encode(box).decode(), **self._place(epoch)}
        try:
            return b64decode(self._ask("Decrypt", asked)["Plaintext"])
        except _Said as no:
            if no.code in _GONE | _GOING:
                raise KeyError(epoch) from None
            if no.code in _STRANGE:
                raise ValueError("not wrapped by this epoch") from None
            raise ProviderAway(no.code) from None

    def delete(self, name: str) -> bool:
        if f":kms:{self._region}:" not in name:
            raise ProviderAway("the key is another region's")  # this one would say that there is none
        try:
            state = self._ask("DescribeKey", {"KeyId": name})["KeyMetadata"]["KeyState"]
            if state != "PendingDeletion":
                if state == "Enabled":
                    self._ask("DisableKey", {"KeyId": name})
                self._ask("ScheduleKeyDeletion", {"KeyId": name, "PendingWindowInDays": DAYS})
        except _Said as no:
            if no.code in _GONE:
                return True
            raise ProviderAway(no.code) from None
        return False

    def _place(self, epoch: str) -> dict[str, Any]:
        return {"EncryptionContext": {"installation": self._prefix, "epoch": epoch}}

    def _ask(self, action: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"X-Amz-Target": f"TrentService.{action}", "Content-Type": "application/x-amz-json-1.1"}
        try:
            answer = self._session.post(self._url, json=body, headers=headers, timeout=TIMEOUT)
            found: dict[str, Any] = answer.json()
        except (requests.RequestException, ValueError) as error:
            raise ProviderAway(type(error).__name__) from None
        if answer.status_code == 200:
            return found
        code = str(found.get("__type", "")).rpartition("#")[2]
        if answer.status_code == 400 and code in _GONE | _GOING | _STRANGE:
            raise _Said(code)
        raise ProviderAway(code or f"status {answer.status_code}")


class _Said(Exception):
    """A no that means something where keys are opened or ended."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
