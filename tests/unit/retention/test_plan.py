"""What an organisation's terms do to a person's open erasures: moved, begun beside it, or needed no more (P06)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from services.contracts.privacy import Category, TermTrigger
from services.retention.app import default_terms
from services.retention.domain.plan import Change, Open, changes
from services.retention.domain.terms import Agreed, Due, Trigger, shortest

CLOSED = datetime(2025, 3, 1, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
EMAIL = Category.EMAIL


def erasing(scope: str = "person", days: int = 0, trigger: Trigger = Trigger.ACCOUNT_CLOSED) -> Open:
    return Open(
        erasure=f"of {scope}",
        account="a",
        scope=scope,
        rule=f"{trigger.value}:P0D@1",
        due=CLOSED + days * DAY,
        asked_in=7,
        asked_event="e",
        asked_source="auth",
        asked_at=CLOSED,
        grace_until=None,
    )


def agreed(triggers: dict[Category, TermTrigger] | None = None, **days: int) -> Agreed:
    return Agreed(2, {Category(name): f"P{number}D" for name, number in days.items()}, 3, triggers or {})


def found(terms: Agreed, *mine: Open, gone: Any = (), recorded: Any = None) -> list[Change]:
    return changes(default_terms(), terms, mine, gone, recorded or {})


def due(days: int, what: str = "account_closed") -> Due:
    return Due(rule=f"{what}:P{days}D@agreement 2", at=CLOSED + days * DAY)


def test_a_person_goes_with_the_last_and_what_goes_sooner_has_a_date_of_its_own() -> None:
    person, terms = erasing(), agreed(name=30, email=7, credentials=30)

    email, moved = found(terms, person)

    assert email == Change(scope="category/email", due=due(7), beside=person)
    assert moved == Change(scope="person", due=due(30), of=person)
    assert found(terms, erasing(days=30), gone={"category/email"}) == []
    assert found(terms, erasing(days=30), erasing("category/email", 7)) == []


def test_a_category_of_its_own_moves_with_its_term_and_is_not_needed_where_it_goes_with_the_person() -> None:
    person, email = erasing(days=30), erasing("category/email", 7)

    assert found(agreed(name=30, email=9, credentials=30), person, email) == [
        Change(scope="category/email", due=due(9), of=email)
    ]
    assert found(agreed(name=30, email=30, credentials=30), person, email) == [
        Change(scope="category/email", due=None, of=email)
    ]


def test_what_is_due_since_it_was_recorded_goes_then_or_with_the_person() -> None:
    recorded = {EMAIL: CLOSED - 3 * DAY}
    email = erasing("category/email", 1)
    by_recording = agreed({EMAIL: TermTrigger.RECORDED}, name=5, email=6, credentials=5)
    then = Due(rule="recorded:P6D@agreement 2", at=CLOSED + 3 * DAY)

    assert found(by_recording, email, recorded=recorded) == [Change(scope=email.scope, due=then, of=email)]
    assert found(by_recording, erasing(days=5), email, recorded=recorded) == [
        Change(scope=email.scope, due=then, of=email)
    ]
    for days in (8, 9):
        late = agreed({EMAIL: TermTrigger.RECORDED}, name=5, email=days, credentials=5)
        assert found(late, erasing(days=5), email, recorded=recorded) == [Change(scope=email.scope, due=None, of=email)]
    assert found(by_recording, email) == [Change(scope=email.scope, due=None, of=email)]
    assert found(agreed(name=5), email, recorded=recorded) == [Change(scope=email.scope, due=None, of=email)]
    assert found(agreed(name=5, email=6), email, recorded=recorded) == [Change(scope=email.scope, due=None, of=email)]


def test_who_never_came_goes_as_soon_as_the_first_of_what_there_is() -> None:
    invited = erasing(trigger=Trigger.INVITATION_EXPIRED)
    assert found(agreed(name=1, email=7), invited) == [
        Change(scope="person", due=due(7, "invitation_expired"), of=invited)
    ]


def test_where_every_term_began_when_it_was_recorded_the_person_goes_by_our_own() -> None:
    invited = erasing(days=9, trigger=Trigger.INVITATION_EXPIRED)
    own = shortest(default_terms(), None, Trigger.INVITATION_EXPIRED, CLOSED)
    assert found(agreed({EMAIL: TermTrigger.RECORDED}, email=9), invited) == [
        Change(scope="person", due=own, of=invited)
    ]
