"""An erasure is scheduled once, ordered when due, and certified only when everybody has completed."""

from __future__ import annotations

from datetime import timedelta
from itertools import permutations

import pytest

from services.contracts.retention import Brake
from services.retention.domain import retirement
from services.retention.domain.erasure import (
    SERVICES,
    Cancel,
    Confirm,
    Order,
    ProveCopies,
    Release,
    Reschedule,
    Retired,
    Schedule,
    decider,
)
from tests.examples import retention as example
from tests.examples.retention import CLOSED, NEXT_NIGHT, SECONDS_LATER, WHOSE
from tests.given import given

SCHEDULED = example.erasure_scheduled()
ORDERED = example.erasure_ordered()
ENTRIES = {"auth": 45, "org": 46, "audit": 47, "retention": 48}
CONFIRMED = [example.erasure_confirmed(service=name, entry=entry) for name, entry in ENTRIES.items()]
LATER = {"auth": 72, "org": 73, "audit": 74, "retention": 75}
CERTIFIED = example.erasure_certified()


def schedule(**but):
    asked = {"asked_in": 41, "asked_event": example.ASKED, "asked_source": "auth", "asked_at": CLOSED}
    asked |= {"rule": "account_closed:P0D@1", "due": CLOSED}
    return Schedule(**{**WHOSE, **asked, "at": SECONDS_LATER, **but})


def confirm(service="auth", entry=45, remaining=0):
    return Confirm(service=service, entry=entry, number=17, remaining=remaining, at=SECONDS_LATER)


def test_what_the_log_asks_for_is_scheduled():
    given(decider).when(schedule()).then(SCHEDULED)


def test_a_second_closure_changes_nothing():
    given(decider, SCHEDULED).when(schedule(asked_in=60, at=NEXT_NIGHT)).then()


def test_what_is_due_is_ordered_from_every_service():
    given(decider, SCHEDULED).when(Order(at=SECONDS_LATER)).then(ORDERED)


def test_ordering_it_again_changes_nothing_and_nobody_can_cancel_or_release_what_was_ordered():
    given(decider, SCHEDULED, ORDERED).when(Order(at=NEXT_NIGHT)).then()
    given(decider, SCHEDULED, ORDERED).when(Cancel(because=57, at=NEXT_NIGHT)).refused("too_late")
    braked = SCHEDULED, example.erasure_braked(), ORDERED
    for history in (braked, (SCHEDULED, ORDERED)):
        given(decider, *history).when(Release(by=example.OFFICER, at=NEXT_NIGHT)).refused("not_braked")


def test_what_nobody_asked_for_is_not_found():
    for asked in (Order(at=NEXT_NIGHT), Cancel(because=57, at=NEXT_NIGHT), Release(by="a", at=NEXT_NIGHT), confirm()):
        given(decider).when(asked).refused("not_found")


def test_what_was_cancelled_stays_so_and_is_never_ordered():
    cancelled = example.erasure_cancelled()
    given(decider, SCHEDULED).when(Cancel(because=57, at=NEXT_NIGHT)).then(cancelled)
    for again in (Cancel(because=58, at=NEXT_NIGHT), Order(at=NEXT_NIGHT), schedule(asked_in=60)):
        given(decider, SCHEDULED, cancelled).when(again).then()
    given(decider, SCHEDULED, cancelled).when(Release(by=example.OFFICER, at=NEXT_NIGHT)).refused("not_braked")
    given(decider, SCHEDULED, cancelled).when(confirm()).refused("not_yet")


def test_a_category_is_ordered_from_auth_alone_and_waits_like_a_person_where_too_many_go():
    asked = example.erasure_scheduled(scope="category/email")
    ordered = example.erasure_ordered(scope="category/email", services=("auth",))
    given(decider, asked).when(Order(at=SECONDS_LATER)).then(ordered)
    mass = example.erasure_braked(why=Brake.MASS, until=None)
    given(decider, asked).when(Order(crowded=True, at=SECONDS_LATER)).then(mass)
    session = example.erasure_scheduled(scope="session/0195")
    given(decider, session).when(Order(crowded=True, at=SECONDS_LATER)).then(
        example.erasure_ordered(scope="session/0195", services=("auth",))
    )


def test_what_is_not_due_is_not_ordered():
    later = example.erasure_scheduled(due=CLOSED + timedelta(days=30))

    given(decider, later).when(Order(at=CLOSED + timedelta(days=30, microseconds=-1))).refused("not_yet")


def test_ordering_twice_changes_nothing():
    given(decider, SCHEDULED, ORDERED).when(Order(at=NEXT_NIGHT)).then()


def test_what_nobody_asked_for_cannot_be_ordered():
    given(decider).when(Order(at=SECONDS_LATER)).refused("not_found")


def test_a_completion_confirms_its_service():
    given(decider, SCHEDULED, ORDERED).when(confirm()).then(CONFIRMED[0])


def test_a_completion_without_an_order_is_refused():
    given(decider, SCHEDULED).when(confirm()).refused("not_yet")
    given(decider).when(confirm()).refused("not_found")


def test_a_completion_of_somebody_without_an_order_is_refused():
    given(decider, SCHEDULED, ORDERED).when(confirm(service="gateway")).refused("forbidden")


def test_a_service_confirms_once():
    given(decider, SCHEDULED, ORDERED, CONFIRMED[0]).when(confirm(entry=99)).then()


@pytest.mark.parametrize("order", list(permutations(SERVICES)), ids=" ".join)
def test_it_is_certified_with_the_last_completion_and_not_before(order):
    history = [SCHEDULED, ORDERED]
    for count, service in enumerate([name for name in order for _ in range(2)], start=1):
        new = decider.decide(decider.state(history), confirm(service, ENTRIES[service]))
        history += new
        certified = [event for event in history if type(event) is type(CERTIFIED)]
        assert bool(certified) == (count >= 7)
        assert bool(new) == (count % 2 == 1), "a doubled completion says nothing new"

    assert certified == [CERTIFIED]


def test_a_completion_that_left_something_stalls_instead_of_confirming():
    given(decider, SCHEDULED, ORDERED, *CONFIRMED[1:]).when(confirm(entry=44, remaining=1)).then(
        example.erasure_stalled()
    )


def test_a_stalled_service_that_completes_after_all_is_confirmed():
    history = SCHEDULED, ORDERED, *CONFIRMED[1:], example.erasure_stalled()

    given(decider, *history).when(confirm(entry=44, remaining=1)).then()
    given(decider, *history).when(confirm()).then(CONFIRMED[0], CERTIFIED)
    other = example.erasure_stalled(service="org", entry=43)
    given(decider, SCHEDULED, ORDERED, example.erasure_stalled(), other).when(confirm(entry=44, remaining=1)).then()


def test_copies_are_unreadable_once_every_service_has_retired_an_epoch_after_its_completion():
    later = {name: Retired(entry, 17) for name, entry in LATER.items()}
    history = SCHEDULED, ORDERED, *CONFIRMED, CERTIFIED

    given(decider, *history).when(ProveCopies(retirements=later, at=NEXT_NIGHT)).then(example.copies_unreadable())


@pytest.mark.parametrize("behind", [{}, {"auth": Retired(72, 16)}, {"auth": Retired(44, 0)}])
def test_a_service_that_has_not_begun_to_retire_an_epoch_since_keeps_copies_readable(behind):
    later = {name: Retired(entry, 17) for name, entry in LATER.items() if name != "auth"} | behind
    history = SCHEDULED, ORDERED, *CONFIRMED, CERTIFIED

    given(decider, *history).when(ProveCopies(retirements=later, at=NEXT_NIGHT)).refused("not_yet")


def test_copies_become_unreadable_once():
    history = SCHEDULED, ORDERED, *CONFIRMED, CERTIFIED, example.copies_unreadable()

    given(decider, *history).when(ProveCopies(retirements={}, at=NEXT_NIGHT)).then()


def test_copies_of_somebody_not_yet_erased_are_never_unreadable():
    later = dict.fromkeys(SERVICES, Retired(99, 99))

    given(decider, SCHEDULED, ORDERED, *CONFIRMED[:3]).when(ProveCopies(retirements=later, at=NEXT_NIGHT)).refused(
        "not_yet"
    )


def test_retentions_own_completion_counts_only_once_it_stands_in_the_log():
    history = SCHEDULED, ORDERED, *CONFIRMED[:3], example.erasure_completed()

    given(decider, *history).when(Order(at=NEXT_NIGHT)).then()
    given(decider, *history).when(confirm("retention", 48)).then(CONFIRMED[3], CERTIFIED)


# -- what keeps it


def test_what_is_held_is_not_ordered_and_that_is_said_once():
    held = example.erasure_held()

    given(decider, SCHEDULED).when(Order(holds=held.holds, at=SECONDS_LATER)).then(held)
    given(decider, SCHEDULED, held).when(Order(holds=held.holds, at=NEXT_NIGHT)).then()
    given(decider, SCHEDULED, held).when(Order(at=SECONDS_LATER)).then(ORDERED)


def test_a_hold_goes_before_a_release():
    history = SCHEDULED, example.erasure_braked(why=Brake.MASS, until=None), example.erasure_released()

    given(decider, *history).when(Order(holds=(example.HOLD,), at=SECONDS_LATER)).then(example.erasure_held())


def test_who_was_removed_by_somebody_else_has_a_grace():
    grace = CLOSED + timedelta(days=14)
    braked = example.erasure_braked()

    given(decider).when(schedule(grace_until=grace)).then(SCHEDULED, braked)
    given(decider, SCHEDULED, braked).when(Order(at=grace - timedelta(seconds=1))).refused("not_yet")
    given(decider, SCHEDULED, braked).when(Order(at=grace)).then(example.erasure_ordered(at=grace))


def test_too_many_in_one_day_wait_for_an_officer_who_looks_once():
    braked = example.erasure_braked(why=Brake.MASS, until=None)
    released = example.erasure_released()

    given(decider, SCHEDULED).when(Order(crowded=True, at=SECONDS_LATER)).then(braked)
    given(decider, SCHEDULED, braked).when(Order(at=NEXT_NIGHT)).refused("not_yet")
    given(decider, SCHEDULED, braked).when(Release(by=example.OFFICER, at=NEXT_NIGHT)).then(released)
    given(decider, SCHEDULED, braked, released).when(Order(crowded=True, at=SECONDS_LATER)).then(ORDERED)


def test_what_its_source_does_not_know_is_never_ordered_not_even_when_released():
    braked = example.erasure_braked(why=Brake.UNCONFIRMED, until=None)

    given(decider, SCHEDULED).when(Order(known=False, at=SECONDS_LATER)).then(braked)
    given(decider, SCHEDULED, braked, example.erasure_released()).when(Order(known=False, at=SECONDS_LATER)).then(
        braked
    )


def test_a_release_changes_nothing_twice_and_is_refused_where_nothing_is_braked():
    released = example.erasure_released()
    history = SCHEDULED, example.erasure_braked(), released

    given(decider, *history).when(Release(by=example.OFFICER, at=NEXT_NIGHT)).then()
    given(decider, *history, ORDERED).when(Release(by=example.OFFICER, at=NEXT_NIGHT)).then()
    given(decider, SCHEDULED).when(Release(by=example.OFFICER, at=NEXT_NIGHT)).refused("not_braked")
    given(decider).when(Release(by=example.OFFICER, at=NEXT_NIGHT)).refused("not_found")


def test_another_rule_makes_it_due_at_another_moment_until_it_is_ordered():
    moved = example.erasure_rescheduled()
    asked = Reschedule(because=57, rule=moved.rule, due=moved.due, at=NEXT_NIGHT)

    given(decider, SCHEDULED).when(asked).then(moved)
    given(decider, SCHEDULED, moved).when(asked).then()
    given(decider, SCHEDULED, moved).when(Order(at=NEXT_NIGHT)).refused("not_yet")
    given(decider, SCHEDULED, ORDERED).when(asked).then()


def test_a_session_is_erased_by_auth_alone():
    mine = example.erasure_scheduled(scope="session/s1")

    given(decider, mine).when(Order(crowded=True, at=SECONDS_LATER)).then(
        example.erasure_ordered(scope="session/s1", services=("auth",))
    )


def test_that_a_service_retired_an_epoch_is_noted_once():
    noted = example.retirement_noted()
    given(retirement.decider).when(retirement.Note(**vars(noted))).then(noted)
    given(retirement.decider, noted).when(retirement.Note(**vars(noted))).then()
