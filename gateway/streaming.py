"""An answer that is made while it is sent, from page to page: whoever is cut off sees that it has no end."""

from __future__ import annotations

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import structlog
from starlette.types import Receive, Send

from gateway.answer import GUARDS, NO_STORE, Answer, Header
from gateway.ask import PATIENCE, Ask
from services.kernel.calls.rpc import Unavailable
from services.kernel.decider import Refused

log = structlog.get_logger("gateway")


class CutOff(Exception):
    """A part, or the caller, went away meanwhile; what was sent has no end, so nobody takes it for a whole."""


class Streamed(Answer, ABC):
    """Its `pieces` are sent as they come; no more of it than one is in memory."""

    __slots__ = ("_gone", "ask")

    def __init__(self, ask: Ask, *, media_type: bytes, filename: str) -> None:
        disposition: Header = (b"content-disposition", f'attachment; filename="{filename}"'.encode())
        super().__init__(200, b"", media_type=media_type, headers=(disposition,))
        self.ask = ask
        self._gone: asyncio.Future[None] | None = None

    @abstractmethod
    def pieces(self) -> AsyncGenerator[bytes, None]: ...

    async def send(
        self, send: Send, correlation: str, *, head: bool = False, guards: tuple[Header, ...] = GUARDS
    ) -> None:
        named = ((b"content-type", self.media_type), NO_STORE, (b"correlation-id", correlation.encode()))
        headers = [*named, *guards, *self.headers]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        if not head:
            self._gone = asyncio.ensure_future(_gone(self.ask.receive))
            try:
                async with aclosing(self.pieces()) as pieces:
                    async for piece in pieces:
                        await send({"type": "http.response.body", "body": piece, "more_body": True})
                        await asyncio.sleep(0)
                        self._must_be_there()
            except (CutOff, Refused, Unavailable) as error:
                log.warning("an answer was cut off", why=type(error).__name__, correlation=correlation)
                raise CutOff from None
            finally:
                self._gone.cancel()
        await send({"type": "http.response.body", "body": b""})

    def _must_be_there(self) -> None:
        """Raises CutOff: nobody is shown people, or noted as having them, who does not listen any more."""
        if self._gone is not None and self._gone.done():
            raise CutOff

    async def call(self, target: str, args: dict[str, Any]) -> Any:
        self._must_be_there()
        self.ask.deadline = time.monotonic() + PATIENCE  # each page has its own time
        return await self.ask.call(target, args)


async def _gone(receive: Receive | None) -> None:
    """Ends once the caller has hung up."""
    while receive is not None and (await receive())["type"] != "http.disconnect":
        pass
    if receive is None:
        await asyncio.Future()
