"""Stand-ins for Vault's transit engine and for AWS KMS: what of their HTTP interfaces a provider of ours speaks."""

from __future__ import annotations

import json
import re
import secrets
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

TOKEN = "a-token"


@dataclass
class Stand:
    """`keys` by name; `away` answers 503 to all; `calls` counts. `due` lets the waiting deletions happen."""

    url: str = ""
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    away: bool = False
    calls: int = 0

    def due(self) -> None:
        for name in [name for name, key in self.keys.items() if key.get("state") == "PendingDeletion"]:
            del self.keys[name]

    def seal(self, name: str, raw: bytes, place: str) -> bytes:
        nonce = secrets.token_bytes(12)
        return nonce + AESGCM(self.keys[name]["key"]).encrypt(nonce, raw, place.encode())

    def unseal(self, name: str, box: bytes, place: str) -> bytes | None:
        try:
            return AESGCM(self.keys[name]["key"]).decrypt(box[:12], box[12:], place.encode())
        except InvalidTag:
            return None


def vault(stand: Stand, method: str, path: str, headers: Any, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    if headers["X-Vault-Token"] != TOKEN:
        return 403, {"errors": ["permission denied"]}
    if not path.startswith("/v1/transit/"):
        return 404, {"errors": ["no handler for route"]}
    verb, name, *more = path.removeprefix("/v1/transit/").split("/")
    key = stand.keys.get(name)
    match method, verb, more:
        case "POST", "keys", []:
            assert body["derived"]
            assert not body["exportable"]
            stand.keys.setdefault(name, {"key": secrets.token_bytes(32), "deletion_allowed": False})
            return 200, {}
        case "GET", "keys", []:
            return (200, {"data": {"name": name}}) if key else (404, {"errors": []})
        case "POST", "keys", ["config"] if key:
            key["deletion_allowed"] = body["deletion_allowed"]
            return 204, {}
        case "DELETE", "keys", [] if key and key["deletion_allowed"]:
            del stand.keys[name]
            return 204, {}
        case "POST", "encrypt", [] if key:
            sealed = stand.seal(name, b64decode(body["plaintext"]), body["context"])
            return 200, {"data": {"ciphertext": "vault:v1:" + b64encode(sealed).decode()}}
        case "POST", "decrypt", [] if key:
            opened = stand.unseal(name, b64decode(body["ciphertext"].removeprefix("vault:v1:")), body["context"])
            if opened is not None:
                return 200, {"data": {"plaintext": b64encode(opened).decode()}}
    return 400, {"errors": ["no"]}


def kms(stand: Stand, method: str, path: str, headers: Any, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    signed = r"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/\d{8}/eu-west-1/kms/aws4_request, SignedHeaders=.*x-amz-target.*"
    if not re.match(signed, headers["Authorization"]) or headers["Content-Type"] != "application/x-amz-json-1.1":
        return 400, {"__type": "IncompleteSignatureException"}
    action, place = headers["X-Amz-Target"].removeprefix("TrentService."), json.dumps(body.get("EncryptionContext"))
    if action == "CreateKey":
        name = f"arn:aws:kms:eu-west-1:111122223333:key/{secrets.token_hex(8)}"
        stand.keys[name] = {"key": secrets.token_bytes(32), "state": "Enabled"}
        return 200, {"KeyMetadata": {"KeyId": name.rpartition("/")[2], "Arn": name, "KeyState": "Enabled"}}
    name = body["KeyId"]
    key = stand.keys.get(name)
    if key is None:
        return 400, {"__type": "NotFoundException"}
    match action:
        case "DescribeKey":
            return 200, {"KeyMetadata": {"KeyState": key["state"]}}
        case "DisableKey":
            key["state"] = "Disabled"
            return 200, {}
        case "ScheduleKeyDeletion":
            assert body["PendingWindowInDays"] >= 7
            key["state"] = "PendingDeletion"
            return 200, {"KeyState": "PendingDeletion"}
    if key["state"] != "Enabled":
        return 400, {"__type": "KMSInvalidStateException"}
    if action == "Encrypt":
        sealed = stand.seal(name, b64decode(body["Plaintext"]), place)
        return 200, {"CiphertextBlob": b64encode(sealed).decode()}
    opened = stand.unseal(name, b64decode(body["CiphertextBlob"]), place)
    if opened is None:
        return 400, {"__type": "InvalidCiphertextException"}
    return 200, {"Plaintext": b64encode(opened).decode()}


@contextmanager
def standing(speaks: Any) -> Iterator[Stand]:
    stand = Stand()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            stand.calls += 1
            body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
            status, said = (503, {}) if stand.away else speaks(stand, self.command, self.path, self.headers, body)
            text = b"" if status == 204 else json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_DELETE = do_POST  # noqa: N815 - names of http.server

        def log_message(self, *_: Any) -> None:
            """Nothing: the output is the test's."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    stand.url = f"http://127.0.0.1:{server.server_port}"
    try:
        yield stand
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
