"""What an organisation's terms do to the due dates of one of its people: the same when they come, and looked at before.

A person's erasure has the scope `person`; a category that goes sooner has one of its own, `category/<category>`.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.contracts.facts import CATEGORY, PERSON, SESSION
from services.contracts.privacy import Category, TermTrigger
from services.retention.domain.terms import OF, Agreed, Due, Terms, Trigger, closing, shortest


@dataclass(frozen=True, kw_only=True)
class Open:
    """An erasure that is scheduled and not ordered. `grace_until` where it was asked for by somebody else."""

    erasure: str
    account: str
    scope: str
    rule: str
    due: datetime
    asked_in: int
    asked_event: str
    asked_source: str
    asked_at: datetime
    grace_until: datetime | None


@dataclass(frozen=True, kw_only=True)
class Change:
    """`of` an erasure that is open the date moves, or it is cancelled, where `due` is None.

    Otherwise one of this scope comes to be, for the reason for which there is one `beside` it.
    """

    scope: str
    due: Due | None
    of: Open | None = None
    beside: Open | None = None

    @property
    def before(self) -> datetime | None:
        return self.of.due if self.of else None

    @property
    def account(self) -> str:
        return (self.of or self.beside).account  # type: ignore[union-attr]

    @property
    def categories(self) -> tuple[Category, ...]:
        return categories_of(self.scope)


def categories_of(scope: str) -> tuple[Category, ...]:
    """What of a person an erasure of this scope takes."""
    if scope.startswith(CATEGORY):
        return (Category(scope.removeprefix(CATEGORY)),)
    return OF[Trigger.SESSION_ENDED] if scope.startswith(SESSION) else OF[Trigger.ACCOUNT_CLOSED]


def sooner(whole: Open, due: Mapping[Category, Due], gone: Collection[str]) -> list[Change]:
    """The categories that go before the person does, but for those that went, or have an erasure already."""
    return [
        Change(scope=f"{CATEGORY}{category}", due=one, beside=whole)
        for category, one in due.items()
        if f"{CATEGORY}{category}" not in gone
    ]


def changes(
    terms: Sequence[Terms],
    agreed: Agreed,
    mine: Sequence[Open],
    gone: Collection[str],
    recorded: Mapping[Category, datetime],
    free: Collection[Category] = (),
) -> list[Change]:
    """What `agreed` changes about one person's open erasures.

    `gone` are the scopes of those that are not open; `recorded` is since when there is something of each category. The
    person is held while these go: what is `free` has a date of its own, where it would go with the person as well.
    """
    found: list[Change] = []
    parts: Mapping[Category, Due] = {}
    with_the_person: datetime | None = None
    for one in mine:
        if one.scope != PERSON:
            continue
        trigger = Trigger(one.rule.partition(":")[0])
        if trigger is Trigger.ACCOUNT_CLOSED:
            whole, parts = closing(terms, agreed, trigger, one.asked_at)
            parts = {**parts, **{category: _free(agreed, category, parts, whole, recorded) for category in free}}
            here = {other.scope for other in mine}
            found += sooner(one, parts, {*gone, *here})
        else:
            whole = shortest(terms, agreed, trigger, one.asked_at)
        if whole.at != one.due:
            found.append(Change(scope=PERSON, due=whole, of=one))
        with_the_person = whole.at
    for one in mine:
        if one.scope.startswith(CATEGORY):
            due = _due_alone(agreed, one, parts, recorded)
            staying = one.scope in {f"{CATEGORY}{category}" for category in free}
            if due is not None and with_the_person is not None and with_the_person <= due.at and not staying:
                due = None
            if due is None or due.at != one.due:
                found.append(Change(scope=one.scope, due=due, of=one))
    return found


def _free(
    agreed: Agreed,
    category: Category,
    parts: Mapping[Category, Due],
    whole: Due,
    recorded: Mapping[Category, datetime],
) -> Due:
    """When a category goes whose person is held: by its own term, or when the person would have gone at the latest."""
    alone = since_recorded(agreed, category, recorded[category]) if category in recorded else None
    return min((one for one in (parts.get(category), alone, whole) if one is not None), key=lambda one: one.at)


def _due_alone(
    agreed: Agreed, one: Open, parts: Mapping[Category, Due], recorded: Mapping[Category, datetime]
) -> Due | None:
    """None where nothing asks for this category to go by itself any more."""
    [category] = categories_of(one.scope)
    if category in parts:
        return parts[category]
    return since_recorded(agreed, category, recorded[category]) if category in recorded else None


def since_recorded(agreed: Agreed | None, category: Category, recorded_at: datetime) -> Due | None:
    """When a category is due that goes a term after it was recorded; None where it does not."""
    if agreed is None or category not in agreed.terms or agreed.begins(category) is not TermTrigger.RECORDED:
        return None
    return agreed.due(category, TermTrigger.RECORDED, recorded_at)
