"""What each process holds in memory after a load of commands and looks: `python -m bench.memory`."""

from __future__ import annotations

import sys

from bench import load
from bench.report import Row, below, table
from bench.whole import Whole, standing
from crisisconnect.topology import PROCESSES

CLIENTS = 32
SECONDS = 5.0
GOAL = 150.0


def run() -> list[Row]:
    """One row a process: resident megabytes, after 32 people signed in, corrected themselves and looked."""
    with standing(CLIENTS) as whole:
        for requests in (load.corrections, load.looks):
            load.rate(whole.system.url, [requests(token) for token in whole.tokens], SECONDS)
            whole.settle()
        return held(whole)


def held(whole: Whole) -> list[Row]:
    return [below(f"memory, {name}", [resident(whole.system.pid(name))], unit="MB", goal=GOAL) for name in PROCESSES]


def resident(pid: int) -> float:
    """Megabytes (10^6) of one process, as the kernel counts them."""
    with open(f"/proc/{pid}/status") as status:
        kilobytes = next(int(line.split()[1]) for line in status if line.startswith("VmRSS:"))
    return kilobytes * 1024 / 1e6


if __name__ == "__main__":
    sys.stdout.write(table(run()) + "\n")
