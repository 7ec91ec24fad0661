"""Run by `kernel.hosting.host`: while packages are built the hub goes on; prints its turns, packages, kinds."""

from __future__ import annotations

import hashlib

import eventlet

from services.audit.packaging.package import build
from services.audit.packaging.sealing import sealed
from tests.unit.audit.packages.world import RECIPIENT, Tiny

AT_ONCE = 4


def main() -> None:
    ticks, whole = 0, []

    def tick() -> None:
        nonlocal ticks
        while True:
            ticks += 1
            eventlet.sleep(0.005)

    def package() -> None:
        made = build(Tiny().contents)
        sealed(made.archive, RECIPIENT)
        whole.append(hashlib.sha256(made.archive).hexdigest())

    ticker = eventlet.spawn(tick)
    for under_way in [eventlet.spawn(package) for _ in range(AT_ONCE)]:
        under_way.wait()
    ticker.kill()
    print(ticks, len(whole), len(set(whole)))
