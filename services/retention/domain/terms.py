"""How long after its trigger something is due, counted from the event's own moment, not its arrival."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, TypeAlias

from services.contracts.privacy import TRIGGERS, Category, TermTrigger
from services.kernel import terms
from services.kernel.durations import after
from services.kernel.terms import Due as Due, due as due


class Trigger(StrEnum):
    """What makes a term begin; for `account_removed` and `leaving_chosen` the term is a grace."""

    ACCOUNT_CLOSED = "account_closed"
    ACCOUNT_REMOVED = "account_removed"
    INVITATION_WITHDRAWN = "invitation_withdrawn"
    INVITATION_EXPIRED = "invitation_expired"
    SESSION_ENDED = "session_ended"
    LEAVING_CHOSEN = "leaving_chosen"
    DELIVERY_PREPARED = "delivery_prepared"


Terms: TypeAlias = terms.Terms[Trigger]


def parse(versions: Iterable[Mapping[str, Any]]) -> tuple[Terms, ...]:
    """The versions of `terms.json`, the oldest first. Raises ValueError where a term is missing or wrong."""
    return terms.parse(versions, Trigger, at_once=True)


@dataclass(frozen=True)
class Agreed:
    """What an organisation's agreement of this version says, by category; `entry` of the log put it in force.

    `triggers` are those that are not the first of their category's.
    """

    version: int
    terms: Mapping[Category, str]
    entry: int
    triggers: Mapping[Category, TermTrigger] = field(default_factory=dict)

    def begins(self, category: Category) -> TermTrigger:
        """What makes the term of this category begin."""
        return self.triggers.get(category, TRIGGERS[category][0])

    def due(self, category: Category, trigger: str, since: datetime) -> Due:
        """When the term agreed for a category is over. Raises KeyError where none was."""
        term = self.terms[category]
        return Due(rule=f"{trigger}:{term}@agreement {self.version}", at=after(since, term))


OF = {
    Trigger.ACCOUNT_CLOSED: (Category.NAME, Category.EMAIL, Category.CREDENTIALS),
    Trigger.INVITATION_WITHDRAWN: (Category.EMAIL,),
    Trigger.INVITATION_EXPIRED: (Category.EMAIL,),
    Trigger.SESSION_ENDED: (Category.IP_ADDRESS, Category.TECHNICAL),
}
"""What begins its term together."""
IF_AGREED = {Trigger.ACCOUNT_CLOSED: (Category.CUSTOM_FIELD,)}
"""What begins its term then too where one was agreed for it, and goes with the person where none was."""


def shortest(terms: Sequence[Terms], agreed: Agreed | None, trigger: Trigger, asked_at: datetime) -> Due:
    """When it is due by the organisation's agreement, or by our own terms for what that leaves open.

    A term is a ceiling: nothing is kept longer than its category may be, so the first to go takes the rest along.
    """
    return min(_of(terms, agreed, trigger, asked_at).values(), key=lambda one: one.at)


def closing(
    terms: Sequence[Terms], agreed: Agreed | None, trigger: Trigger, asked_at: datetime
) -> tuple[Due, Mapping[Category, Due]]:
    """When a person goes, and which categories of theirs go sooner, each when its own term is over.

    The last to go takes the person along. A category whose term began when it was recorded goes when that is over, or
    with the person.
    """
    found = _of(terms, agreed, trigger, asked_at)
    whole = max(found.values(), key=lambda one: one.at)
    return whole, {category: one for category, one in found.items() if one.at < whole.at}


def _of(terms: Sequence[Terms], agreed: Agreed | None, trigger: Trigger, asked_at: datetime) -> dict[Category, Due]:
    """The due date of each category whose term begins so."""
    default = due(terms, trigger, asked_at)
    if agreed is None:
        return dict.fromkeys(OF[trigger], default)
    own = tuple(category for category in IF_AGREED.get(trigger, ()) if category in agreed.terms)
    found = {
        category: agreed.due(category, trigger, asked_at) if category in agreed.terms else default
        for category in OF[trigger] + own
        if agreed.begins(category) is not TermTrigger.RECORDED
    }
    # Whose only term began earlier goes by our own now: there is nothing left to keep it for.
    return found or {OF[trigger][0]: default}


def earlier(moment: datetime, duration: str) -> datetime:
    """At the earliest the moment that has `moment` a duration after it; months differ, so it may be days early."""
    span = after(moment, duration) - moment
    return moment - span + timedelta(days=4 if "M" in duration.partition("T")[0] or "Y" in duration else 0)


FEW = 20
SHARE = 50


def allowance(people: int) -> int:
    """How many of an organisation's people may go within a day before an officer looks: 20, or 2 % of them."""
    return max(FEW, people // SHARE)
