"""Side by side: what takes long begins first and is dealt out test by test, all else file by file."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent
LONG = ("properties", "fuzz", "faults", "journeys")
"""The longest first, lest one of them decide how long all of it takes. Each test has its own processes."""


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=rank)
    for item in items:
        if rank(item) == len(LONG):
            # What a file set up, its tests share.
            item.add_marker(pytest.mark.xdist_group(str(item.path.relative_to(HERE))))


def rank(item: pytest.Item) -> int:
    room = item.path.relative_to(HERE).parts[0]
    return LONG.index(room) if room in LONG else len(LONG)
