"""What the door needs of the broker's side, and no more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from services.kernel.calls.rpc import TIMEOUT
from services.kernel.context import Context


class Calls(Protocol):
    """`services.kernel.calls.rpc_asyncio.AsyncCaller` is it."""

    @property
    def connected(self) -> bool: ...

    async def call(
        self,
        service: str,
        method: str,
        args: Mapping[str, Any],
        context: Context,
        *,
        timeout: float = TIMEOUT,
    ) -> Any:
        """The result. Raises Refused, Unavailable or Failed. `timeout` in seconds."""
        ...
