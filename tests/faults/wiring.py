"""The log's queue taken off a service's exchange for a while: what is published then reaches nobody."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from crisisconnect.topology import AUDIT_INGEST, VHOST

_BINDING = (
    f'{{binding, rabbit_misc:r(<<"{VHOST}">>, exchange, <<"%s.events">>), <<"#">>,'
    f' rabbit_misc:r(<<"{VHOST}">>, queue, <<"{AUDIT_INGEST}">>), []}}'
)


class Running(Protocol):
    """Whatever keeps its broker in `var/rabbitmq`."""

    @property
    def var(self) -> Path: ...


@contextmanager
def unbound(system: Running, service: str) -> Iterator[None]:
    """RuntimeError where the broker does not do it; the broker has to be up at both ends."""
    _evaluate(system, f'rabbit_binding:remove({_BINDING % service}, <<"tests">>)')
    try:
        yield
    finally:
        _evaluate(system, f'rabbit_binding:add({_BINDING % service}, <<"tests">>)')


def _evaluate(system: Running, expression: str) -> None:
    """On the node that this system runs, by Erlang's own door: no user of the broker has the right."""
    home = system.var / "rabbitmq"
    port = json.loads((home / "ports.json").read_text())["dist"]
    done = subprocess.run(
        ["erl_call", "-address", f"127.0.0.1:{port}", "-e"],
        input=f"{expression}.\n",
        env={"HOME": str(home), "PATH": os.environ["PATH"]},
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    if done.stdout.strip() != "{ok, ok}":
        raise RuntimeError(f"the broker refused: {done.stdout or done.stderr}")
