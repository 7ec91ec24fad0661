"""Alive, ready, and numbers: what those who run it may know, and strangers only as yes or no."""

from __future__ import annotations

import asyncio
from typing import Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from gateway.answer import Answer
from gateway.ask import Ask
from services.kernel.decider import Refused
from services.kernel.rpc import Unavailable

SERVICES = ("auth", "org", "audit", "retention")
SECONDS = 2.0
_TOLD = frozenset({"sqlite"})
"""What a service tells beside its checks, and what says nothing on whether it is ready."""


async def alive(_: Ask) -> Answer:
    return Answer.json(200, {"status": "ok"})


async def ready(ask: Ask) -> Answer:
    """200 when a request would be served: the broker, every service and what each of them stands on."""
    found = await asyncio.gather(*(_asked(ask, service) for service in SERVICES))
    checks: dict[str, Any] = {"broker": "ok" if ask.door.calls.connected else "unavailable"}
    checks.update(zip(SERVICES, found, strict=True))
    well = all(_well(check) for check in checks.values())
    answer: dict[str, Any] = {"status": "ok" if well else "unavailable"}
    if ask.local:
        answer["checks"] = checks
    return Answer.json(200 if well else 503, answer, () if well else ((b"retry-after", b"2"),))


async def _asked(ask: Ask, service: str) -> Any:
    try:
        return await ask.door.calls.call(service, "ready", {}, ask.context(), timeout=SECONDS)
    except Unavailable as away:
        return away.why
    except Refused as refused:
        return refused.code


def _well(check: Any) -> bool:
    if isinstance(check, dict):
        return all(value == "ok" for name, value in check.items() if name not in _TOLD)
    return bool(check == "ok")


async def metrics(_: Ask) -> Answer:
    return Answer(200, generate_latest(), media_type=CONTENT_TYPE_LATEST.encode())
