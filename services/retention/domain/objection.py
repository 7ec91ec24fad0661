"""An objection is decided for each purpose by itself: upheld, so that it stops, or rejected on grounds (AVG 21)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.contracts.privacy import Purpose
from services.contracts.retention import (
    DataRequested,
    Decision,
    ObjectionDecided,
    RefusalGround,
    RequestFulfilled,
    RequestRefused,
)
from services.kernel.decider import Refused

STOPS = frozenset({Purpose.USAGE_INSIGHT})
"""What can stop while the account stays; without any of the others there is no account."""


@dataclass(frozen=True, kw_only=True)
class Decided:
    """`reasons` are personal."""

    purpose: Purpose
    decision: Decision
    reasons: str


@dataclass(frozen=True, kw_only=True)
class Decide:
    """`outcome` is personal; `remedies` are those against a rejection, by this version of the law."""

    outcome: str
    decisions: tuple[Decided, ...]
    remedies: tuple[str, ...]
    law: int
    by: str
    at: datetime


Event = ObjectionDecided | RequestFulfilled | RequestRefused


def decide(asked: DataRequested, command: Decide) -> Sequence[Event]:
    """Of a verified objection. Whatever was rejected, the remedies against it are named; all of it is a refusal.

    Raises Refused: `account_needs_purpose`, or `not_yet` while nobody knows which remedies there are.
    """
    upheld = [one for one in command.decisions if one.decision is Decision.UPHELD]
    if any(one.purpose not in STOPS for one in upheld):
        raise Refused("account_needs_purpose")
    rejected = len(upheld) < len(command.decisions)
    if rejected and not command.remedies:
        raise Refused("not_yet")
    told: list[Event] = [
        ObjectionDecided(
            request=asked.request,
            account=asked.account,
            organisation=asked.organisation,
            purpose=one.purpose,
            decision=one.decision,
            reasons=one.reasons,
            decided_by=command.by,
            at=command.at,
        )
        for one in command.decisions
    ]
    return [*told, _answer(asked, command, whole=not upheld, rejected=rejected)]


def _answer(asked: DataRequested, command: Decide, *, whole: bool, rejected: bool) -> RequestFulfilled | RequestRefused:
    if whole:
        return RequestRefused(
            request=asked.request,
            account=asked.account,
            organisation=asked.organisation,
            ground=RefusalGround.COMPELLING_GROUNDS,
            reasons=command.outcome,
            remedies=command.remedies,
            law=command.law,
            refused_by=command.by,
            at=command.at,
        )
    return RequestFulfilled(
        request=asked.request,
        account=asked.account,
        organisation=asked.organisation,
        outcome=command.outcome,
        remedies=command.remedies if rejected else None,
        law=command.law if rejected else None,
        fulfilled_by=command.by,
        at=command.at,
    )
