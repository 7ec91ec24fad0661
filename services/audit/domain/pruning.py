"""The log lets go of its oldest entries by whole bundles, when the term of every entry in them is over, and never else.

It is decided from what the log is seen to hold; the bytes go later, once this decision itself stands in the log (I7).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.audit.domain.terms import Due, Terms, Trigger, due
from services.contracts.audit import LogPruned
from services.kernel.decider import Decider

BUNDLE = 256
"""Entries that go together: what one bundle of C2SP tlog-tiles holds."""
A_DAY = timedelta(days=1)
"""What is said less often than daily takes up less of the log than what it lets go of."""


@dataclass(frozen=True, kw_only=True)
class Bundle:
    """A full bundle of entries: the last number of each source in it, and when the youngest was recorded.

    `recorded` is the later of two clocks: the log's, when the bundle was full, and that of whichever source says the
    latest time in it. None where nobody knows, so that it stays.
    """

    n: int
    last: Mapping[str, int]
    recorded: datetime | None


@dataclass(frozen=True, kw_only=True)
class Prune:
    """`bundles` follow each other from the first that is left; nothing that `read` has not gone past may go.

    `numbers` are each source's last ones before these bundles; `read` is the lowest index that some service has yet
    to take in; `many` bundles go at any time, fewer once a day.
    """

    bundles: Sequence[Bundle]
    numbers: Mapping[str, int]
    read: int
    terms: Sequence[Terms]
    many: int = 1
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Pruned:
    """Where the log begins, as was said last, and when."""

    minimum: int = 0
    at: datetime | None = None


def decide(pruned: Pruned, command: Prune) -> list[LogPruned]:
    going, numbers = 0, dict(command.numbers)
    recorded: datetime | None = None
    rule: Due | None = None
    for bundle in command.bundles:
        end = (bundle.n + 1) * BUNDLE
        if bundle.recorded is None or end > command.read:
            break
        found = due(command.terms, Trigger.ENTRY_RECORDED, bundle.recorded)
        if found.at > command.at:
            break
        going, numbers = end, {**numbers, **bundle.last}
        if recorded is None or bundle.recorded > recorded:
            recorded, rule = bundle.recorded, found
    if rule is None or recorded is None or going <= pruned.minimum:
        return []
    if going - pruned.minimum < command.many * BUNDLE and pruned.at is not None and command.at < pruned.at + A_DAY:
        return []
    return [LogPruned(minimum=going, numbers=numbers, rule=rule.rule, recorded=recorded, at=command.at)]


def evolve(_: Pruned, event: LogPruned) -> Pruned:
    return Pruned(minimum=event.minimum, at=event.at)


decider: Decider[Pruned, Prune, LogPruned] = Decider(Pruned(), decide, evolve)
