"""The command line asks the running services, as itself, over the same sealed calls as everybody."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from uuid_utils.compat import uuid7

from crisisconnect.running import BROKER_FILE
from crisisconnect.topology import SERVICES
from services.kernel.configuration import Configuration, ConfigurationError
from services.kernel.context import Context
from services.kernel.rpc import PairKeys
from services.kernel.rpc_asyncio import AsyncCaller

CALLER = "cli"


def configuration() -> Configuration:
    """The settings of the installation here. A run that is up says itself where its broker is."""
    os.environ.setdefault("CRISISCONNECT_ENV", "development")
    found = Configuration.read()
    if not found.amqp_url and (found.var / BROKER_FILE).exists():
        return replace(found, amqp_url=(found.var / BROKER_FILE).read_text())
    return found


def ask_each(method: str, args: Mapping[str, Any] | None = None, services: Sequence[str] = SERVICES) -> dict[str, Any]:
    """One question to several services at once; their answers by name. Raises Refused, Unavailable."""
    return asyncio.run(_ask_each(method, args or {}, services))


async def _ask_each(method: str, args: Mapping[str, Any], services: Sequence[str]) -> dict[str, Any]:
    here = configuration()
    if not here.amqp_url:
        raise ConfigurationError("nothing runs here, and AMQP_URL names no broker")
    caller = AsyncCaller(here.broker_url(CALLER), CALLER, PairKeys.load(here.secrets / "rpc", CALLER))
    await caller.start()
    try:
        context = Context(actor=f"system/{CALLER}", correlation=str(uuid7()))
        answers = await asyncio.gather(
            *(caller.call(service, method, args, context, timeout=60.0) for service in services)
        )
    finally:
        await caller.stop()
    return dict(zip(services, answers, strict=True))
