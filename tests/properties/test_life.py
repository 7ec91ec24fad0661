"""Whatever is done, in whatever order, and whoever dies of it: what was promised about forgetting holds (P06, I6)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.faults.mutants import HERE
from tests.properties.mutants import CAUGHT, lives


@pytest.mark.timeout(300)
def test_no_step_of_any_life_breaks_a_promise() -> None:
    done = lives(HERE, "--short", seconds=280)

    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.timeout(600)
def test_a_planted_bug_breaks_its_promise(tmp_path: Path) -> None:
    def told(promise: str) -> str:
        code = CAUGHT[promise].plant(tmp_path / promise)
        return lives(code, "--lives", "60", "--steps", "25", seconds=580).stdout

    with ThreadPoolExecutor(3) as pool:
        said = dict(zip(CAUGHT, pool.map(told, CAUGHT), strict=True))

    for promise, text in said.items():
        print(text.splitlines()[-1])
        assert f"[{promise}]" in text.splitlines()[-1], text
