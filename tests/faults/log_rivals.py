"""Two ingests on one queue, started at once, killed, held still, and told a wrong time: only one of them writes."""

from __future__ import annotations

import random
import signal
import subprocess
import threading
import time

from tests.faults.log_outcome import Outcome
from tests.integration.ingest_process import Ingest

POINTS = ("after_verify", "after_insert", "after_commit", "after_sign", "after_checkpoint", "before_ack")
DAY = 86_400
CLOCKS = ("0", f"{DAY}", f"-{DAY}", f"0,{DAY},-{DAY}")
"""Seconds that the wall clock of an ingest is off; the last one jumps."""
# Those of the ingests alone: pika leaves a socket open where a connection ends in the middle of its beginning.
CUT = (
    "[exit(P, kill) || P <- rabbit_networking:connections(),"
    ' (catch rabbit_networking:connection_info(P, [user])) =:= [{user, <<"audit-ingest">>}]]'
)


class Rivals(threading.Thread):
    """Keeps two ingests alive on the one queue; each new one dies at a place and time that the seed chose."""

    def __init__(self, ingest: Ingest, chance: random.Random, outcome: Outcome) -> None:
        super().__init__(daemon=True)
        self._ingest, self._chance, self._outcome = ingest, chance, outcome
        self._ended = threading.Event()
        self._steps = list(POINTS)
        chance.shuffle(self._steps)
        self.running: list[tuple[subprocess.Popen[bytes], str]] = []
        self.lock = threading.Lock()

    def run(self) -> None:
        try:
            while not self._ended.wait(0.05):
                with self.lock:
                    self._replace()
        except Exception as error:
            self._outcome.findings.append(f"nobody killed any more: {type(error).__name__}")
            raise

    def _replace(self) -> None:
        for process, point in [one for one in self.running if one[0].poll() is not None]:
            self.running.remove((process, point))
            self._outcome.killed[point] += 1
            if process.returncode != -signal.SIGKILL:
                self._outcome.findings.append(f"an ingest ended by itself with {process.returncode}")
        while len(self.running) < 2:
            point = self._steps[sum(self._outcome.killed.values()) % len(POINTS)]
            self.running.append((self._begin(f"{point}:{self._chance.randrange(2, 7)}"), point))

    def _begin(self, fault: str) -> subprocess.Popen[bytes]:
        off = self._chance.choice(CLOCKS)
        self._outcome.off += off != CLOCKS[0]
        return self._ingest.start(fault, ("tests.faults.off_clock", off))

    def hold_still(self) -> None:
        """Each of the two in turn stops in the middle of what it does, and goes on once the other has taken over.

        One of them was the one that writes; it goes on as if nothing had happened.
        """
        for place in (0, 1):
            with self.lock:
                stopped = self.running[place][0] if len(self.running) > place else None
                if stopped is None:
                    continue
                stopped.send_signal(signal.SIGSTOP)
                self._ingest.vhost.node.evaluate(CUT)
            time.sleep(self._chance.uniform(0.5, 1.5))
            stopped.send_signal(signal.SIGCONT)
            self._outcome.held += 1

    def end(self) -> None:
        """Both are killed wherever they are."""
        self._ended.set()
        self.join()
        for process, _ in self.running:
            process.kill()
            process.wait()
