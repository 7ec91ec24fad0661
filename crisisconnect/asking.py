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
from services.kernel.calls.rpc import PairKeys, Unavailable
from services.kernel.calls.rpc_asyncio import AsyncCaller
from services.kernel.configuration import Configuration, ConfigurationError
from services.kernel.context import Context

CALLER = "cli"
PATIENCE = 60.0
"""Seconds that a question is given: some are a long work."""


def configuration() -> Configuration:
    """The settings of the installation here. A run that is up says itself where its broker is."""
    os.environ.setdefault("CRISISCONNECT_ENV", "development")
    found = Configuration.read()
    if not found.amqp_url and (found.var / BROKER_FILE).exists():
        return replace(found, amqp_url=(found.var / BROKER_FILE).read_text())
    return found


def ask_each(
    method: str, args: Mapping[str, Any] | None = None, services: Sequence[str] = SERVICES, timeout: float = PATIENCE
) -> dict[str, Any]:
    """One question to several services at once; their answers by name. Raises Refused, Unavailable."""
    found = asyncio.run(_ask_each(method, args or {}, services, timeout))
    for answer in found.values():
        if isinstance(answer, BaseException):
            raise answer
    return found


def answering(method: str, services: Sequence[str], timeout: float) -> dict[str, Unavailable | None]:
    """By service why it did not answer this question in time; None of one that did, whatever it said."""
    found = asyncio.run(_ask_each(method, {}, services, timeout))
    return {name: answer if isinstance(answer, Unavailable) else None for name, answer in found.items()}


async def _ask_each(
    method: str, args: Mapping[str, Any], services: Sequence[str], timeout: float
) -> dict[str, Any | BaseException]:
    here = configuration()
    if not here.amqp_url:
        raise ConfigurationError("nothing runs here, and AMQP_URL names no broker")
    caller = AsyncCaller(here.broker_url(CALLER), CALLER, PairKeys.load(here.secrets / "rpc", CALLER))
    await caller.start()
    try:
        context = Context(actor=f"system/{CALLER}", correlation=str(uuid7()))
        answers = await asyncio.gather(
            *(caller.call(service, method, args, context, timeout=timeout) for service in services),
            return_exceptions=True,
        )
    finally:
        await caller.stop()
    return dict(zip(services, answers, strict=True))
