"""What lies above the log's high-water mark for too long is sent again: little at first, more while that helps."""

from __future__ import annotations

PATIENCE = 2.0, 60.0
"""Seconds without progress before something is sent again, first and longest."""
CHUNK = 1000


class Progress:
    """How far a source's numbers have come: given (`last`), and in the log (`integrated`)."""

    def __init__(self, last: int, integrated: int) -> None:
        self.last = last
        self.integrated = integrated
        self.unknown = True
        """Whether the log has not answered yet."""
        self.restored = False
        """Whether the log has numbers that were never given here: this store is an older copy."""
        self._since: float | None = None
        self._patience = PATIENCE[0]
        self._chunk = CHUNK
        self._sent_again = 0
        self._due: tuple[int, int] | None = None

    @property
    def outstanding(self) -> int:
        return max(0, self.last - self.integrated)

    @property
    def due(self) -> bool:
        return self._due is not None

    def learn(self, high: int, sent: int, now: float) -> None:
        """The log has everything up to `high`, up to `sent` was published; `now` in seconds of any steady clock."""
        self.unknown = False
        self.restored = high > self.last
        if high > self.integrated:
            self.integrated = high
            self._since, self._patience = now, PATIENCE[0]
            if high == self._sent_again < sent:
                # Exactly what was sent again has arrived, so what follows was lost too.
                self._chunk *= 2
                self._send_again(sent)
        elif sent <= high:
            self._since, self._chunk = None, CHUNK
        elif self._since is None:
            self._since = now
        elif now - self._since >= self._patience:
            self._since, self._patience = now, min(self._patience * 2, PATIENCE[1])
            self._send_again(sent)

    def take(self, limit: int) -> tuple[int, int] | None:
        """The next piece to send again as (after, count), if there is one."""
        if self._due is None:
            return None
        after, upto = self._due
        after = max(after, self.integrated)
        if after >= upto:
            self._due = None
            return None
        count = min(limit, upto - after)
        self._due = (after + count, upto) if after + count < upto else None
        return after, count

    def _send_again(self, sent: int) -> None:
        self._sent_again = min(self.integrated + self._chunk, sent)
        self._due = self.integrated, self._sent_again
