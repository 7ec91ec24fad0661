"""One canary at a time: values that are nobody's are planted, looked for, and go; then come others (P18)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.kernel.decider import Decider


@dataclass(frozen=True)
class Living:
    canary: str
    at: datetime


@dataclass(frozen=True)
class Plant:
    """`event` holds the values; the app minted them."""

    event: Any


@dataclass(frozen=True)
class Destroy:
    """`event` says of which; its keys are gone already."""

    event: Any


State = Living | None
Command = Plant | Destroy


def decider(planted: type[Any]) -> Decider[State, Command, Any]:
    """`planted` is the service's own event of a planting."""

    def decide(state: State, command: Command) -> Sequence[Any]:
        match state, command:
            case None, Plant(event):
                return [event]
            case Living(canary), Destroy(event) if event.canary == canary:
                return [event]
            case _:
                return []

    def evolve(_: State, event: Any) -> State:
        return Living(event.canary, event.at) if isinstance(event, planted) else None

    return Decider(None, decide, evolve)
