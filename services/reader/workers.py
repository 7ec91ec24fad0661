"""Blocks are judged in several processes, a few at a time; what each says comes back to whoever gave it.

A worker that dies ends the verification with an error, for what it had in hand was not looked at. Each ends by itself
when its line closes, however the reader ended; Ctrl-C is the reader's alone, for they are no part of its process group.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from queue import SimpleQueue
from types import TracebackType

from services.reader.block import Keys, Sound, judge
from services.reader.report import Unusable
from services.reader.rows import Columns

WORTH_IT = 4_096
"""From how many entries on processes take less time than they cost to start."""

Answer = Callable[[], Sound | None]
_END_SECONDS = 5.0


@dataclass(frozen=True)
class _Worker:
    process: subprocess.Popen[bytes]
    line: Connection


class Workers:
    """A context. One thread to each process waits for it, so none waits for another, and answers keep no order."""

    def __init__(self, jobs: int | None, entries: int) -> None:
        """`jobs`: how many processes, all cores where it is None; none for 1 or for a log too small to be worth it.

        Raises Unusable for fewer than 1.
        """
        if jobs is not None and jobs < 1:
            raise Unusable("it takes one job at least")
        wanted = cores() if jobs is None else jobs
        self._count = wanted if wanted > 1 and entries >= WORTH_IT else 0
        self._workers: list[_Worker] = []
        self._idle: SimpleQueue[_Worker] = SimpleQueue()
        self._threads = ThreadPoolExecutor(max(1, self._count))

    @property
    def ahead(self) -> int:
        """How many blocks may usefully be under way; memory is bounded by it."""
        return 2 * self._count

    def __enter__(self) -> Workers:
        try:
            for _ in range(self._count):
                self._workers.append(_start())
                self._idle.put(self._workers[-1])
        except BaseException:
            self.__exit__(None, None, None)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.process.kill()  # nothing of theirs outlives an answer, and a line only ends once they do
        self._threads.shutdown(cancel_futures=True)
        for worker in self._workers:
            worker.line.close()
            worker.process.wait(_END_SECONDS)

    def give(self, entries: Sequence[bytes | None], columns: Sequence[Columns | None] | None, keys: Keys) -> Answer:
        """Have a block judged; ask what is returned for the judgement. It raises Unusable when a worker died."""
        if not self._count:
            return lambda: judge(entries, columns, keys)
        return self._threads.submit(self._ask, (list(entries), columns, dict(keys))).result

    def _ask(self, task: tuple[object, ...]) -> Sound | None:
        worker = self._idle.get()
        try:
            worker.line.send(task)
            said: Sound | None = worker.line.recv()
        except (EOFError, OSError) as error:
            raise Unusable("a process that checks signatures ended before its time: verify again") from error
        finally:
            self._idle.put(worker)
        return said


def cores() -> int:
    """How many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _start() -> _Worker:
    # Not multiprocessing's own start: that would import the whole program that asked, once in every child.
    ours, theirs = Pipe()
    command = [sys.executable, "-m", f"{__package__}.worker", str(theirs.fileno())]
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    try:
        process = subprocess.Popen(command, env=environment, pass_fds=[theirs.fileno()], process_group=0)
    except BaseException:
        ours.close()
        raise
    finally:
        theirs.close()
    return _Worker(process, ours)
