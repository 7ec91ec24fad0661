"""A broker that dies, is full or is frozen: calls fail by name and in time, and heal by themselves."""

from __future__ import annotations

import asyncio
import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crisisconnect.installation import Installation
from crisisconnect.rabbitmq import Node
from services.kernel.calls import rpc
from services.kernel.calls.rpc_asyncio import AsyncCaller
from tests.integration.rpc_processes import PERSON, Asking, Process, asks_again


@pytest.fixture(scope="module")
def own_node(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    """A node to be hurt: the run's node is needed by others."""
    node = Node(tmp_path_factory.mktemp("hurt"), installation)
    node.start()
    yield node
    node.stop()


@pytest.fixture
def ask_over_own_node(own_node: Node, installation: Installation, tmp_path: Path) -> Iterator[Callable[[Asking], Any]]:
    """Run a coroutine function with a caller and both services on the node that is hurt."""
    services = [Process(name, own_node.url(name), installation, tmp_path) for name in ("auth", "org")]
    keys = rpc.PairKeys.load(installation.directory / "rpc", "gateway")

    def run(asking: Asking) -> Any:
        async def whole() -> Any:
            caller = AsyncCaller(own_node.url("gateway"), "gateway", keys)
            await caller.start()
            try:
                assert (await asks_again(caller))["greeting"].startswith("hello")
                await asking(caller)
                assert (await asks_again(caller))["greeting"].startswith("hello")
            finally:
                await caller.stop()

        return asyncio.run(whole())

    try:
        for service in services:
            service.start()
        yield run
    finally:
        for service in services:
            service.end()


async def fails_in_time(caller: AsyncCaller, timeout: float, at_most: float) -> None:
    began = time.monotonic()
    with pytest.raises(rpc.Unavailable):
        await caller.call("auth", "greet", {"who": "Ada"}, PERSON, timeout=timeout)
    assert time.monotonic() - began < at_most


def test_a_broker_that_dies_and_starts_again_is_found_by_all_and_meanwhile_calls_fail_in_time(
    ask_over_own_node, own_node
):
    async def asking(caller: AsyncCaller) -> None:
        hanging = asyncio.create_task(caller.call("auth", "slow", {"seconds": 30}, PERSON, timeout=60))
        await asyncio.sleep(0.5)
        own_node.kill()
        with pytest.raises(rpc.Unavailable):
            await asyncio.wait_for(hanging, 5)
        await fails_in_time(caller, timeout=20, at_most=5)
        assert not caller.connected
        own_node.start()

    ask_over_own_node(asking)


def test_a_broker_that_takes_no_more_messages_counts_as_away_until_it_does(ask_over_own_node, own_node):
    async def asking(caller: AsyncCaller) -> None:
        own_node.evaluate("vm_memory_monitor:set_vm_memory_high_watermark(0.000001)")
        await asyncio.sleep(1.5)
        await fails_in_time(caller, timeout=2, at_most=3)
        assert not caller.connected
        await fails_in_time(caller, timeout=20, at_most=2)
        own_node.evaluate("vm_memory_monitor:set_vm_memory_high_watermark(0.4)")

    ask_over_own_node(asking)


def test_a_broker_that_is_frozen_for_a_while_delays_nobody_for_longer_than_they_said(ask_over_own_node, own_node):
    async def asking(caller: AsyncCaller) -> None:
        os.kill(own_node.pid, signal.SIGSTOP)
        try:
            await fails_in_time(caller, timeout=1, at_most=2)
        finally:
            os.kill(own_node.pid, signal.SIGCONT)

    ask_over_own_node(asking)
