"""What a run passes on of its processes is listened to, the last words of one that ends by a fault among them (P18)."""

from __future__ import annotations

from dataclasses import replace

from crisisconnect.supervisor import EAR
from services.kernel.calls.rpc import PairKeys
from services.kernel.calls.rpc_asyncio import AsyncCaller
from services.kernel.configuration import Configuration
from services.kernel.sweep.telling import Listening

CALLER = "cli"


async def overhear(amqp_url: str) -> None:
    """Until it is cancelled. Audit need not be there yet."""
    here = replace(Configuration.read(), amqp_url=amqp_url)
    caller = AsyncCaller(here.broker_url(CALLER), CALLER, PairKeys.load(here.secrets / "rpc", CALLER))
    await caller.start()
    try:
        await Listening(caller, EAR).run()
    finally:
        await caller.stop()
