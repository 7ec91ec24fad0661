"""`crisisconnect backup DIR`: the data, the log and the settings while the system runs; the keys apart, newest only.

The services' stores first, the log after them: what a copy lacks of its own, the log of the same backup has. The
keyring last of all: it has every key that the copies need, and none that was destroyed before.
"""

from __future__ import annotations

import fcntl
import json
import os
import platform
import secrets
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from crisisconnect import backup_manifest, log_files
from crisisconnect.backup_manifest import Manifest
from crisisconnect.backup_stores import Stores, stores
from crisisconnect.topology import SERVICES
from services.audit.replaying.export import PROGRAM
from services.kernel.configuration import Configuration
from services.kernel.store.database import open_engine

ORDER = (*(service for service in SERVICES if service != "audit"), "audit")
KEYRING = "keyring"
MARK = "keyring.json"
SHOWN = ("environment", "port", "public_url", "retention_sweep_seconds", "key_epoch_hours", "workers", "gap_seconds")


class Occupied(Exception):
    """The directory holds something that is no backup of this installation; it is left as it is."""


def backup(configuration: Configuration, directory: Path) -> Manifest:
    """Write one backup into `directory`, in the place of the one that is there. It is whole, or as it was before.

    Raises Occupied, FileNotFoundError where a database is missing, Missing where PostgreSQL's tools are.
    """
    os.umask(0o077)
    _look(configuration, directory)
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _alone(directory):
        now = datetime.now(UTC)
        name = f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
        room = directory / name
        try:
            checkpoint, kind = _save(configuration, room)
            keyring(configuration, directory)
        except BaseException:
            shutil.rmtree(room, ignore_errors=True)
            raise
        born = configuration.installation
        manifest = Manifest(
            made_at=now.isoformat(),
            versions=_versions(),
            **{key: born[key] for key in ("origin", "maker", "pins", "log")},
            kind=kind,
            checkpoint=checkpoint,
            directory=name,
            files=backup_manifest.hashes(room),
        )
        backup_manifest.settle(room)
        backup_manifest.write(directory, manifest)
        for other in directory.iterdir():
            if other.is_dir() and other.name not in (name, KEYRING):
                shutil.rmtree(other)
    return manifest


def keyring(configuration: Configuration, directory: Path) -> None:
    """The keys as they are now, in the place of those of the backup before: an older keyring is kept nowhere."""
    saved = stores(configuration.keyring_url, configuration.var / "keys")
    room, place = directory / f".{KEYRING}.draft", directory / KEYRING
    shutil.rmtree(room, ignore_errors=True)
    room.mkdir(mode=0o700)
    for service in SERVICES:
        saved.save(f"keys_{service}", room)
    said = {"origin": configuration.origin, "made_at": datetime.now(UTC).isoformat(), "kind": saved.kind}
    mark = {**said, "files": backup_manifest.hashes(room)}
    backup_manifest.put(room / MARK, json.dumps(mark, indent=1).encode() + b"\n")
    backup_manifest.settle(room)
    shutil.rmtree(place, ignore_errors=True)
    room.rename(place)


def _save(configuration: Configuration, room: Path) -> tuple[str, str]:
    """The checkpoint of the log in it, and in what kind of databases the data is."""
    data = room / "data"
    data.mkdir(parents=True)
    saved: Stores = stores(configuration.database_url, configuration.var / "data")
    for service in ORDER:
        saved.save(service, data)
    (room / "settings.json").write_text(json.dumps(_settings(configuration), indent=1) + "\n")
    if configuration.witnesses is not None:
        shutil.copyfile(configuration.witnesses, room / "witnesses")
    # Files: from the copy, so that both are at one checkpoint. A server: from the log that goes on meanwhile.
    where = configuration.var / "data" if configuration.database_url else data
    engine = open_engine(configuration.database_url, "audit", where, pool=1)
    try:
        log_files.export(engine, configuration.installation["log"], room / "log")
    finally:
        engine.dispose()
    for left in (*data.glob("*-wal"), *data.glob("*-shm")):
        left.unlink()
    return (room / "log" / "checkpoint").read_text(), saved.kind


def _versions() -> dict[str, str]:
    """What wrote this: the software, and what its data was kept in."""
    return {"crisisconnect": PROGRAM, "python": platform.python_version(), "sqlite": sqlite3.sqlite_version}


def _settings(configuration: Configuration) -> Mapping[str, Any]:
    """How this installation was set up; no address with a password in it, and no secret."""
    return {name: getattr(configuration, name) for name in SHOWN}


def _look(configuration: Configuration, directory: Path) -> None:
    """Raises Occupied rather than write over what is somebody else's."""
    if not directory.exists() or not any(directory.iterdir()):
        return
    known = {backup_manifest.MANIFEST, KEYRING, ".lock"}
    if not known & {path.name for path in directory.iterdir()}:
        raise Occupied(f"{directory} is not empty, and holds no backup")
    try:
        said = json.loads((directory / backup_manifest.MANIFEST).read_bytes())
    except (FileNotFoundError, ValueError):
        return
    if not isinstance(said, dict) or said.get("origin") != configuration.origin:
        raise Occupied(f"{directory} holds a backup of another installation")


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    handle = os.open(directory / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Occupied(f"another backup is being written into {directory}") from None
        yield
    finally:
        os.close(handle)
