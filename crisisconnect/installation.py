"""An installation's identity and keys are minted once, into `secrets/`, and never overwritten.

What is there stays; what a newer version needs in addition is added. Only the signing keys are never added
later: their public halves are pinned in `installation.json`, which is written after them. A service's signing key is
followed by another one only when the one before hands over to it (`rotating.py`); the pins stay as they were at birth.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
import secrets
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from crisisconnect.topology import CALLS, SERVICES, USERS
from services.kernel.faultpoint import reached

LOG = "log"
_ED25519 = b"\x01"


class Incomplete(Exception):
    """A pinned signing key is missing: restore it from the backup, nothing here can replace it."""


@dataclass(frozen=True)
class Installation:
    """One installation: its log's origin, the maker's own organisation, the verifier keys pinned at birth."""

    directory: Path
    origin: str
    maker: str
    pins: Mapping[str, str]
    log: str

    @classmethod
    def load(cls, directory: Path) -> Installation:
        """Read what `mint` wrote. FileNotFoundError where nothing was minted yet."""
        born = json.loads((directory / "installation.json").read_text())
        return cls(directory, born["origin"], born["maker"], born["pins"], born["log"])

    @classmethod
    def mint(cls, directory: Path) -> Installation:
        """Mint what is missing, load the whole. Safe at every start and from two processes at once."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
        with _alone(directory):
            born = directory / "installation.json"
            if not born.exists():
                _write_once(born, _birth(directory))
            installation = cls.load(directory)
            for name in (*SERVICES, LOG):
                if not installation._seed(name).exists():
                    raise Incomplete(f"{installation._seed(name)} is missing")
            for caller, services in CALLS.items():
                for service in services:
                    _write_once(directory / "rpc" / f"{caller}--{service}.key", _random())
            for user in USERS:
                _write_once(directory / "broker" / f"{user}.password", secrets.token_urlsafe(32) + "\n")
        return installation

    def key_name(self, source: str) -> str:
        """The name in signatures: the origin itself for the log, `<origin>/<service>` for a source."""
        return self.origin if source == LOG else f"{self.origin}/{source}"

    def signing_key(self, source: str) -> Ed25519PrivateKey:
        """The Ed25519 key of a service, or of `log`."""
        return self._read(self._seed(source))

    def mint_next(self, service: str) -> Ed25519PrivateKey:
        """The key that is to follow this service's, minted beside it where it is not there yet."""
        with _alone(self.directory):
            _write_once(self._next(service), _random())
        return self._read(self._next(service))

    def coming(self, service: str) -> str | None:
        """The verifier key minted to follow this service's; None while no rotation is under way."""
        try:
            return verifier_key(self.key_name(service), self._read(self._next(service)))
        except FileNotFoundError:
            return None

    def succeed(self, service: str, vkey: str) -> None:
        """Destroy the seed that held; the one of `vkey` takes its place. Nothing changes where it has already."""
        with _alone(self.directory):
            if self.coming(service) != vkey:
                return
            # Overwritten before it gives way: the bytes would otherwise stay in a free block. Whoever looks for
            # a seed meanwhile looks at the one that comes first.
            with self._seed(service).open("r+b") as file:
                file.write(_random().encode())
                file.flush()
                os.fsync(file.fileno())
            reached("seed_destroyed")
            self._next(service).replace(self._seed(service))
            _sync(self._seed(service).parent)

    def rpc_key(self, caller: str, service: str) -> bytes:
        """The 32 bytes that only this caller and this service share."""
        return base64.b64decode((self.directory / "rpc" / f"{caller}--{service}.key").read_text())

    def password(self, user: str) -> str:
        """A broker user's password; 43 characters that need no escaping in a URL."""
        return (self.directory / "broker" / f"{user}.password").read_text().strip()

    def passwords(self) -> dict[str, str]:
        return {user: self.password(user) for user in USERS}

    def _seed(self, source: str) -> Path:
        return self.directory / "signing" / f"{source}.seed"

    def _next(self, service: str) -> Path:
        return self.directory / "signing" / f"{service}.next.seed"

    def _read(self, path: Path) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(base64.b64decode(path.read_text()))


def verifier_key(name: str, key: Ed25519PrivateKey) -> str:
    """The public half as C2SP signed-note writes it: `name+hex(key id)+base64(0x01 || public key)`."""
    public = key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    key_id = hashlib.sha256(name.encode() + b"\n" + _ED25519 + public).digest()[:4]
    return f"{name}+{key_id.hex()}+{base64.b64encode(_ED25519 + public).decode()}"


def _birth(directory: Path) -> str:
    origin = f"crisisconnect.nl/log/{secrets.token_hex(6)}"
    draft = Installation(directory, origin, str(uuid.uuid4()), {}, "")
    for name in (*SERVICES, LOG):
        _write_once(directory / "signing" / f"{name}.seed", _random())
    pins = {name: verifier_key(draft.key_name(name), draft.signing_key(name)) for name in SERVICES}
    log = verifier_key(origin, draft.signing_key(LOG))
    return json.dumps({"origin": origin, "maker": draft.maker, "pins": pins, "log": log}, indent=2) + "\n"


def _random() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode() + "\n"


def _write_once(path: Path, content: str) -> None:
    """All of the content or no file; a file that is there is left as it is."""
    if path.exists():
        return
    path.parent.mkdir(mode=0o700, exist_ok=True)
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    _sync(path.parent)


def _sync(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    lock = os.open(directory / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
