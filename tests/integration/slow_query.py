"""What test_hub runs in a service's process: a query of one second beside a clock that ticks every 50 ms."""

from __future__ import annotations

import os

import eventlet
from sqlalchemy import text

from services.kernel.store.database import postgres


def main() -> None:
    engine = postgres(os.environ["SLOW_QUERY_URL"], "postgres")
    ticks = 0

    def ask() -> None:
        with engine.connect() as connection:
            connection.execute(text("select pg_sleep(1)"))

    asking = eventlet.spawn(ask)
    while not asking.dead:
        eventlet.sleep(0.05)
        ticks += 1
    asking.wait()
    print(ticks)
