"""Side by side: what takes long begins first and is dealt out test by test, all else file by file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

HERE = Path(__file__).parent
LONG = ("properties", "fuzz", "faults", "journeys")
"""The longest first, lest one of them decide how long all of it takes. Each test has its own processes."""
SHARED = ("test_bad_input.py",)
"""But for these, whose tests ask one system."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: rank(item.path.relative_to(HERE).parts[0]))


def rank(room: str) -> int:
    return LONG.index(room) if room in LONG else len(LONG)


class Dealing(LoadScopeScheduling):  # type: ignore[misc]
    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        _, room, *_, name = file.split("/")
        return nodeid if room in LONG and name not in SHARED else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling | None:
    return Dealing(config, log) if config.getvalue("dist") == "loadscope" else None
