"""How much is done to one log, and what came of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True)
class Size:
    """How many numbers each source has, how often a queue is unbound, how often the one that writes is held still."""

    numbers: int
    unbound: int
    held: int


@dataclass
class Outcome:
    """What was done to the log, and what is wrong with it after that."""

    seed: str
    database: str
    killed: Counter[str] = field(default_factory=Counter)
    held: int = 0
    off: int = 0
    sent: int = 0
    unroutable: int = 0
    resent: int = 0
    entries: int = 0
    checkpoints: int = 0
    pairs: int = 0
    cosigned: int = 0
    seconds: float = 0.0
    findings: list[str] = field(default_factory=list)

    def text(self) -> str:
        figures = {
            "killed at": ", ".join(f"{point} {times}" for point, times in sorted(self.killed.items())) or "nothing",
            "held still": self.held,
            "had a wrong clock": self.off,
            "messages sent": self.sent,
            "reached no queue": self.unroutable,
            "sent again to heal": self.resent,
            "entries": self.entries,
            "checkpoints seen": self.checkpoints,
            "consistent pairs asked for": self.pairs,
            "cosigned by a witness": self.cosigned,
            "seconds": round(self.seconds),
        }
        lines = [
            f"the log on {self.database}, seed {self.seed}",
            *(f"{name}: {value}" for name, value in figures.items()),
        ]
        return "\n".join([*lines, *self.findings[:40], f"wrong: {len(self.findings)}"])
