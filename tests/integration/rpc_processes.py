"""The processes that answer in the tests of calls, and how a test asks them."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from crisisconnect.installation import Installation
from services.kernel.calls import rpc
from services.kernel.calls.rpc_asyncio import AsyncCaller
from services.kernel.context import Context
from tests.integration.waiting import until

PERSON = Context(actor="account/8f6e", correlation="c1")
Asking = Callable[[AsyncCaller], Coroutine[Any, Any, Any]]


class Process:
    """One of rpc_services' processes."""

    def __init__(self, name: str, url: str, installation: Installation, directory: Path) -> None:
        self.name, self.directory = name, directory
        self._environment = {
            **os.environ,
            "RPC_TEST_SERVICE": name,
            "RPC_TEST_URL": url,
            "RPC_TEST_KEYS": str(installation.directory / "rpc"),
            "RPC_TEST_DIRECTORY": str(directory),
        }
        self.popen: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        already = self.told().count("started")
        with (self.directory / f"{self.name}.err").open("ab") as errors:
            self.popen = subprocess.Popen(
                [sys.executable, "-m", "services.kernel.hosting.host", "tests.integration.rpc_services"],
                env=self._environment,
                stderr=errors,
            )
        until(lambda: self.told().count("started") > already)

    def told(self) -> list[str]:
        log = self.directory / f"{self.name}.log"
        return log.read_text().splitlines() if log.exists() else []

    def logged(self) -> str:
        return (self.directory / f"{self.name}.err").read_text()

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        if self.popen is None:
            return 0
        self.popen.send_signal(how)
        code = self.popen.wait(15)
        self.popen = None
        return code


def one(service: str, method: str, context: Context = PERSON, timeout: float = 4.0, **args: Any) -> Asking:
    return lambda caller: caller.call(service, method, args, context, timeout=timeout)


async def asks_again(caller: AsyncCaller, seconds: float = 20) -> Any:
    ends = time.monotonic() + seconds
    while True:
        try:
            return await caller.call("auth", "greet", {"who": "Ada"}, PERSON, timeout=2)
        except rpc.Unavailable:
            assert time.monotonic() < ends, "it did not heal"
            await asyncio.sleep(0.1)
