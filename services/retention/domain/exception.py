"""What stays of a person who is erased: each category on a ground of the law, with reasons and an end (AVG 17(3))."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.contracts.privacy import Category
from services.contracts.retention import DataRequested, ErasureExcepted, ErasureException
from services.kernel.decider import Refused
from services.retention.domain.terms import OF, Trigger

ACCOUNT = frozenset(OF[Trigger.ACCOUNT_CLOSED])
"""What an account is made of: where all of it is needed, nothing is erased, and the request is refused."""
KEPT = ACCOUNT | {Category.CUSTOM_FIELD, Category.CORRESPONDENCE, *OF[Trigger.SESSION_ENDED]}
"""What there is of a person, and what a hold on one category keeps."""


@dataclass(frozen=True, kw_only=True)
class Excepted:
    """`reasons` are personal; `hold` is what keeps it until `until`, and is looked at again at `review_at`."""

    category: Category
    ground: ErasureException
    reasons: str
    hold: str
    until: datetime
    review_at: datetime


@dataclass(frozen=True, kw_only=True)
class Exceptions:
    """`law` is the version of the grounds, and of the `remedies` against what is not done."""

    items: tuple[Excepted, ...]
    remedies: tuple[str, ...]
    law: int


def check(categories: Sequence[Category]) -> None:
    """Raises Refused: `invalid` for what is none of a person's or stands twice, `everything_excepted`."""
    if strange := sorted(set(categories) - KEPT):
        raise Refused("invalid", errors={"exceptions": [f"{one}: is not erased with a person." for one in strange]})
    if len(set(categories)) != len(categories):
        raise Refused("invalid", errors={"exceptions": ["Each category is excepted once."]})
    if set(categories) >= ACCOUNT:
        raise Refused("everything_excepted")


def told(
    asked: DataRequested, erasure: str, exceptions: Exceptions, by: str, at: datetime
) -> Sequence[ErasureExcepted]:
    """Raises Refused: as `check` does, `expiry_invalid`, or `not_yet` while nobody knows which remedies there are."""
    check([one.category for one in exceptions.items])
    if not exceptions.remedies:
        raise Refused("not_yet")
    if any(not at < one.review_at <= one.until for one in exceptions.items):
        raise Refused("expiry_invalid")
    return [
        ErasureExcepted(
            request=asked.request,
            account=asked.account,
            organisation=asked.organisation,
            erasure=erasure,
            category=one.category,
            ground=one.ground,
            reasons=one.reasons,
            hold=one.hold,
            until=one.until,
            review_at=one.review_at,
            law=exceptions.law,
            decided_by=by,
            at=at,
        )
        for one in exceptions.items
    ]
