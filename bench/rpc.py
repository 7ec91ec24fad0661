"""How many calls a second a service process answers, 32 at once, over a broker of its own: `-m bench.rpc`."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from bench.report import Row, table

AT_ONCE = 32
SECONDS = 5.0


def main() -> None:
    """The service's side, run by services.kernel.hosting.host."""
    from services.kernel.calls import rpc
    from services.kernel.context import Context
    from services.kernel.hosting.door import Settings, answers, run

    class Auth:
        name = "auth"

        @answers()
        def echo(self, _: Context, **said: Any) -> dict[str, Any]:
            return said

    keys = rpc.PairKeys.load(Path(os.environ["BENCH_KEYS"]), "auth")
    run(Auth, Settings(amqp_url=os.environ["BENCH_URL"], keys=keys))


async def measure(url: str, keys_directory: Path) -> float:
    from services.kernel.calls import rpc
    from services.kernel.calls.rpc_asyncio import AsyncCaller
    from services.kernel.context import Context

    caller = AsyncCaller(url, "gateway", rpc.PairKeys.load(keys_directory, "gateway"))
    await caller.start()
    said = {"email": "ada@example.org", "first_name": "Ada", "list": list(range(20))}
    context = Context(actor="account/1", correlation="bench")
    assert await caller.call("auth", "echo", said, context, timeout=30) == said
    took: list[float] = []
    ends = time.perf_counter() + SECONDS

    async def many() -> None:
        while (began := time.perf_counter()) < ends:
            assert await caller.call("auth", "echo", said, context) == said
            took.append(time.perf_counter() - began)

    await asyncio.gather(*(many() for _ in range(AT_ONCE)))
    await caller.stop()
    return len(took) / SECONDS


def run() -> list[Row]:
    """Two rows, calls a second: one process of the service, and two."""
    return [{"what": f"rpc, {n} process{'es' * (n - 1)}", "unit": "/s", "ours": bench(n)} for n in (1, 2)]


def bench(processes: int) -> float:
    from crisisconnect.installation import Installation
    from crisisconnect.rabbitmq import Node

    with tempfile.TemporaryDirectory() as directory:
        installation = Installation.mint(Path(directory) / "secrets")
        node = Node(Path(directory) / "rabbitmq", installation)
        node.start()
        keys = installation.directory / "rpc"
        environment = {**os.environ, "BENCH_URL": node.url("auth"), "BENCH_KEYS": str(keys)}
        services = [
            subprocess.Popen([sys.executable, "-m", "services.kernel.hosting.host", "bench.rpc"], env=environment)
            for _ in range(processes)
        ]
        try:
            return asyncio.run(measure(node.url("gateway"), keys))
        finally:
            for service in services:
                service.terminate()
            for service in services:
                service.wait(15)
            node.stop()


if __name__ == "__main__":
    sys.stdout.write(table(run()) + "\n")
