"""What the clients asked and were answered, on disk before and after each request, outside the system."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

TOLD = ("events", "invitation", "account", "organisation", "agreement", "erasure", "session", "code")
"""Of an answer's members, those that the journal keeps; `erasure` is its id."""


@dataclass(frozen=True)
class Answer:
    status: int
    events: tuple[str, ...]
    told: dict[str, Any]

    @property
    def done(self) -> bool:
        return 200 <= self.status < 300


@dataclass
class Deed:
    """One command of one person: every attempt at it has the same key and the same body."""

    name: str
    what: str
    keyed: bool
    asked: int = 0
    lost: list[str] = field(default_factory=list)
    """Why each attempt without an answer had none: the exception's name, or the status."""
    answers: list[Answer] = field(default_factory=list)

    @property
    def acknowledged(self) -> Answer | None:
        return self.answers[0] if self.answers else None


class Journal:
    """Appends one JSON line at a time and syncs it before it returns. Threads may share it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._file = path.open("ab", buffering=0)

    def asked(self, deed: str, what: str, *, keyed: bool) -> None:
        self._write(deed=deed, phase="asked", what=what, keyed=keyed)

    def unanswered(self, deed: str, why: str) -> None:
        self._write(deed=deed, phase="unanswered", why=why)

    def answered(self, deed: str, status: int, body: dict[str, Any]) -> None:
        told = {name: body[name] for name in TOLD if name in body}
        if isinstance(told.get("erasure"), dict):
            told["erasure"] = told["erasure"]["id"]
        self._write(deed=deed, phase="answered", status=status, told=told)

    def close(self) -> None:
        self._file.close()

    def _write(self, **line: Any) -> None:
        with self._lock:
            self._file.write(json.dumps(line).encode() + b"\n")
            os.fsync(self._file.fileno())


def deeds(path: Path) -> list[Deed]:
    """Every deed of a journal, in the order in which they were first asked."""
    found: dict[str, Deed] = {}
    for line in _lines(path):
        match line["phase"]:
            case "asked":
                deed = found.setdefault(line["deed"], Deed(line["deed"], line["what"], line["keyed"]))
                deed.asked += 1
            case "unanswered":
                found[line["deed"]].lost.append(line["why"])
            case "answered":
                told = line["told"]
                answer = Answer(line["status"], tuple(told.pop("events", ())), told)
                found[line["deed"]].answers.append(answer)
    return list(found.values())


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open("rb") as file:
        for line in file:
            yield json.loads(line)
