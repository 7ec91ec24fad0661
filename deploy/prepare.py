"""Lay out `deploy/state/` for compose: definitions, certificates, database roles, each process's own secrets.

Run as root, with the path of `secrets/` where it is not the checkout's own. Keys and passwords that are there
stay; definitions and shares follow from `secrets/` and are written again.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import sys
from pathlib import Path

from crisisconnect.certificates import Authority
from crisisconnect.installation import Installation
from crisisconnect.shares import passing, share
from crisisconnect.topology import PROCESSES, SERVICES, USERS, definitions

UID = 10001
POSTGRES_UID = 999
RABBITMQ_UID = 999
HERE = Path(__file__).parent / "state"

RABBITMQ = """\
listeners.tcp = none
listeners.ssl.default = 5671
ssl_options.cacertfile = /etc/rabbitmq/tls/ca.pem
ssl_options.certfile = /etc/rabbitmq/tls/broker.pem
ssl_options.keyfile = /etc/rabbitmq/tls/broker.key
ssl_options.versions.1 = tlsv1.3
ssl_options.versions.2 = tlsv1.2
load_definitions = /etc/rabbitmq/definitions.json
"""


def main(source: Path) -> None:
    installation = Installation.mint(source)
    for part in ("tls", "broker", "postgres", "processes"):
        (HERE / part).mkdir(mode=0o755, parents=True, exist_ok=True)
    HERE.chmod(0o711)

    authority = Authority.open(HERE / "tls")
    for name in ("broker", "database", "keyrings"):
        authority.issue(name)
    for name in ("database", "keyrings"):
        os.chown(HERE / "tls" / f"{name}.key", POSTGRES_UID, POSTGRES_UID)
    os.chown(HERE / "tls" / "broker.key", RABBITMQ_UID, RABBITMQ_UID)

    _put(HERE / "broker" / "definitions.json", json.dumps(definitions(installation.passwords())), RABBITMQ_UID)
    _put(HERE / "broker" / "rabbitmq.conf", RABBITMQ, RABBITMQ_UID)

    passwords = {(kind, service): _password(f"{kind}-{service}") for kind in _KINDS for service in SERVICES}
    for kind, (prefix, server) in _KINDS.items():
        _password(f"{kind}-superuser", POSTGRES_UID)
        statements = [
            f"CREATE ROLE {service} LOGIN PASSWORD '{passwords[kind, service]}';\n"
            f"CREATE DATABASE {prefix}{service} OWNER {service};\n"
            f"REVOKE CONNECT ON DATABASE {prefix}{service} FROM PUBLIC;\n"
            for service in SERVICES
        ]
        _put(HERE / "postgres" / f"{server}.sql", "".join(statements), POSTGRES_UID)

    for process in (*PROCESSES, "cli"):
        folder = HERE / "processes" / process
        folder.mkdir(mode=0o700, exist_ok=True)
        for name in share(process):
            if name.endswith(".seed"):
                _overwrite(folder / name, (source / name).read_text())
            _put(folder / name, (source / name).read_text(), UID)
        for name in passing(process):
            if (source / name).exists():
                _put(folder / name, (source / name).read_text(), UID)
            else:
                (folder / name).unlink(missing_ok=True)
        if process in SERVICES:
            (folder / "kek").mkdir(mode=0o700, exist_ok=True)
            keys = HERE / "keys" / process
            keys.mkdir(mode=0o700, parents=True, exist_ok=True)
            os.chown(keys, UID, UID)
        lines = [
            f"{server}:5432:*:{service}:{passwords[kind, service]}\n"
            for kind, (_, server) in _KINDS.items()
            for service in SERVICES
            if _uses(process, service) and (kind == "data" or process == service)
        ]
        _put(folder / "pgpass", "".join(lines), UID)
        shutil.copy(HERE / "tls" / "ca.pem", folder / "ca.pem")
        for held in (folder, *folder.rglob("*")):
            os.chown(held, UID, UID)
    print(f"{HERE} is ready for {len(USERS)} users of the broker; keep {source} in a safe of its own")


_KINDS = {"data": ("crisisconnect_", "database"), "keyring": ("crisisconnect_keys_", "keyrings")}


def _uses(process: str, service: str) -> bool:
    """A service and its relay share a database; the log's lies in audit's."""
    return process in (service, f"{service}-relay") or (process, service) == ("audit-ingest", "audit")


def _password(name: str, owner: int = 0) -> str:
    path = HERE / "postgres" / f"{name}.password"
    if not path.exists():
        _put(path, secrets.token_urlsafe(32), owner)
    return path.read_text()


def _overwrite(path: Path, content: str) -> None:
    """A seed that has handed over is gone before the next one takes its name, from the disk too."""
    if path.exists() and path.read_text() != content:
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())


def _put(path: Path, content: str, owner: int) -> None:
    path.parent.mkdir(mode=0o700 if "processes" in path.parts else 0o755, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}")
    draft.touch(mode=0o600)
    draft.write_text(content)
    os.chown(draft, owner, owner)
    draft.replace(path)


if __name__ == "__main__":
    if os.geteuid() != 0:
        sys.exit("The containers' users must own their secrets. Run: sudo .venv/bin/python deploy/prepare.py")
    os.umask(0o022)
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "secrets")
