"""Printing holds nobody up: a few pages at a time, each in its own process, and none longer than its reader waits."""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Protocol

import orjson

from services.kernel.rpc import GATEWAY, Unavailable

AT_ONCE = 2
_PRESS = Path(__file__).with_name("press.py")


class NotPrinted(Exception):
    """The press broke on a page: a fault of ours, never of who asked."""


class Page(Protocol):
    """A dataclass; `template` names the file beside the press, `at` is the date of the document."""

    @property
    def template(self) -> str: ...

    @property
    def at(self) -> str: ...


class Printing:
    """Counts what is under way."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(AT_ONCE)

    async def pdf(self, page: Page, deadline: float) -> bytes:
        """The page as PDF/A. Raises Unavailable where it is not ready by `deadline` (monotonic), or NotPrinted."""
        asked = {"template": page.template, "at": page.at, "page": asdict(page)}  # type: ignore[call-overload]
        try:
            async with asyncio.timeout(deadline - time.monotonic()), self._turn:
                return await _run(orjson.dumps(asked))
        except TimeoutError:
            raise Unavailable(GATEWAY, "the press is busy") from None


async def _run(asked: bytes) -> bytes:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", str(_PRESS), stdin=pipe, stdout=pipe, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        made, _ = await process.communicate(asked)
    except BaseException:
        process.kill()
        await process.wait()
        raise
    if process.returncode != 0:
        raise NotPrinted(f"the press ended with {process.returncode}")
    return made
