"""A hold has a ground and an end, comes before the order or too late, and is released once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.retention.domain.hold import Place, Release, Review, decider
from tests.examples import retention as example
from tests.examples.retention import CLOSED, HOLD, NEXT_NIGHT, OFFICER
from tests.given import given

LONGEST = timedelta(days=5 * 366)
"""As it was promised, and not as the code has it: another number there must fail here."""
PLACED = example.hold_placed()
RELEASED = example.hold_released()


def place(**but):
    said = {name: getattr(PLACED, name) for name in ("hold", "scope", "organisation", "account", "categories")}
    said |= {name: getattr(PLACED, name) for name in ("ground", "reason", "expires_at", "review_at", "at")}
    return Place(**{**said, "by": OFFICER, "ordered": False, **but})


def release(**but):
    return Release(**{"by": OFFICER, "at": NEXT_NIGHT, **but})


def test_an_officer_places_a_hold():
    given(decider).when(place()).then(PLACED)


def test_placing_it_again_changes_nothing():
    given(decider, PLACED).when(place()).then()


def test_a_hold_after_the_order_comes_too_late():
    given(decider).when(place(ordered=True)).refused("too_late")


@pytest.mark.parametrize("expires", [CLOSED, CLOSED - timedelta(days=1), CLOSED + LONGEST + timedelta(seconds=1)])
def test_a_hold_ends_later_than_now_and_not_too_late(expires):
    given(decider).when(place(expires_at=expires, review_at=None)).refused("expiry_invalid")


@pytest.mark.parametrize("review", [CLOSED, PLACED.expires_at + timedelta(seconds=1)])
def test_it_is_reviewed_while_it_lasts(review):
    given(decider).when(place(review_at=review)).refused("period_invalid")


def test_an_officer_releases_it_once():
    given(decider, PLACED).when(release()).then(RELEASED)
    given(decider, PLACED, RELEASED).when(release()).then()


def test_it_expires_when_its_time_is_over_and_not_before():
    late = PLACED.expires_at

    given(decider, PLACED).when(release(expired=True)).refused("not_yet")
    given(decider, PLACED).when(release(expired=True, by="system/retention", at=late)).then(
        example.hold_released(expired=True, released_by="system/retention", at=late)
    )


def review(**but):
    reviewed = example.hold_reviewed()
    said = {"by": reviewed.reviewed_by, "finding": reviewed.finding, "review_at": reviewed.review_at}
    return Review(**{**said, "at": reviewed.at, **but})


def test_a_hold_that_was_looked_at_stays_until_the_next_look():
    given(decider, PLACED).when(review()).then(example.hold_reviewed())
    given(decider, PLACED, example.hold_reviewed()).when(release()).then(RELEASED)


def test_the_next_look_is_not_after_the_end_nor_in_the_past():
    for when in (PLACED.expires_at + timedelta(seconds=1), example.hold_reviewed().at):
        given(decider, PLACED).when(review(review_at=when)).refused("period_invalid")
    for when in (None, PLACED.expires_at):
        given(decider, PLACED).when(review(review_at=when)).then(example.hold_reviewed(review_at=when))


def test_a_hold_that_has_ended_is_not_reviewed():
    given(decider, PLACED, RELEASED).when(review()).refused("hold_ended")
    given(decider, PLACED).when(review(at=PLACED.expires_at)).refused("hold_ended")
    given(decider).when(review()).refused("not_found")


def test_what_never_was_cannot_be_released():
    given(decider).when(release()).refused("not_found")


def test_the_example_is_of_one_hold():
    assert PLACED.hold == RELEASED.hold == HOLD
