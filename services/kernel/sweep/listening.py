"""What a process writes to its log is listened to, so that a value that must not stand there is heard at once (P18)."""

from __future__ import annotations

import logging
from typing import Protocol


class Listened(Protocol):
    def within(self, data: bytes) -> bool:
        """Whether a word that is listened for stands in these bytes."""
        ...


class Ear(logging.Handler):
    """Counts the records in which the word stands that it listens for; it writes nothing, and keeps none of them."""

    def __init__(self) -> None:
        super().__init__()
        self.listens_for: Listened | None = None
        self._heard = 0
        self._text = logging.Formatter()

    def emit(self, record: logging.LogRecord) -> None:
        """With what was raised, as a log would show it."""
        if self.listens_for is not None:
            self.hear(self._text.format(record).encode(errors="replace"))

    def hear(self, line: bytes) -> None:
        """One line, as it is written."""
        if self.listens_for is not None and self.listens_for.within(line):
            self._heard += 1

    def taken(self) -> int:
        """How many there were since it was asked last."""
        heard, self._heard = self._heard, 0
        return heard
