"""People leave while every participant in their erasure is killed between any two of its steps: each is certified once.

The long form, on both databases: `python -m tests.faults.erasing [--seed N]`; exit code 1 where anything is wrong.
"""

from __future__ import annotations

import argparse
import re
import secrets
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from crisisconnect.postgres import Cluster
from crisisconnect.topology import PROCESSES
from tests.faults.campaign import Campaign, Outcome
from tests.faults.clients import Desk
from tests.journeys.running import System

STEPS = {
    "before_performed": 3,  # a command, or a sweep that orders: decided, not committed
    "after_performed": 2,  # committed, and nobody knows yet
    "before_numbered": 4,
    "after_number": 4,
    "after_publish": 4,
    "before_confirm": 4,
    "after_verify": 4,
    "after_insert": 5,
    "after_commit": 5,
    "after_sign": 5,
    "after_checkpoint": 5,
    "before_ack": 4,
    "keys_destroyed": 2,  # and the rows are there
    "before_followed": 4,  # keys and rows are gone, or a completion is counted, and nothing of it is committed
    "after_followed": 4,
}
"""Every named place between the request of an erasure and its certificate, and at which time a process dies there."""
PATIENCE = 240.0


@dataclass(frozen=True, kw_only=True)
class Size:
    """`rooms`: so many times a system is made; each has these steps, as many as `people` leave it, and each process of
    it is killed `kills` times more, at random."""

    steps: tuple[tuple[str, ...], ...]
    people: int
    kills: int


SHORT = Size(steps=(("keys_destroyed", "after_followed", "after_commit", "after_number"),), people=3, kills=0)
# Of the steps of one process only one in a room: it would die at the first and never come to the others.
LONG = Size(
    steps=(
        ("before_performed", "before_numbered", "after_verify"),
        ("after_performed", "after_number", "after_insert"),
        ("keys_destroyed", "after_publish", "after_commit"),
        ("before_followed", "before_confirm", "after_sign"),
        ("after_followed", "after_checkpoint"),
        ("before_ack",),
    ),
    people=6,
    kills=1,
)
DIED = re.compile(r"^(\S+) +\| killed at (\w+)$", re.MULTILINE)


@dataclass
class Found:
    """What one database saw: deaths by place, deaths at random, erasures asked for and certified, what is wrong."""

    deaths: Counter[str]
    random: Counter[str]
    asked: int = 0
    certified: int = 0
    wrong: int = 0

    def text(self) -> str:
        places = ", ".join(f"{name} {count}" for name, count in sorted(self.deaths.items()))
        others = ", ".join(f"{name} {count}" for name, count in sorted(self.random.items())) or "none"
        return (
            f"killed at {sum(self.deaths.values())} places: {places}\nkilled at random: {others}\n"
            f"certified once: {self.certified} of {self.asked}, findings: {self.wrong}"
        )


def run(seed: str, size: Size, settings: Mapping[str, str] | None = None) -> Found:
    found = Found(Counter(), Counter())
    for steps in size.steps:
        _room(f"{seed}/{'+'.join(steps)}", steps, size, dict(settings or {}), found)
    return found


def _room(seed: str, steps: tuple[str, ...], size: Size, settings: dict[str, str], found: Found) -> None:
    directory = Path(tempfile.mkdtemp(prefix="erasing-"))
    with Campaign(directory, seed, settings, Faulty) as campaign:
        [desk] = campaign.desks(1)
        for _ in range(size.people + 1):
            desk.invite()
        while desk.invited:
            campaign.postbox.wait(desk.invited[0], PATIENCE)
            desk.accept()
        _dangerous(campaign, steps)
        with ThreadPoolExecutor(1) as pool:
            leaving = pool.submit(_leave, desk, size.people)
            for name in PROCESSES * size.kills:
                if name != "gateway":
                    campaign.killer.kill(name)
            leaving.result()
        outcome = campaign.outcome(campaign.settle(PATIENCE))
        deaths = _deaths(campaign.system)
    found.deaths += deaths
    found.random += outcome.kills
    found.asked += size.people
    found.wrong += len(outcome.findings)
    found.certified += _certified(outcome, size.people)
    if outcome.findings or not all(any(step in death for death in deaths) for step in steps):
        print(outcome.text(), f"kept for a look: {directory}", sep="\n")
    else:
        shutil.rmtree(directory)


def _leave(desk: Desk, people: int) -> None:
    for _ in range(people):
        desk.close()


class Faulty(System):
    """A system that can be started again with places at which its processes die."""

    deadly = ""

    @property
    def environment(self) -> dict[str, str]:
        return {**super().environment, "CRISISCONNECT_FAULT": self.deadly}


def _dangerous(campaign: Campaign, steps: tuple[str, ...]) -> None:
    system = campaign.system
    assert isinstance(system, Faulty)
    assert campaign.settle(PATIENCE) == []
    system.stop()
    system.deadly = ",".join(f"{step}:{STEPS[step]}" for step in steps)
    system.start()


def _deaths(system: System) -> Counter[str]:
    said = system.console.read_text(errors="replace")
    return Counter(f"{process} {place}" for process, place in DIED.findall(said))


def _certified(outcome: Outcome, people: int) -> int:
    """Reconciling names each erasure that is not certified once, after everybody's completion."""
    return people - sum("erasure" in str(finding) for finding in outcome.findings)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults.erasing")
    parser.add_argument("--seed", default="")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), action="append")
    parser.add_argument("--short", action="store_true")
    parser.add_argument("--step", choices=tuple(STEPS), action="append", help="only these, in one system")
    given = parser.parse_args()
    seed, failed = given.seed or secrets.token_hex(4), False
    size = SHORT if given.short else LONG
    if given.step:
        size = Size(steps=(tuple(given.step),), people=size.people, kills=size.kills)
    for database in given.database or ("sqlite", "postgresql"):
        began = time.monotonic()
        found = _on(database, seed, size)
        print(f"{database}, seed {seed}, {time.monotonic() - began:.0f} s\n{found.text()}", flush=True)
        missed = [step for steps in size.steps for step in steps if not any(step in one for one in found.deaths)]
        if missed:
            print(f"nobody came to {', '.join(missed)}")
        failed = failed or bool(found.wrong or missed) or found.certified != found.asked
    return int(failed)


def _on(database: str, seed: str, size: Size) -> Found:
    if database == "sqlite":
        return run(seed, size)
    whole = Found(Counter(), Counter())
    for steps in size.steps:
        # Its own for each: an installation refuses, rightly, the databases of another.
        cluster = Cluster(Path(tempfile.mkdtemp(prefix="erasing-")) / secrets.token_hex(4), durable=False)
        cluster.start()
        try:
            one = Size(steps=(steps,), people=size.people, kills=size.kills)
            found = run(seed, one, {"DATABASE_URL": cluster.url, "KEYRING_URL": cluster.url})
        finally:
            cluster.remove()
        whole.deaths += found.deaths
        whole.random += found.random
        whole.asked, whole.certified = whole.asked + found.asked, whole.certified + found.certified
        whole.wrong += found.wrong
    return whole


if __name__ == "__main__":
    sys.exit(main())
