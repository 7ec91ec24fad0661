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
    """What was found with `service`: in a sample of its values, and of those that it `planted` in `looked` bytes.

    `found` counts places where these can be read, `reopened` values whose keys were destroyed and that open. All four
    are None of a service that does not look for any yet.
    """

    service: str
    events: int
    values: int
    columns: int
    bare: int
    planted: int | None = None
    looked: int | None = None
    found: int | None = None
    reopened: int | None = None
    at: datetime


def readable(one: Tell | SealingChecked) -> int:
    """How much could be read that nobody should read."""
    return one.bare + (one.found or 0) + (one.reopened or 0)


def decide(last: SealingChecked | None, command: Tell) -> Sequence[SealingChecked]:
    if last is not None and command.at < last.at + EVERY and bool(readable(command)) == bool(readable(last)):
        return []
    return [
        SealingChecked(
            sealing=command.service,
            events=command.events,
            values=command.values,
            columns=command.columns,
            bare=command.bare,
            planted=command.planted,
            looked=command.looked,
            found=command.found,
            reopened=command.reopened,
            at=command.at,
        )
    ]


def evolve(_: SealingChecked | None, event: SealingChecked) -> SealingChecked | None:
    return event


decider: Decider[SealingChecked | None, Tell, SealingChecked] = Decider(None, decide, evolve)
