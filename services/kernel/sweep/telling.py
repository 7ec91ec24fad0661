"""A process with neither keys nor a database asks audit which words to listen for, and tells it what it heard (P18)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Protocol

from uuid_utils.compat import uuid7

from services.kernel.calls.rpc import TIMEOUT, Unavailable
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.sweep.listening import Ear
from services.kernel.sweep.numbered import Numbered

SECONDS = 30.0


class Line(Protocol):
    """`services.kernel.calls.rpc_asyncio.AsyncCaller` is it."""

    async def call(
        self, service: str, method: str, args: Mapping[str, Any], context: Context, *, timeout: float = TIMEOUT
    ) -> Any:
        """Raises Refused or Unavailable."""
        ...


class Listening:
    """Every line that the process writes goes by `ear`."""

    def __init__(self, line: Line, ear: Ear) -> None:
        self._line, self._ear = line, ear
        self._untold = 0

    async def run(self) -> None:
        while True:
            await self.turn()
            await asyncio.sleep(SECONDS)

    async def turn(self) -> None:
        """What could not be told is told with the next turn."""
        self._untold += self._ear.taken()
        context = Context(correlation=str(uuid7()))
        try:
            told = await self._line.call("audit", "overheard", {"heard": self._untold}, context)
        except (Unavailable, Refused):
            return
        self._untold = 0
        self._ear.listens_for = Numbered(told["numbers"])
