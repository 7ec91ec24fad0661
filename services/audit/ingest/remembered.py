"""What was signed last stands in a file apart from the database, so that an older copy of the data is told at once."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from services.audit.ledger import checkpoint
from services.audit.ledger.checkpoint import Head
from services.kernel.signing.note import PreparedVerifier


class Remembered:
    """One file that holds the newest checkpoint this machine signed. Keep it out of every backup."""

    def __init__(self, path: Path, verifier: PreparedVerifier) -> None:
        self.path = path
        self._verifier = verifier

    def read(self) -> Head | None:
        """None on a machine that has signed nothing yet. Raises NoteInvalid when the file is not what was written."""
        try:
            note = self.path.read_bytes()
        except FileNotFoundError:
            return None
        return checkpoint.read(self._verifier, note)

    def keep(self, head: Head) -> None:
        """Replace what is remembered, durably, unless it is newer. All of the new content or all of the old."""
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self._alone():
            known = self.read()
            if known is None or known.size < head.size:
                self._write(head)

    def set_back(self, head: Head) -> None:
        """Forget whatever was signed after `head`, on a person's decision alone. What is forgotten stays beside it."""
        with self._alone():
            known = self.read()
            if known is not None and known.note != head.note:
                aside = self.path.with_name(f"{self.path.name}.given-up-at-{known.size}")
                aside.write_bytes(known.note)
                self._write(head)

    def _write(self, head: Head) -> None:
        draft = self.path.with_name(f".{self.path.name}.draft")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(head.note)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.path)
        directory = os.open(self.path.parent, os.O_RDONLY)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        lock = os.open(self.path.with_name(f".{self.path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)
