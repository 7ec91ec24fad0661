"""Everything of a run starts together, comes back when it dies, and stops in order; nothing outlives it."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

from crisisconnect.broker import Broker
from crisisconnect.fleet import Command, left_behind
from crisisconnect.machine import dies_with_us
from services.kernel.sweep.listening import Ear

STOP_SECONDS = 10.0
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
BROKER_SECONDS = 90.0
STEADY_SECONDS = 10.0
"""A process that ran this long gets the short pause again."""


class AlreadyRunning(Exception):
    """Another run holds this state: two on one would be two writers of one log."""


class Runner:
    """One process, started again whenever it ends, until it is told to stop."""

    def __init__(self, command: Command, environment: Mapping[str, str], run: Path, width: int) -> None:
        self.command = command
        self._environment = environment
        self._pidfile = run / f"{command.name}.pid"
        self._label = f"{command.name:<{width}} | "
        self._process: asyncio.subprocess.Process | None = None
        self._stopping = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._keep())

    async def stop(self) -> None:
        """Ask, wait ten seconds, then insist."""
        self._stopping = True
        if self._task is None:
            return
        if self._process is not None:
            # To the process alone: it stops its own workers, in its own order.
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGTERM)
        await asyncio.wait([self._task], timeout=STOP_SECONDS)
        self.kill()
        self._task.cancel()
        await asyncio.wait([self._task])

    def kill(self) -> None:
        """The whole process group at once."""
        self._stopping = True
        if self._process is not None:
            _signal_group(self._process.pid, signal.SIGKILL)

    async def _keep(self) -> None:
        pause = FIRST_PAUSE
        while True:
            began = time.monotonic()
            code = await self._once()
            if self._stopping:
                return
            pause = FIRST_PAUSE if time.monotonic() - began > STEADY_SECONDS else pause
            say(f"{self._label}ended with {code}; again in {pause:.1f} s")
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _once(self) -> int:
        # A pipe of our own: asyncio's calls a process alive while a worker of it holds the other end.
        reading, writing = os.pipe()
        self._process = process = await asyncio.create_subprocess_exec(
            *self.command.arguments,
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=writing,
            stderr=writing,
            start_new_session=True,
            preexec_fn=dies_with_us(),
        )
        os.close(writing)
        self._pidfile.write_text(f"{process.pid}\n")
        relaying = asyncio.create_task(self._relay(reading))
        try:
            return await process.wait()
        finally:
            # Workers of a killed process still hold its port and its locks.
            _signal_group(process.pid, signal.SIGKILL)
            self._pidfile.unlink(missing_ok=True)
            await asyncio.wait([relaying], timeout=1)
            relaying.cancel()

    async def _relay(self, pipe: int) -> None:
        output, kept = asyncio.StreamReader(), b""
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(output), os.fdopen(pipe, "rb", 0)
        )
        try:
            while chunk := await output.read(65536):
                *lines, kept = (kept + chunk).split(b"\n")
                for line in lines:
                    say(self._label + line.decode(errors="replace"))
        finally:
            transport.close()
            if kept:
                say(self._label + kept.decode(errors="replace"))


class Supervisor:
    """A run: its lock, its broker, its processes. `run()` returns once everything has stopped."""

    def __init__(self, var: Path, broker: Broker, commands: Sequence[Command]) -> None:
        self.broker = broker
        self.commands = commands
        self._run = var / "run"
        self._runners: list[Runner] = []
        self._asked = asyncio.Event()
        self._asked_at = 0.0

    async def run(
        self,
        environment: Mapping[str, str],
        before: Callable[[], Awaitable[None]],
        after: Callable[[], Awaitable[None]],
    ) -> None:
        """`before` runs while the broker starts, the processes once both are done, `after` beside them.

        What `before` or `after` raises stops the run and is raised again.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self._ask)
        work = asyncio.create_task(self._work(environment, before, after))
        asked = asyncio.create_task(self._asked.wait())
        try:
            await asyncio.wait([work, asked], return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                work.result()
        finally:
            work.cancel()
            asked.cancel()
            await asyncio.wait([work, asked])
            await self._stop()

    async def _work(
        self,
        environment: Mapping[str, str],
        before: Callable[[], Awaitable[None]],
        after: Callable[[], Awaitable[None]],
    ) -> None:
        self._spawn_broker()
        await asyncio.gather(self._broker_ready(), before())
        width = max(len(command.name) for command in self.commands)
        self._runners = [
            Runner(command, command.environment(environment), self._run, width) for command in self.commands
        ]
        for runner in self._runners:
            runner.start()
        await asyncio.gather(self._keep_broker(), after())

    def _ask(self) -> None:
        """The first signal asks; one that comes a second later no longer waits for anybody.

        A terminal and `make` may each pass on the same Ctrl-C: that is one wish, not two.
        """
        now = time.monotonic()
        if not self._asked.is_set():
            self._asked.set()
            self._asked_at = now
        elif now - self._asked_at > 1:
            for runner in self._runners:
                runner.kill()

    async def _stop(self) -> None:
        for stage in sorted({command.stage for command in self.commands}):
            await asyncio.gather(*(r.stop() for r in self._runners if r.command.stage == stage))
        await asyncio.to_thread(self.broker.stop)
        (self._run / "broker.pid").unlink(missing_ok=True)

    def _spawn_broker(self) -> None:
        # In the main thread: a child bound to a thread of a pool would end with that thread.
        self.broker.spawn()
        if self.broker.supervised:
            (self._run / "broker.pid").write_text(f"{self.broker.pid}\n")

    async def _broker_ready(self) -> None:
        until = time.monotonic() + BROKER_SECONDS
        while not await asyncio.to_thread(self.broker.ready):
            if time.monotonic() > until or (self.broker.supervised and self.broker.pid is None):
                raise RuntimeError("the broker did not start; see var/log/rabbitmq")
            await asyncio.sleep(0.05)

    async def _keep_broker(self) -> None:
        while True:
            await asyncio.sleep(0.2)
            if self.broker.supervised and self.broker.pid is None:
                say("broker ended; starting it again")
                await asyncio.sleep(FIRST_PAUSE)
                self._spawn_broker()


def hold(var: Path) -> int:
    """Take this state for one run alone, and end what an earlier run, itself killed, left behind.

    The lock lasts as long as the returned file descriptor is open. Raises AlreadyRunning.
    """
    run = var / "run"
    run.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(run / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        raise AlreadyRunning(f"{var} is in use by another run") from None
    (run / "supervisor.pid").write_text(f"{os.getpid()}\n")
    for pid in left_behind(var):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return handle


EAR = Ear()
"""Hears all that a run says, and so all that its processes do."""


def say(line: str) -> None:
    """One line to the terminal; a reader that went away is no reason to stop a run."""
    EAR.hear(line.encode(errors="replace"))
    with contextlib.suppress(BrokenPipeError):
        print(line, flush=True)


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, number)
