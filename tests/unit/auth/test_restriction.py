"""Who is restricted is left alone by others, until they were told that it ends and that moment has come (AVG 18)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.auth.domain.account import ChangeRole, Close, Correct, decider
from services.auth.domain.restriction import AnnounceLift, Lift, Restrict
from services.contracts.privacy import Role
from tests.examples import auth
from tests.given import given

HERE = (auth.person_invited(), auth.user_registered())
BEGUN, TOLD, OVER = auth.processing_restricted(), auth.lift_announced(), auth.restriction_lifted()
BY = BEGUN.decided_by
LATER = OVER.at + timedelta(days=1)


def restrict(request=BEGUN.request):
    return Restrict(request=request, by=BY, at=BEGUN.at)


def announce(request=BEGUN.request):
    return AnnounceLift(request=request, by=BY, lifts_at=TOLD.lifts_at, at=TOLD.at)


def lift(at=OVER.at):
    return Lift(request=BEGUN.request, at=at)


def close(by=BY, **but):
    return Close(by=by, erasure=auth.ERASURE, at=LATER, **but)


def test_a_restriction_runs_from_the_request_through_the_notice_to_its_end():
    given(decider, *HERE).when(restrict()).then(BEGUN)
    given(decider, *HERE, BEGUN).when(announce()).then(TOLD)
    given(decider, *HERE, BEGUN, TOLD).when(lift()).then(OVER)
    then = auth.restriction_lifted(at=TOLD.lifts_at)
    given(decider, *HERE, BEGUN, TOLD).when(lift(TOLD.lifts_at)).then(then)


def test_each_step_taken_again_changes_nothing():
    given(decider, *HERE, BEGUN).when(restrict()).then()
    given(decider, *HERE, BEGUN, TOLD).when(announce()).then()


def test_it_ends_for_nobody_who_was_not_told_or_before_the_moment_that_was_said():
    given(decider, *HERE, BEGUN).when(lift()).refused("not_yet")
    given(decider, *HERE, BEGUN, TOLD).when(lift(TOLD.lifts_at - timedelta(microseconds=1))).refused("not_yet")


def test_what_restricts_nothing_cannot_be_lifted():
    for history in (HERE, (*HERE, BEGUN, TOLD, OVER)):
        given(decider, *history).when(announce()).refused("not_restricted")
        given(decider, *history).when(lift()).then()


@pytest.mark.parametrize("command", [ChangeRole(role=Role.BEHEERDER, by=BY, at=LATER), close()])
def test_others_change_nothing_of_who_is_restricted(command):
    given(decider, *HERE, BEGUN).when(command).refused("restricted")
    given(decider, *HERE, BEGUN, TOLD).when(command).refused("restricted")
    assert decider.decide(decider.state([*HERE, BEGUN, TOLD, OVER]), command)


def test_what_somebody_changes_of_themselves_is_not_held_up():
    own = ChangeRole(role=Role.BEHEERDER, by=f"account/{auth.SANNE}", at=LATER)
    given(decider, *HERE, BEGUN).when(own).then(auth.role_changed(role=own.role, changed_by=own.by, at=LATER))


def test_of_two_restrictions_the_last_to_end_counts():
    other = auth.processing_restricted(request="another")
    given(decider, *HERE, BEGUN, other, TOLD, OVER).when(close()).refused("restricted")
    given(decider, *HERE, BEGUN, other).when(announce()).then(TOLD)


@pytest.mark.parametrize("by", [f"account/{auth.SANNE}", f"organisation/{auth.GEMEENTE}"])
def test_the_person_leaves_when_they_want_and_goes_with_their_organisation(by):
    assert decider.decide(decider.state([*HERE, BEGUN]), close(by))


def test_what_the_person_asked_for_is_done():
    asked = Correct(values={"infix": None}, request="r", by=BY, at=LATER)

    (corrected,) = decider.decide(decider.state([*HERE, BEGUN]), asked)
    assert (corrected.request, corrected.decided_by, corrected.corrected) == ("r", BY, ("infix",))
    assert decider.decide(decider.state([*HERE, BEGUN]), close(asked=True))
