"""Printing holds nobody up: a few pages at a time, each in its own process, and none longer than its reader waits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

from services.kernel.calls.rpc import GATEWAY, Unavailable
from services.kernel.paper import pressing
from services.kernel.paper.pressing import NotPrinted, Page

AT_ONCE = 2
_PRESS = pressing.PRESS


class Printing:
    """Counts what is under way."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def pdf(self, page: Page, deadline: float, *, or_plain: bool = False) -> bytes:
        """The page as PDF/A; with `or_plain` as PDF, where it holds what no font here has.

        Raises Unavailable where it is not ready by `deadline` (monotonic), or NotPrinted.
        """
        try:
            async with asyncio.timeout(deadline - time.monotonic()), self._turn:
                return await _run(pressing.command(_PRESS), pressing.asked(page, or_plain=or_plain))
        except TimeoutError:
            raise Unavailable(GATEWAY, "the press is busy") from None


async def _run(command: Sequence[str], asked: bytes) -> bytes:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL)
    try:
        made, _ = await process.communicate(asked)
    except BaseException:
        process.kill()
        await process.wait()
        raise
    if process.returncode != 0:
        raise NotPrinted(f"the press ended with {process.returncode}")
    return made
