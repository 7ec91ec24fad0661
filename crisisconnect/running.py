"""`crisisconnect run`: from nothing, or from yesterday's state, to a ready door with one command."""

from __future__ import annotations

import asyncio
import os
import sys
import time
from pathlib import Path

from crisisconnect.broker import choose
from crisisconnect.fleet import commands, environment
from crisisconnect.installation import Installation
from crisisconnect.machine import dies_with_us, is_free
from crisisconnect.supervisor import Supervisor, hold, say
from crisisconnect.welcome import welcome

READY_SECONDS = 120.0
BROKER_FILE = Path("run", "broker.url")
"""Where, under the state, a run says which broker it uses; without user and password."""


class Broken(Exception):
    """The run cannot start, and the text says why."""


def run() -> None:
    """Start everything on this machine, and stop it with Ctrl-C. Settings come from the environment."""
    began = time.monotonic()
    var = Path(os.environ.get("CRISISCONNECT_VAR", "var")).absolute()
    secrets = Path(os.environ.get("CRISISCONNECT_SECRETS", "secrets")).absolute()
    port = int(os.environ.get("PORT", "8000"))
    os.umask(0o077)
    hold(var)
    if not is_free(port):
        raise Broken(f"port {port} is taken; choose another with PORT=")
    installation = Installation.mint(secrets)
    broker = choose(os.environ.get("AMQP_URL"), var, installation)
    variables = environment(var, secrets, broker.amqp_url, port)
    (var / "run").mkdir(parents=True, exist_ok=True, mode=0o700)
    (var / BROKER_FILE).write_text(broker.amqp_url)

    async def migrated() -> None:
        migrating = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "crisisconnect.migrations"), env=variables, preexec_fn=dies_with_us()
        )
        try:
            failed = await migrating.wait()
        except asyncio.CancelledError:
            migrating.kill()
            raise
        if failed:
            raise Broken("a database could not be brought to its newest form; the reason stands above")

    async def ready() -> None:
        url = variables.get("PUBLIC_URL", f"http://127.0.0.1:{port}")
        while not await _answers_ready(port):
            if time.monotonic() - began > READY_SECONDS:
                say(f"not ready after {READY_SECONDS:.0f} s; {url}/readyz names what is missing")
                return
            await asyncio.sleep(0.25)
        say(f"ready in {time.monotonic() - began:.1f} s on {url}")
        # Not before all is up: a start waits for nothing that it does not need.
        from crisisconnect.overhearing import overhear

        await asyncio.gather(overhear(broker.amqp_url), welcome(f"http://127.0.0.1:{port}", url, var, variables))

    async def whole() -> None:
        await Supervisor(var, broker, commands()).run(variables, migrated, ready)

    try:
        asyncio.run(whole())
    finally:
        (var / "run" / "supervisor.pid").unlink(missing_ok=True)


async def _answers_ready(port: int) -> bool:
    """Whether GET /readyz answers 200."""
    try:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET /readyz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
        status = await asyncio.wait_for(reader.readline(), 5)
        writer.close()
    except (OSError, TimeoutError):
        return False
    return status.split()[1:2] == [b"200"]
