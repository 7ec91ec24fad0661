"""Whatever is done, in whatever order, and whoever dies of it: what was promised about forgetting holds (P06, I6)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.mutants import HERE
from tests.properties.mutants import CAUGHT, lives


@pytest.mark.timeout(300)
def test_no_step_of_any_life_breaks_a_promise() -> None:
    done = lives(HERE, "--short", seconds=280)

    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.timeout(300)
@pytest.mark.parametrize("promise", CAUGHT)
def test_a_planted_bug_breaks_its_promise(promise: str, tmp_path: Path) -> None:
    code = CAUGHT[promise].plant(tmp_path / "code")

    done = lives(code, "--lives", "60", "--steps", "25", seconds=280)

    assert done.returncode == 1, done.stdout
    assert f"[{promise}]" in done.stdout.splitlines()[-1], done.stdout
    print(done.stdout.splitlines()[-1])
