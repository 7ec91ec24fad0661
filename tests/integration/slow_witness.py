"""What test_witnesses runs in a service: a round with silent witnesses beside a clock that ticks every 50 ms."""

from __future__ import annotations

import os
from pathlib import Path

import eventlet

from services.audit.ledger import witnessed
from services.audit.witnessing.policy import load
from services.audit.witnessing.rounds import Pace, Rounds
from services.kernel.store.database import reading, sqlite


def main() -> None:
    engine = sqlite(Path(os.environ["WITNESS_LOG"]))
    policy = load(Path(os.environ["WITNESS_POLICY"]), os.environ["WITNESS_VKEY"])
    rounds = Rounds(engine, policy, Pace(answer=1.0))
    ticks = 0
    turning = eventlet.spawn(rounds.turn)
    while not turning.dead:
        eventlet.sleep(0.05)
        ticks += 1
    turning.wait()
    with reading(engine) as session:
        print(ticks, witnessed.newest(session, policy.digest))
