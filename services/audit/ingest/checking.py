"""Signatures are checked beside the writer: in processes, since the interpreter's lock would have them take turns."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Any

from services.audit.ingest.notes import Arrival, Bad, Door, Reason

WORTH_IT = 48
"""From how many notes on another process is the shorter way."""


class CheckerLost(Exception):
    """A checking process died. What it had in hand is not acknowledged, and comes again."""


@dataclass
class _Worker:
    process: subprocess.Popen[bytes]
    line: Connection
    told: int = 0
    """How many of the keys learnt since it has been told."""


@dataclass
class _Job:
    notes: Sequence[bytes]
    worker: _Worker | None
    done: list[Arrival | Bad]


class Checking:
    """Chunks go in and come out in the same order. The processes start when there is first enough to do.

    Each has one chunk at a time at most, so neither side ever waits for the other to read; each ends when its line
    to the writer closes, however the writer ended.
    """

    def __init__(self, pins: Mapping[str, str], processes: int | None = None) -> None:
        self._pins = dict(pins)
        self._door = Door(pins)
        self._learnt: list[str] = []
        self._processes = max(1, min(3, (os.cpu_count() or 2) - 1)) if processes is None else processes
        self._workers: list[_Worker] = []
        self._booting: list[_Worker] = []
        self._idle: list[_Worker] = []
        self._jobs: deque[_Job] = deque()

    def __len__(self) -> int:
        """How many chunks are under way."""
        return len(self._jobs)

    def has_room(self) -> bool:
        """Whether a chunk given now would be worked at now."""
        self._greet()
        return bool(self._idle) or not self._jobs

    def learn(self, vkeys: Sequence[str]) -> None:
        """Keys to which sources handed over; those that are known already change nothing."""
        for vkey in vkeys:
            if vkey not in self._learnt:
                self._learnt.append(vkey)
                self._door.learn(vkey)

    def give(self, notes: Sequence[bytes]) -> None:
        """Start to check a chunk; a small one is checked here and now, and so is any while nobody is free."""
        if len(notes) >= WORTH_IT and not self._workers:
            self.start()
        self._greet()
        if len(notes) < WORTH_IT or not self._idle:
            self._jobs.append(_Job(notes, None, [self._door.check(note) for note in notes]))
            return
        worker = self._idle.pop()
        try:
            worker.line.send((self._learnt[worker.told :], notes))
            worker.told = len(self._learnt)
        except OSError as error:
            raise CheckerLost from error
        self._jobs.append(_Job(notes, worker, []))

    def ready(self) -> bool:
        """Whether `take` would return at once."""
        first = self._jobs[0] if self._jobs else None
        return first is not None and (first.worker is None or first.worker.line.poll())

    def take(self) -> list[Arrival | Bad]:
        """The judgements on the oldest chunk, in its order. Waits for them; raises CheckerLost."""
        job = self._jobs.popleft()
        if job.worker is None:
            return job.done
        try:
            judged: list[tuple[Any, ...]] = job.worker.line.recv()
        except (EOFError, OSError) as error:
            raise CheckerLost from error
        self._idle.append(job.worker)
        return [_unpacked(facts, note) for facts, note in zip(judged, job.notes, strict=True)]

    def reset(self) -> None:
        """Forget what is under way, and end the processes."""
        for worker in self._workers:
            worker.line.close()
        for worker in self._workers:
            worker.process.wait(5)
        self._workers, self._booting, self._idle = [], [], []
        self._jobs.clear()

    def start(self, patience: float = 0.0) -> None:
        """Start the processes, and wait up to `patience` seconds for each to be ready."""
        # Not multiprocessing's own start: that would run the main module again in every child.
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        for _ in range(self._processes):
            ours, theirs = Pipe()
            command = [sys.executable, "-m", __spec__.name, str(theirs.fileno())]
            process = subprocess.Popen(command, env=environment, pass_fds=[theirs.fileno()])
            theirs.close()
            ours.send(self._pins)
            self._workers.append(_Worker(process, ours))
        self._booting = list(self._workers)
        for worker in self._workers:
            worker.line.poll(patience)

    def _greet(self) -> None:
        """A process says None once it is ready."""
        for worker in [worker for worker in self._booting if worker.line.poll()]:
            try:
                worker.line.recv()
            except (EOFError, OSError) as error:
                raise CheckerLost from error
            self._booting.remove(worker)
            self._idle.append(worker)


def work(line: Connection) -> None:
    """What a checking process does, until the other side closes the line."""
    # The writer decides when it ends; a signal to the whole group must not take its chunk away.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    try:
        door = Door(line.recv())
        line.send(None)
        while True:
            vkeys, notes = line.recv()
            for vkey in vkeys:
                door.learn(vkey)
            line.send([_packed(door.check(note)) for note in notes])
    except (EOFError, OSError):
        return


def _packed(judged: Arrival | Bad) -> tuple[Any, ...]:
    """Without the note, which the other side has."""
    if isinstance(judged, Bad):
        return (judged.reason.value, judged.source, judged.unheard)
    return (*judged[:8], *judged[9:])


def _unpacked(facts: tuple[Any, ...], note: bytes) -> Arrival | Bad:
    if len(facts) == 3:
        return Bad(Reason(facts[0]), facts[1], note, facts[2])
    return Arrival._make((*facts[:8], note, *facts[8:]))


if __name__ == "__main__":
    work(Connection(int(sys.argv[1])))
