"""Bring one service's events to the log, all of them, in order, signed. Run with `python -m`, and the service's name.

One is active per service; others wait for the lease. It never ends because a broker or a database is away.
"""

from __future__ import annotations

import asyncio
import logging
import random
import signal
import sys
from contextlib import ExitStack
from pathlib import Path

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError
from uuid_utils.compat import uuid7

from services.kernel import metrics
from services.kernel.calls import rpc
from services.kernel.calls.rpc_asyncio import AsyncCaller
from services.kernel.clock.beating import RELAY, Beat
from services.kernel.configuration import Configuration
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.relaying.outbox import Fenced, Outbox, Seeds
from services.kernel.relaying.publisher import Publisher
from services.kernel.relaying.seeds import SeedFiles
from services.kernel.relaying.turn import Ask, Tell, Turn
from services.kernel.store.database import open_engine
from services.kernel.store.lease import Busy, lease
from services.kernel.store.wake import Waiter
from services.kernel.sweep.overhearing import Overhearing

log = logging.getLogger(__name__)

ASKING = 3.0
WAITING = 0.5
BACKOFF = 0.2, 5.0


class Relay:
    """Takes its turn whenever it gets the lease, until it is cancelled."""

    def __init__(
        self,
        service: str,
        engine: Engine,
        run_dir: Path,
        seeds: Seeds,
        publisher: Publisher,
        ask: Ask,
        tell: Tell | None = None,
    ) -> None:
        self.service = service
        self._engine, self._run_dir, self._publisher, self._ask = engine, run_dir, publisher, ask
        self._tell = tell
        self._outbox = Outbox(engine, seeds)
        self.overhearing = Overhearing("relay")
        self._beat = Beat(engine, RELAY, self.overhearing.turn)

    async def run(self) -> None:
        first, longest = BACKOFF
        pause = first
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await self._turn()
            except Busy:
                await asyncio.sleep(WAITING)
                continue
            except Fenced:
                log.warning("another relay of %s has taken over", self.service)
            except SQLAlchemyError as error:
                log.warning("the database of %s is away: %s", self.service, type(error).__name__)
            if asyncio.get_running_loop().time() - began > longest:
                pause = first
            await asyncio.sleep(pause * random.uniform(0.5, 1))
            pause = min(pause * 2, longest)

    async def _turn(self) -> None:
        with ExitStack() as stack:
            held = await asyncio.to_thread(stack.enter_context, lease(self._engine, "relay"))
            log.info("the relay of %s has its turn", self.service)
            waiter = stack.enter_context(Waiter(self._engine, self._run_dir, f"{self.service}-relay"))
            await Turn(
                self.service, self._outbox, self._publisher, waiter, held, self._ask, self._tell, self._beat
            ).run()


async def serve(configuration: Configuration, service: str) -> None:
    """Run the relay of one service until SIGTERM or SIGINT."""
    metrics.serve(configuration)
    name = f"{service}-relay"
    url = configuration.broker_url(name)
    caller = AsyncCaller(url, name, rpc.PairKeys.load(configuration.secrets / "rpc", name))

    async def high_water() -> int | None:
        context = Context(caller=name, actor=f"system/{name}", correlation=str(uuid7()))
        try:
            said = await caller.call("audit", "high_water", {"source": f"/{service}"}, context, timeout=ASKING)
        except (rpc.Unavailable, Refused) as error:
            log.info("the log does not answer: %s", type(error).__name__)
            return None
        return int(said["sequence"])

    async def tell(given: int) -> bool:
        context = Context(caller=name, actor=f"system/{name}", correlation=str(uuid7()))
        try:
            await caller.call("audit", "restored", {"source": f"/{service}", "given": given}, context, timeout=ASKING)
        except (rpc.Unavailable, Refused) as error:
            log.warning("the log was not told of an older copy: %s", type(error).__name__)
            return False
        return True

    engine = open_engine(configuration.database_url, service, configuration.var / "data", pool=4)
    pin = configuration.installation["pins"][service]
    seeds = SeedFiles(configuration.secrets / "signing", service, f"{configuration.origin}/{service}", pin)
    publisher = Publisher(url, name, exchange=f"{service}.events", feed=f"feed-{name}")
    publisher.start()
    await caller.start()
    relay = Relay(service, engine, configuration.var / "run", seeds, publisher, high_water, tell)
    running = asyncio.create_task(relay.run(), name=name)
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, running.cancel)
    try:
        await running
    except asyncio.CancelledError:
        log.info("%s stops", name)
    finally:
        await publisher.stop()
        await caller.stop()
        engine.dispose()


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    asyncio.run(serve(Configuration.read(), sys.argv[1]))


if __name__ == "__main__":
    main()
