"""What a certificate says follows from the events of its erasure alone, whatever their number and scope."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.kernel.decider import Refused
from services.retention.domain.certificate import Facts, Issue, Issued, decide, decider, evolve, gather
from tests.examples import retention as example
from tests.given import given

LATER = example.NEXT_NIGHT + timedelta(days=1)
ERASED = (
    example.erasure_scheduled(),
    example.erasure_ordered(),
    example.erasure_completed(),
    example.erasure_certified(),
)


def issue(*events):
    return Issue(facts=gather(events), at=LATER)


def test_a_certified_erasure_is_stated():
    first = example.certificate_issued(unreadable_in_copies_at=None, retired={}, at=LATER)

    given(decider).when(issue(*ERASED)).then(first)
    given(decider, first).when(issue(*ERASED)).then()


def test_its_second_moment_is_stated_once_the_copies_are_unreadable():
    first = example.certificate_issued(unreadable_in_copies_at=None, retired={})
    both = example.certificate_issued(at=LATER)

    given(decider, first).when(issue(*ERASED, example.copies_unreadable())).then(both)
    given(decider, first, both).when(issue(*ERASED, example.copies_unreadable())).then()
    given(decider, both).when(issue(*ERASED)).then()


@pytest.mark.parametrize("count", range(4))
def test_nothing_is_stated_early(count):
    with pytest.raises(Refused, match="not_yet"):
        decide(Issued.NOTHING, issue(*ERASED[:count]))


def test_the_rule_and_the_date_are_those_that_held_in_the_end():
    moved = example.erasure_rescheduled()
    [said] = decide(Issued.NOTHING, issue(ERASED[0], moved, *ERASED[1:]))

    assert (said.rule, said.due) == (moved.rule, moved.due)


@pytest.mark.parametrize(
    ("scope", "shown"),
    [
        ("person", "person"),
        ("organisation", "organisation"),
        ("category/ip_address", "category/ip_address"),
        ("session/0195538e-1a2b-7c3d-8e4f-5a6b7c8d9e01", "session"),
    ],
)
def test_a_session_is_never_named(scope, shown):
    [said] = decide(Issued.NOTHING, issue(example.erasure_scheduled(scope=scope), *ERASED[1:]))

    assert said.scope == shown


def test_whom_a_hold_kept_are_counted_and_not_named():
    kept = ("2d9a1f54-0c3e-4a77-b1c0-9f1d2e3a4b5c", "9e4b2c10-7f5d-4c1e-a3a9-6b8d1f2e3c44")
    ordered = example.erasure_ordered(scope="organisation", excepted=kept)
    [said] = decide(Issued.NOTHING, issue(example.erasure_scheduled(scope="organisation"), ordered, *ERASED[2:]))

    assert said.excepted == 2
    assert not any(name in str(said) for name in kept)


def test_without_a_part_of_its_own_retention_names_no_order():
    [said] = decide(Issued.NOTHING, issue(ERASED[0], ERASED[1], ERASED[3]))

    assert said.order is None


def test_what_was_stated_is_the_stage():
    assert evolve(Issued.NOTHING, example.certificate_issued()) is Issued.UNREADABLE
    assert gather([]) == Facts()
