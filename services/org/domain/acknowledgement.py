"""A person says once for each version of the statement that they have seen it (P14)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.contracts.org import StatementAcknowledged
from services.kernel.decider import Decider


@dataclass(frozen=True, kw_only=True)
class Acknowledge:
    account: str
    organisation: str
    version: int
    at: datetime


def decide(seen: frozenset[int], command: Acknowledge) -> Sequence[StatementAcknowledged]:
    if command.version in seen:
        return []
    return [
        StatementAcknowledged(
            account=command.account,
            organisation=command.organisation,
            statement_version=command.version,
            at=command.at,
        )
    ]


def evolve(seen: frozenset[int], event: StatementAcknowledged) -> frozenset[int]:
    return seen | {event.statement_version}


decider: Decider[frozenset[int], Acknowledge, StatementAcknowledged] = Decider(frozenset(), decide, evolve)
