"""A certificate says of an erasure what its own stream says, no more and no earlier, and each of two moments once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum

from services.contracts.retention import (
    CertificateIssued,
    CopiesUnreadable,
    ErasureCertified,
    ErasureCompleted,
    ErasureOrdered,
    ErasureRescheduled,
    ErasureScheduled,
)
from services.kernel.decider import Decider, Refused
from services.kernel.event import Event

REMAINING = 0
"""Nothing is certified on a completion that says anything was left: domain/erasure.py sees to that."""


class Issued(IntEnum):
    """How much the newest certificate says."""

    NOTHING = 0
    ERASED = 1
    UNREADABLE = 2


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the stream of one erasure has come to."""

    scheduled: ErasureScheduled | None = None
    rule: str = ""
    due: datetime | None = None
    ordered: ErasureOrdered | None = None
    order: int | None = None
    certified: ErasureCertified | None = None
    unreadable: CopiesUnreadable | None = None


@dataclass(frozen=True, kw_only=True)
class Issue:
    """State what `facts` has come to."""

    facts: Facts
    at: datetime


def gather(history: Iterable[Event]) -> Facts:
    """The facts of one erasure, from its events in their order."""
    facts = Facts()
    for event in history:
        match event:
            case ErasureScheduled():
                facts = replace(facts, scheduled=event, rule=event.rule, due=event.due)
            case ErasureRescheduled():
                facts = replace(facts, rule=event.rule, due=event.due)
            case ErasureOrdered():
                facts = replace(facts, ordered=event)
            case ErasureCompleted(order=order):
                facts = replace(facts, order=order)
            case ErasureCertified():
                facts = replace(facts, certified=event)
            case CopiesUnreadable():
                facts = replace(facts, unreadable=event)
    return facts


def shown(scope: str) -> str:
    """A scope as it may be told outside: the kind of an owner of keys, never which one."""
    return "session" if scope.startswith("session/") else scope


def decide(issued: Issued, command: Issue) -> Sequence[CertificateIssued]:
    facts = command.facts
    scheduled, ordered, certified = facts.scheduled, facts.ordered, facts.certified
    if scheduled is None or facts.due is None or ordered is None or certified is None:
        raise Refused("not_yet")
    if issued >= (Issued.ERASED if facts.unreadable is None else Issued.UNREADABLE):
        return []
    return [
        CertificateIssued(
            erasure=scheduled.erasure,
            organisation=scheduled.organisation,
            scope=shown(scheduled.scope),
            rule=facts.rule,
            asked_at=scheduled.asked_at,
            due=facts.due,
            ordered_at=ordered.at,
            certified_at=certified.at,
            unreadable_in_copies_at=facts.unreadable.at if facts.unreadable else None,
            services=ordered.services,
            order=facts.order,
            completed=dict(certified.entries),
            retired=dict(facts.unreadable.entries) if facts.unreadable else {},
            remaining=REMAINING,
            excepted=len(ordered.excepted or ()),
            at=command.at,
        )
    ]


def evolve(_: Issued, event: CertificateIssued) -> Issued:
    return Issued.ERASED if event.unreadable_in_copies_at is None else Issued.UNREADABLE


decider: Decider[Issued, Issue, CertificateIssued] = Decider(Issued.NOTHING, decide, evolve)
