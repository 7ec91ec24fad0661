"""What the gateway logs is held against the numbers of the services' canaries; it has none of their keys (P18)."""

from __future__ import annotations

import asyncio

from uuid_utils.compat import uuid7

from gateway.calls import Calls
from services.kernel.calls.rpc import Unavailable
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.sweep.listening import Ear
from services.kernel.sweep.overhearing import Numbered

SECONDS = 30.0


class Listening:
    """Every line goes by `ear`; audit is told how many had a word in them, and tells which words there are now."""

    def __init__(self, calls: Calls, ear: Ear) -> None:
        self._calls, self._ear = calls, ear
        self._untold = 0

    async def run(self) -> None:
        while True:
            await self.turn()
            await asyncio.sleep(SECONDS)

    async def turn(self) -> None:
        """What could not be told is told with the next turn."""
        self._untold += self._ear.taken()
        try:
            told = await self._calls.call(
                "audit", "overheard", {"heard": self._untold}, Context(correlation=str(uuid7()))
            )
        except (Unavailable, Refused):
            return
        self._untold = 0
        self._ear.listens_for = Numbered(told["numbers"])
