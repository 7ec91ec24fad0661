"""A review of access is whole, or it is none: of every open account it is said what becomes of it (P09)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.contracts.auth import AccessDecision, AccessReviewed
from services.contracts.privacy import Role
from services.kernel.decider import Decider, Refused


@dataclass(frozen=True, kw_only=True)
class Review:
    """`open` are the roles of all open accounts, `idle` those of them without a session that is kept.

    `decisions` are on single accounts, `rest` on all others; without it every account needs its own.
    """

    review: str
    organisation: str
    open: Mapping[str, Role]
    idle: frozenset[str]
    decisions: Mapping[str, AccessDecision]
    rest: AccessDecision | None
    by: str
    at: datetime


def decide(told: bool, command: Review) -> Sequence[AccessReviewed]:
    if told:
        return []
    if set(command.decisions) - set(command.open):
        raise Refused("account_unknown")
    if command.rest is None and set(command.open) - set(command.decisions):
        raise Refused("review_incomplete")
    found = Counter(command.decisions.get(account, command.rest) for account in command.open)
    return [
        AccessReviewed(
            review=command.review,
            organisation=command.organisation,
            accounts=len(command.open),
            by_role=dict(sorted(Counter(command.open.values()).items())),
            without_session=len(command.idle & set(command.open)),
            kept=found[AccessDecision.KEPT],
            changed=found[AccessDecision.CHANGED],
            removed=found[AccessDecision.REMOVED],
            by=command.by,
            at=command.at,
        )
    ]


def evolve(_: bool, __: AccessReviewed) -> bool:
    return True


decider: Decider[bool, Review, AccessReviewed] = Decider(False, decide, evolve)
