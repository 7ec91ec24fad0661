"""Whether a person learns the names of who looked at their data is weighed, and with which outcome (C-579/21)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.contracts.retention import DataRequested, NamesWeighed, Right
from services.kernel.decider import Refused


@dataclass(frozen=True, kw_only=True)
class WeighNames:
    """`weighing` is personal: why the person's interest goes before that of who looked, or does not."""

    disclosed: bool
    weighing: str
    by: str
    at: datetime


def weigh(asked: DataRequested, command: WeighNames) -> Sequence[NamesWeighed]:
    """Of a verified request that is not answered yet; weighed again, the last one counts.

    Raises Refused("invalid") for what is no request for access.
    """
    if asked.right is not Right.ACCESS:
        raise Refused("invalid", errors={"names": ["Not for a request of this kind."]})
    return [
        NamesWeighed(
            request=asked.request,
            account=asked.account,
            organisation=asked.organisation,
            disclosed=command.disclosed,
            weighing=command.weighing,
            weighed_by=command.by,
            at=command.at,
        )
    ]
