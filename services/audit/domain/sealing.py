"""That data rests sealed is looked at every hour and told once a day, and at once when it turns (P18)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.contracts.audit import SealingChecked
from services.kernel.decider import Decider

EVERY = timedelta(days=1)
PATIENCE = timedelta(hours=6)
"""So much later than a day something is told before it is overdue."""


@dataclass(frozen=True, kw_only=True)
class Tell:
    """What was found with `service`."""

    service: str
    events: int
    values: int
    columns: int
    bare: int
    at: datetime


def decide(last: SealingChecked | None, command: Tell) -> Sequence[SealingChecked]:
    if last is not None and command.at < last.at + EVERY and bool(command.bare) == bool(last.bare):
        return []
    return [
        SealingChecked(
            sealing=command.service,
            events=command.events,
            values=command.values,
            columns=command.columns,
            bare=command.bare,
            at=command.at,
        )
    ]


def evolve(_: SealingChecked | None, event: SealingChecked) -> SealingChecked | None:
    return event


decider: Decider[SealingChecked | None, Tell, SealingChecked] = Decider(None, decide, evolve)
