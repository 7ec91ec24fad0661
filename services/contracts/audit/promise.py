"""What audit tells of the promises themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.kernel.event import Event


class PromiseState(StrEnum):
    """How it is with a promise; `not_measured` where nobody can say, which is never `kept`."""

    KEPT = "kept"
    AT_RISK = "at_risk"
    BROKEN = "broken"
    NOT_MEASURED = "not_measured"


@dataclass(frozen=True, kw_only=True)
class PromiseTurned(Event, kind="promise"):
    """A promise (`P06` and the like) is at risk or broken, or is so no longer; `why` are codes of what shows it."""

    promise: str
    before: PromiseState
    state: PromiseState
    why: tuple[str, ...]
    at: datetime
