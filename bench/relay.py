"""How fast a relay brings events out, against the broker's own limit: the same bytes, pipelined and confirmed.

The relay numbers, signs, stores and publishes under publisher confirms; the other side only publishes. Both in turn,
several rounds, medians. `python -m bench.relay`
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pika
from pika.adapters.asyncio_connection import AsyncioConnection
from sqlalchemy import Engine, insert

from crisisconnect.installation import Installation
from crisisconnect.postgres import Cluster
from crisisconnect.rabbitmq import Node
from services.kernel.relaying.outbox import Outbox, Ready
from services.kernel.relaying.publisher import CONTENT_TYPE, WINDOW, Publisher
from services.kernel.relaying.turn import Turn
from services.kernel.signing.note import Signer
from services.kernel.store import eventstore
from services.kernel.store.database import ensure, open_engine, writing
from services.kernel.store.lease import Lease
from services.kernel.store.wake import Waiter

EVENTS = 10_000
ROUNDS = 5
GOAL = 0.6
TYPE = "nl.crisisconnect.org.OrganisationRegistered.v1"


def fill(engine: Engine, count: int) -> None:
    """Events of some 900 bytes, committed and not numbered."""
    rows = []
    for _ in range(count):
        id_, stream = str(uuid4()), f"organisation/{uuid4()}"
        said = {"specversion": "1.0", "id": id_, "type": TYPE, "source": "/org", "subject": stream, "data": "x" * 600}
        rows.append({"id": id_, "stream": stream, "version": 1, "type": TYPE, "line": orjson.dumps(said)})
    with writing(engine) as session:
        session.execute(insert(eventstore.events), rows)


async def relayed(engine: Engine, url: str, run_dir: Path, upto: int) -> float:
    """Seconds from the first look until the last confirm."""
    publisher = Publisher(url, "org-relay", exchange="org.events", feed="feed-org-relay")
    publisher.start()
    await publisher.usable()

    async def nobody() -> int | None:
        return None

    with Waiter(engine, run_dir, "org-relay") as waiter:
        turn = Turn("org", Outbox(engine, Signer("bench/org", bytes(32))), publisher, waiter, Lease(None), nobody)
        began = time.perf_counter()
        running = asyncio.create_task(turn.run())
        while getattr(turn, "sent", 0) < upto:
            await asyncio.sleep(0.002)
        await publisher.settled()
        seconds = time.perf_counter() - began
        with writing(engine) as session:
            session.execute(eventstore.relay_state.update().values(integrated=turn.sent))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
    await publisher.stop()
    return seconds


async def published(url: str, batch: Sequence[Ready]) -> float:
    """pika alone: the same bytes and properties, a window of the same size."""
    done = asyncio.get_running_loop().create_future()
    user = pika.URLParameters(url).credentials.username
    state = {"next": 0, "confirmed": 0, "began": 0.0}

    def fill_window(channel: Any) -> None:
        upto = min(len(batch), state["confirmed"] + WINDOW)
        for at in range(int(state["next"]), int(upto)):
            one = batch[at]
            properties = pika.BasicProperties(
                content_type=CONTENT_TYPE, delivery_mode=2, message_id=one.id, user_id=user
            )
            channel.basic_publish("org.events", one.type, one.note, properties, mandatory=True)
        state["next"] = upto

    def opened(channel: Any) -> None:
        def confirmed(frame: Any) -> None:
            state["confirmed"] = frame.method.delivery_tag
            if state["confirmed"] == len(batch):
                done.set_result(time.perf_counter() - state["began"])
            else:
                fill_window(channel)

        def begin(_: Any) -> None:
            state["began"] = time.perf_counter()
            fill_window(channel)

        channel.confirm_delivery(confirmed, callback=begin)

    connection = AsyncioConnection(
        pika.URLParameters(url), on_open_callback=lambda opening: opening.channel(on_open_callback=opened)
    )
    seconds = float(await done)
    connection.close()
    return seconds


def measure(node: Node, engine: Engine, directory: Path, name: str) -> dict[str, Any]:
    eventstore.tables.drop_all(engine)
    eventstore.tables.create_all(engine)
    relay, alone = [], []
    for round_ in range(ROUNDS):
        fill(engine, EVENTS)
        for side in ("relay", "alone"):
            vhost = f"bench-{uuid4().hex[:8]}"
            node.make_vhost(vhost)
            url = node.url("org-relay", vhost)
            if side == "relay":
                relay.append(EVENTS / asyncio.run(relayed(engine, url, directory / "run", (round_ + 1) * EVENTS)))
            else:
                batch = Outbox(engine, Signer("bench/org", bytes(32))).above(round_ * EVENTS, EVENTS)
                alone.append(EVENTS / asyncio.run(published(url, batch)))
            node.drop_vhost(vhost)
    ours, theirs = statistics.median(relay), statistics.median(alone)
    return {"what": f"relay on {name}", "ours": ours, "theirs": theirs, "ratio": ours / theirs, "goal": GOAL}


def run() -> list[dict[str, Any]]:
    """One row per database: events a second of the relay and of pika alone, their ratio, and the goal."""
    rows = []
    with tempfile.TemporaryDirectory() as place:
        directory = Path(place)
        node = Node(directory / "rabbitmq", Installation.mint(directory / "secrets"))
        node.start()
        cluster = Cluster(directory / "postgres")
        try:
            engine = open_engine(None, "org", directory / "data", pool=4)
            rows.append(measure(node, engine, directory, "SQLite"))
            engine.dispose()
            cluster.start()
            ensure(cluster.url, "org")
            engine = open_engine(cluster.url, "org", directory, pool=4)
            rows.append(measure(node, engine, directory, "PostgreSQL"))
            engine.dispose()
        finally:
            cluster.stop()
            node.stop()
    return rows


def table(rows: list[dict[str, Any]]) -> str:
    lines = [f"{'':24}{'ours/s':>10}{'theirs/s':>10}{'ratio':>8}{'goal':>8}"]
    for row in rows:
        goal = "" if row["goal"] is None else f"{row['goal']:.2f}"
        lines.append(f"{row['what']:24}{row['ours']:10.0f}{row['theirs']:10.0f}{row['ratio']:8.2f}{goal:>8}")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.stdout.write(table(run()) + "\n")
