"""Alive, ready, and numbers: what those who run it may know, and strangers only as yes or no."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING, Any

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from uuid_utils import uuid7

from gateway.answer import Answer
from gateway.calls import Calls
from services.kernel.calls.rpc import Unavailable
from services.kernel.context import Context
from services.kernel.decider import Refused

if TYPE_CHECKING:
    from gateway.ask import Ask

SERVICES = ("auth", "org", "audit", "retention")
SECONDS = 2.0
KEPT_SECONDS, NOT_YET_SECONDS = 1.0, 0.1
STILL_SECONDS = 10.0
WAITING = ("unnumbered", "unintegrated")
"""How many of a service's events are not in the log yet, by what they wait for."""
ABOUT = "about"
"""What a service tells of itself beside its verdicts: versions and counts, which decide nothing alone."""


async def alive(_: Ask) -> Answer:
    return Answer.json(200, {"status": "ok"})


class Readiness:
    """What every part said last; strangers may ask too, so parts that are well are asked once a second at most."""

    def __init__(self, calls: Calls) -> None:
        self._calls = calls
        self._lock = asyncio.Lock()
        self._checks: dict[str, Any] = {}
        self._until = 0.0
        self._size: int | None = None
        self._waiting_since: float | None = None

    async def checks(self) -> dict[str, Any]:
        """By part: `ok`, what it said of itself, or why it said nothing."""
        async with self._lock:
            if time.monotonic() >= self._until:
                found = await asyncio.gather(*(self._asked(service) for service in SERVICES))
                self._checks = {"broker": "ok" if self._calls.connected else "unavailable"}
                self._checks.update(zip(SERVICES, found, strict=True))
                self._checks["log"] = self._moving()
                well = all(_well(check) for check in self._checks.values())
                self._until = time.monotonic() + (KEPT_SECONDS if well else NOT_YET_SECONDS)
            return self._checks

    def _moving(self) -> str:
        """Whether the log grows while events wait to get into it; one look cannot tell, so the last ones count."""
        told = [check.get(ABOUT, {}) for check in self._checks.values() if isinstance(check, dict)]
        waiting = sum(int(about.get(name, 0)) for about in told for name in WAITING)
        size = next((about["log"]["size"] for about in told if "log" in about), None)
        if not waiting or size is None or size != self._size:
            self._waiting_since = None
        elif self._waiting_since is None:
            self._waiting_since = time.monotonic()
        self._size = size
        still = self._waiting_since is not None and time.monotonic() - self._waiting_since > STILL_SECONDS
        return "standing still" if still else "ok"

    async def _asked(self, service: str) -> Any:
        try:
            return await self._calls.call(service, "ready", {}, Context(correlation=str(uuid7())), timeout=SECONDS)
        except Unavailable as away:
            return away.why
        except Refused as refused:
            return refused.code


async def ready(ask: Ask) -> Answer:
    """200 when a request would be served: the broker, every service and what each of them stands on."""
    checks = await ask.door.readiness.checks()
    well = all(_well(check) for check in checks.values())
    answer: dict[str, Any] = {"status": "ok" if well else "unavailable"}
    if ask.local:
        answer["checks"] = checks
    return Answer.json(200 if well else 503, answer, () if well else ((b"retry-after", b"2"),))


def _well(check: Any) -> bool:
    if isinstance(check, dict):
        return all(value == "ok" for name, value in check.items() if name != ABOUT)
    return bool(check == "ok")


async def metrics(_: Ask) -> Answer:
    return Answer(200, generate_latest(), media_type=CONTENT_TYPE_LATEST.encode())
