"""What a backup holds, file by file with its hash: what is not exactly that is refused as a whole.

The manifest is the last thing a backup writes, in one step, so a backup is whole or it is not there.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

FORMAT = "crisisconnect-backup/1"
MANIFEST = "manifest.json"
_BLOCK = 1 << 20


class Damaged(Exception):
    """The backup is not what was written; nothing of it is used."""


class Foreign(Exception):
    """The backup, or a keyring, belongs to another installation, or not to what is in place here."""


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """`files` by their path below `directory`, each with SHA-256 and size; `checkpoint` is the log's, as signed."""

    made_at: str
    versions: Mapping[str, str]
    origin: str
    maker: str
    pins: Mapping[str, str]
    log: str
    kind: str
    checkpoint: str
    directory: str
    files: Mapping[str, Mapping[str, Any]]
    format: str = FORMAT

    def same_installation(self, installation: Mapping[str, Any]) -> None:
        """Raises Foreign."""
        for name in ("origin", "maker", "pins", "log"):
            if getattr(self, name) != installation[name]:
                raise Foreign(f"this is a backup of another installation: its {name} is not the one in secrets/")


def hashes(directory: Path) -> dict[str, dict[str, Any]]:
    """Every file below `directory`, by its path there."""
    paths = sorted(path for path in directory.rglob("*") if path.is_file())
    return {str(path.relative_to(directory)): {"sha256": digest(path), "bytes": path.stat().st_size} for path in paths}


def digest(path: Path) -> str:
    sha = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            sha.update(block)
    return sha.hexdigest()


def write(directory: Path, manifest: Manifest) -> None:
    """Replace the manifest of a backup, durably, by this one."""
    put(directory / MANIFEST, json.dumps(asdict(manifest), indent=1).encode() + b"\n")


def read(directory: Path) -> Manifest:
    """The manifest of a backup whose every file is what was written. Raises Damaged."""
    try:
        said = json.loads((directory / MANIFEST).read_bytes())
        manifest = Manifest(**said)
        manifest.checkpoint.encode(), dict(manifest.files), dict(manifest.pins)
    except FileNotFoundError:
        raise Damaged(f"there is no {MANIFEST} in {directory}: no backup, or one that was never finished") from None
    except (ValueError, TypeError, AttributeError) as error:
        raise Damaged(f"{MANIFEST} cannot be read") from error
    if manifest.format != FORMAT:
        raise Damaged(f"{MANIFEST} has another format than {FORMAT}")
    if Path(manifest.directory).name != manifest.directory or manifest.directory in ("", ".", ".."):
        raise Damaged(f"{MANIFEST} names a directory that is not in the backup")
    check(directory / manifest.directory, manifest.files)
    return manifest


def check(directory: Path, files: Mapping[str, Mapping[str, Any]]) -> None:
    """Raises Damaged, with the first file that is missing, too many, or another than was written."""
    if any(path.is_symlink() for path in directory.rglob("*")):
        raise Damaged("a backup holds no symbolic links")
    there = hashes(directory) if directory.is_dir() else {}
    for name in sorted({*files, *there}):
        if name not in there:
            raise Damaged(f"{name} is missing")
        if name not in files:
            raise Damaged(f"{name} does not belong to the backup")
        if there[name] != dict(files[name]):
            raise Damaged(f"{name} is not what was written")


def put(path: Path, content: bytes) -> None:
    """All of the content under its name, on disk, or what was there before."""
    draft = path.with_name(f".{path.name}.draft")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    settle(path.parent)


def settle(directory: Path) -> None:
    """Returns when all files below, and their names, are on disk."""
    for path in (directory, *directory.rglob("*")):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
