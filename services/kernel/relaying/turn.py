"""One relay's turn: number, publish, ask how far the log has come, and send again whatever lies above that."""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

from prometheus_client import Gauge

from services.kernel.clock.beating import Beat
from services.kernel.relaying.outbox import Outbox, Ready, hands_over
from services.kernel.relaying.progress import Progress
from services.kernel.relaying.publisher import Lost, Publisher
from services.kernel.signing.note import SeedMissing
from services.kernel.store.lease import Lease
from services.kernel.store.wake import POLL, Waiter

log = logging.getLogger(__name__)
T = TypeVar("T")

BATCH = 1000
AHEAD = 2
"""Finished batches kept in memory; what is more is read again from the database."""
GATHER = 0.04
"""Seconds between two numberings under load: what comes meanwhile shares one commit. A lone event goes at once."""
ASK_EVERY = 0.2
"""Seconds between two questions to the log, however often it wakes us."""
FIRST_ANSWER = 1.0
"""Seconds that a turn waits for the log before it begins without knowing."""
PAUSE = 0.2, 10.0
"""Seconds before what was refused is sent again, first and longest."""

UNNUMBERED = Gauge("crisisconnect_relay_unnumbered", "Events committed and not numbered yet.", ("service",))
OUTSTANDING = Gauge("crisisconnect_relay_outstanding", "Events numbered and not in the log yet.", ("service",))
RESTORED = Gauge("crisisconnect_relay_restored", "1 when the log has more of this source than its store.", ("service",))

Ask = Callable[[], Awaitable[int | None]]
"""How far the log has come with this source, None when nobody answers."""
Tell = Callable[[int], Awaitable[bool]]
"""That this store gave only so many numbers, fewer than the log has; whether anybody heard it."""


class Turn:
    """Runs until cancelled. Raises Fenced when another's turn has begun, and what a database that is away raises."""

    def __init__(
        self,
        service: str,
        outbox: Outbox,
        publisher: Publisher,
        waiter: Waiter,
        held: Lease,
        ask: Ask,
        tell: Tell | None = None,
        beat: Beat | None = None,
    ) -> None:
        self.service = service
        self._beat = beat
        self._outbox, self._publisher, self._waiter, self._held, self._ask = (
            outbox,
            publisher,
            waiter,
            held,
            ask,
        )
        self._tell = tell
        self._database = ThreadPoolExecutor(1, "database")
        self._fresh: deque[list[Ready]] = deque()
        self._bar = 0
        """The number of the last hand-over sent: what follows waits until the log has it, and knows the key by it."""
        self._seedless = False
        self._room, self._stir, self._asked = asyncio.Event(), asyncio.Event(), asyncio.Event()
        publisher.on_wake = self._asked.set
        publisher.on_trouble = self._stir.set

    async def run(self) -> None:
        state = await self._in_database(self._outbox.begin)
        self.progress = Progress(state.last, state.integrated)
        # Asked first: a store that was set back must not give its numbers twice.
        with suppress(TimeoutError):
            async with asyncio.timeout(FIRST_ANSWER):
                self._learn(await self._ask())
        self._publisher.restart()
        self.sent = self.progress.integrated
        self._saved = state.integrated
        work = (self._number, self._publish, self._question, self._watch)
        tasks = [asyncio.create_task(one(), name=one.__name__) for one in work]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            # The lease goes only after the last statement under it.
            await asyncio.to_thread(self._database.shutdown)

    async def _in_database(self, function: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._database, function, *args)

    # -- numbering

    async def _number(self) -> None:
        numbered_at = 0.0
        while True:
            batch: list[Ready] = []
            if not self.progress.restored:
                batch = await self._numbered()
            if batch:
                numbered_at = time.monotonic()
                self.progress.last = batch[-1].sequence
                if len(self._fresh) < AHEAD:
                    self._fresh.append(batch)
                self._stir.set()
                while len(self._fresh) >= AHEAD and self._publisher.connected:
                    self._room.clear()
                    await _within(self._room, POLL)
            if len(batch) < BATCH:
                await self._waiter.wait_async(POLL)
                await asyncio.sleep(max(0.0, numbered_at + GATHER - time.monotonic()))

    async def _numbered(self) -> list[Ready]:
        try:
            batch = await self._in_database(self._outbox.number, BATCH)
        except SeedMissing as error:
            if not self._seedless:
                log.critical("nothing of %s is numbered: %s", self.service, error)
            self._seedless = True
            return []
        self._seedless = False
        return batch

    # -- publishing

    async def _publish(self) -> None:
        first, longest = PAUSE
        pause = first
        while True:
            await self._publisher.usable()
            try:
                batch, resent = await self._next()
                if not batch:
                    await self._publisher.settled()
                    pause = first
                    await _within(self._stir, POLL)
                    self._stir.clear()
                    batch, resent = await self._next()
                if batch:
                    await self._publisher.publish(batch)
                    self._bar = max([self._bar, *(one.sequence for one in batch if hands_over(one.type))])
                    if not resent:
                        self.sent = batch[-1].sequence
            except Lost:
                await asyncio.sleep(pause)
                pause = min(pause * 2, longest)
                again = self._publisher.restart()
                if again is not None:
                    self.sent = min(self.sent, max(again - 1, self.progress.integrated))

    async def _next(self) -> tuple[list[Ready], bool]:
        """What goes out next, and whether it has gone out before."""
        if again := self.progress.take(BATCH):
            after, count = again
            return await self._in_database(self._outbox.above, after, count), True
        # Before anything else: what went out from the database, after trouble, must not keep its room here.
        while self._fresh and self._fresh[0][0].sequence <= self.sent:
            self._fresh.popleft()
        self._room.set()
        if self.sent >= self.progress.last or self.progress.integrated < self._bar:
            return [], False
        if self._fresh and self._fresh[0][0].sequence == self.sent + 1:
            return _up_to_a_hand_over(self._fresh.popleft()), False
        return _up_to_a_hand_over(await self._in_database(self._outbox.above, self.sent, BATCH)), False

    # -- how far the log has come

    async def _question(self) -> None:
        while True:
            await _within(self._asked, POLL)
            self._asked.clear()
            if self.progress.outstanding or self.progress.unknown:
                self._learn(await self._ask())
                if self.progress.due or self.progress.integrated >= self._bar > 0:
                    self._stir.set()
                await asyncio.sleep(ASK_EVERY)
            if self.progress.restored and self._tell is not None and await self._tell(self.progress.last):
                self._tell = None

    def _learn(self, high: int | None) -> None:
        if high is None:
            return
        was = self.progress.restored
        self.progress.learn(high, getattr(self, "sent", 0), time.monotonic())
        if self.progress.restored and not was:
            log.critical(
                "the log has %d events of %s and this store gave %d numbers: an older copy was restored; "
                "nothing is numbered until its service, at its next start, has taken the rest from the log",
                high,
                self.service,
                self.progress.last,
            )

    async def _watch(self) -> None:
        while True:
            # What the log has beyond this store is no knowledge of this store: it would never ask for it again.
            if (known := min(self.progress.integrated, self.progress.last)) > self._saved:
                self._saved = known
                await self._in_database(self._outbox.integrated, self._saved)
            await self._in_database(self._held.still_held)
            await self._in_database(self._outbox.hold)
            if self._beat is not None:
                await self._in_database(self._beat.when_due)
            UNNUMBERED.labels(self.service).set(await self._in_database(self._outbox.unnumbered))
            OUTSTANDING.labels(self.service).set(self.progress.outstanding)
            RESTORED.labels(self.service).set(self.progress.restored)
            await asyncio.sleep(POLL)


def _up_to_a_hand_over(batch: list[Ready]) -> list[Ready]:
    """The batch, cut after the first hand-over in it; what is cut off is read again from the database."""
    last = next((at for at, one in enumerate(batch) if hands_over(one.type)), len(batch))
    return batch[: last + 1]


async def _within(event: asyncio.Event, seconds: float) -> None:
    # Not wait_for: on Python 3.11 that may swallow a cancellation that comes together with the event.
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
