"""Logs to verify, each in a place of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.unit.reader.tinylog import Files, Tables, entries


@pytest.fixture
def files(tmp_path: Path) -> Callable[[int | list[bytes]], Files]:
    """Builds a log's directory of a size, or of given entries."""

    def build(held: int | list[bytes]) -> Files:
        return Files(tmp_path / "log", entries(held) if isinstance(held, int) else held)

    return build


@pytest.fixture
def tables(tmp_path: Path) -> Callable[..., Tables]:
    """Builds a log's tables of a size, or of given entries; `kept` are sizes of earlier checkpoints."""

    def build(held: int | list[bytes], kept: tuple[int, ...] = ()) -> Tables:
        return Tables(tmp_path / "audit.sqlite3", entries(held) if isinstance(held, int) else held, kept)

    return build
