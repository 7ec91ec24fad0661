"""A run brings back what dies, stops in order, leaves nothing, and shares its state with nobody."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from crisisconnect.fleet import MARK, left_behind
from crisisconnect.supervisor import AlreadyRunning, hold

STEADY = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {STEADY}"
WITH_WORKER = (
    f"import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']); {STEADY}"
)
SCRIPT = """
import asyncio, os, sys
from pathlib import Path
from crisisconnect import supervisor
from crisisconnect.fleet import MARK, Command
supervisor.STOP_SECONDS = 1.0
class Elsewhere:
    amqp_url, pid, supervised = "amqp://elsewhere", None, False
    def spawn(self): print("broker spawned", flush=True)
    def ready(self): return True
    def stop(self): print("broker stopped", flush=True)
async def nothing(): print("ready", flush=True)
var = Path(sys.argv[1])
lock = supervisor.hold(var)
commands = [
    Command(name, (sys.executable, "-c", code), stage)
    for stage, (name, code) in enumerate(zip(sys.argv[2::2], sys.argv[3::2]))
]
environment = {**os.environ, MARK: str(var)}
asyncio.run(supervisor.Supervisor(var, Elsewhere(), commands).run(environment, nothing, nothing))
print("over", flush=True)
"""


class Run:
    def __init__(self, var: Path, **programs: str) -> None:
        self.var = var
        arguments = [part for name, code in programs.items() for part in (name, code)]
        self.output = (var / "output").open("w+")
        self.process = subprocess.Popen(
            [sys.executable, "-c", SCRIPT, str(var), *arguments], stdout=self.output, stderr=subprocess.STDOUT
        )

    def pid(self, name: str) -> int:
        """The process's id, as the pid file has it."""
        self.until(lambda: (self.var / "run" / f"{name}.pid").exists())
        return int((self.var / "run" / f"{name}.pid").read_text())

    def said(self) -> str:
        return (self.var / "output").read_text()

    def until(self, holds: Callable[[], bool]) -> None:
        end = time.monotonic() + 10
        while not holds():
            assert time.monotonic() < end, self.said()
            time.sleep(0.02)


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def begin(**programs: str) -> Run:
        runs.append(Run(tmp_path, **programs))
        runs[-1].until(lambda: runs[-1].said().count("| up") >= len(programs))
        return runs[-1]

    yield begin
    for run in runs:
        run.process.kill()
        run.process.wait()
        run.output.close()
    for pid in left_behind(tmp_path):
        os.kill(pid, signal.SIGKILL)


def test_what_dies_comes_back(start: Callable[..., Run]) -> None:
    run = start(one=STEADY, two=STEADY)
    first = run.pid("one")
    os.kill(first, signal.SIGKILL)
    run.until(lambda: run.said().count("one | up") == 2)
    assert run.pid("one") != first


def test_a_signal_stops_everything_in_order_and_the_broker_last(start: Callable[..., Run]) -> None:
    run = start(one=STEADY, two=STEADY)
    run.process.send_signal(signal.SIGTERM)
    assert run.process.wait(10) == 0
    assert run.said().splitlines()[-2:] == ["broker stopped", "over"]
    assert left_behind(run.var) == []
    assert not list((run.var / "run").glob("one.pid"))


def test_who_does_not_listen_is_killed(start: Callable[..., Run]) -> None:
    run = start(one=STUBBORN)
    run.process.send_signal(signal.SIGINT)
    assert run.process.wait(10) == 0
    assert left_behind(run.var) == []


def test_workers_go_with_their_process(start: Callable[..., Run]) -> None:
    run = start(one=WITH_WORKER)
    run.until(lambda: len(left_behind(run.var)) == 2)
    os.kill(run.pid("one"), signal.SIGKILL)
    run.until(lambda: run.said().count("one | up") == 2)
    run.until(lambda: len(left_behind(run.var)) == 2)


def test_a_killed_run_takes_its_processes_along_and_the_next_one_ends_their_workers(
    start: Callable[..., Run],
) -> None:
    run = start(one=WITH_WORKER)
    one = run.pid("one")
    run.process.kill()
    run.process.wait()
    run.until(lambda: one not in left_behind(run.var))
    assert len(left_behind(run.var)) == 1
    os.close(hold(run.var))
    run.until(lambda: left_behind(run.var) == [])


def test_a_state_has_one_run(start: Callable[..., Run]) -> None:
    run = start(one=STEADY)
    with pytest.raises(AlreadyRunning):
        hold(run.var)
    assert MARK not in os.environ
