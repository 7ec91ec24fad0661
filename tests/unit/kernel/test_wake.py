"""Waking costs nothing, never fails, and several calls may be one."""

from __future__ import annotations

import asyncio
import threading
import time
from pathlib import Path

import pytest

from services.kernel.store.wake import Waiter, Wake
from tests.unit.kernel.conftest import Service


def test_a_call_wakes_and_many_are_one(service: Service) -> None:
    wake = Wake(service.engine, service.directory, "x")
    with Waiter(service.engine, service.directory, "x") as waiter:
        for _ in range(5000):
            wake.up()
        assert waiter.wait(1)
        assert not waiter.wait(0.02)


def test_nobody_listening_is_no_error(service: Service) -> None:
    wake = Wake(service.engine, service.directory, "x")
    wake.up()
    Waiter(service.engine, service.directory, "x").close()
    wake.up()
    Wake(service.engine, service.directory / "nowhere", "x").up()


def test_the_newest_waiter_takes_over_and_an_old_one_leaves_it_alone(service: Service) -> None:
    wake = Wake(service.engine, service.directory, "x")
    old = Waiter(service.engine, service.directory, "x")
    with Waiter(service.engine, service.directory, "x") as new:
        old.close()
        wake.up()
        assert new.wait(1)


def test_a_directory_with_a_long_name_works_too(service: Service, tmp_path: Path) -> None:
    deep = tmp_path / ("d" * 120)
    with Waiter(service.engine, deep, "x") as waiter:
        Wake(service.engine, deep, "x").up()
        assert waiter.wait(1)


def test_it_wakes_an_event_loop_within_milliseconds(service: Service) -> None:
    wake = Wake(service.engine, service.directory, "x")

    async def wait() -> float:
        threading.Timer(0.05, wake.up).start()
        began = time.perf_counter()
        assert await waiter.wait_async(5)
        return time.perf_counter() - began

    with Waiter(service.engine, service.directory, "x") as waiter:
        assert asyncio.run(wait()) < 1
        assert not asyncio.run(waiter.wait_async(0.02))


def test_waiting_can_be_cancelled(service: Service) -> None:
    async def wait() -> None:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.02):
                await waiter.wait_async(5)

    with Waiter(service.engine, service.directory, "x") as waiter:
        asyncio.run(wait())
