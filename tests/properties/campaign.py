"""Lives as many worlds as were asked for, and says what was seen, or the shortest story that breaks a promise."""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from hypothesis import HealthCheck, Phase, Verbosity, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.properties.beginning import first
from tests.properties.life import STORIES, Life
from tests.properties.promises import Broken

SHORT, LONG = (10, 25), (150, 60)
"""How many worlds, and how many steps in each."""


def _told(story: Callable[[Life], None]) -> None:
    life = Life()
    try:
        story(life)
        life.watch.look()
    finally:
        life.teardown()


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.properties")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--lives", type=int)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--shrink", action="store_true", help="look for a shorter story of what was found")
    parser.add_argument("--no-stories", action="store_true", help="only what hypothesis thinks of")
    given = parser.parse_args()
    lives, steps = SHORT if given.short else LONG
    logging.disable(logging.CRITICAL)
    began = time.perf_counter()
    with tempfile.TemporaryDirectory(prefix="properties-") as room:
        Life.room = Path(room)
        Life.model = first(Path(room) / "model")
        how = settings(
            max_examples=given.lives or lives,
            stateful_step_count=given.steps or steps,
            deadline=None,
            database=None,
            print_blob=False,
            report_multiple_bugs=False,
            phases=(Phase.generate, Phase.shrink) if given.shrink else (Phase.generate,),
            suppress_health_check=list(HealthCheck),
            verbosity=Verbosity.normal,
        )
        try:
            for story in () if given.no_stories else STORIES:
                _told(story)
            run_state_machine_as_test(seed(given.seed)(Life), settings=how)
        except Exception as error:  # noqa: BLE001 - whatever it was, the story that led to it is what matters
            traceback.print_exc()
            print(f"after {Life.steps} steps:", error if isinstance(error, Broken) else type(error).__name__)
            return 1
    print(f"seed {given.seed}: {Life.steps} steps in {time.perf_counter() - began:.0f} s,", Life.seen)
    return 0


if __name__ == "__main__":
    sys.exit(main())
