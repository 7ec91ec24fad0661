"""Side by side: what takes long begins first and is dealt out test by test, all else file by file."""

from __future__ import annotations

import gc
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

gc.set_threshold(100_000, 50, 50)
"""Else a tenth of the time goes into looking for garbage that there is none of yet."""
ROOT = Path(__file__).parents[1]
LONG = ("tests/properties/", "tests/fuzz/", "tests/faults/", "tests/journeys/", "tests/integration/test_relay")
"""The longest first, lest one of them decide how long all of it takes. Each test has processes of its own."""
SHARED = ("tests/journeys/test_bad_input.py",)
"""But for these, whose tests ask one system."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: rank(item.path.relative_to(ROOT).as_posix()))


def rank(file: str) -> int:
    return next((place for place, start in enumerate(LONG) if file.startswith(start)), len(LONG))


class Dealing(LoadScopeScheduling):  # type: ignore[misc]
    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return nodeid if rank(file) < len(LONG) and file not in SHARED else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    return Dealing(config, log) if config.getvalue("dist") == "loadscope" else None
