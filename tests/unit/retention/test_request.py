"""A data request is taken in once, its asker known, extended at most once and in time, and answered once."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.contracts.retention import Channel, IdentityCheck, RefusalGround, Right
from services.retention.domain.clock import Deadline
from services.retention.domain.request import Extend, Fulfil, Refuse, Take, Verify, decider
from tests.examples import retention as example
from tests.examples.retention import BEHEERDER
from tests.given import given

ASKED = example.data_requested()
KNOWN = example.identity_verified()
LONGER = example.request_extended()
DONE = example.request_fulfilled()
NO = example.request_refused()
SECOND = timedelta(seconds=1)


def counted(event):
    return Deadline(rule=event.rule, on=event.due_on, at=event.due)


def take(**but):
    names = ("request", "account", "organisation", "right", "channel", "said", "received_at", "remind_at", "at")
    said = {name: getattr(ASKED, name) for name in names}
    usual = {"since": ASKED.received_at, "duplicate_of": None, "gone": False, "deadline": counted(ASKED)}
    return Take(**{**said, **usual, "by": BEHEERDER, **but})


def verify(**but):
    return Verify(**{"how": KNOWN.how, "deadline": counted(KNOWN), "by": BEHEERDER, "at": KNOWN.at, **but})


def extend(**but):
    said = {"ground": LONGER.ground, "reasons": LONGER.reasons, "deadline": counted(LONGER), "by": BEHEERDER}
    return Extend(**{**said, "remind_at": LONGER.remind_at, "at": LONGER.at, **but})


def fulfil(**but):
    return Fulfil(**{"outcome": DONE.outcome, "erasure": None, "by": BEHEERDER, "at": DONE.at, **but})


def refuse(**but):
    said = {"ground": NO.ground, "reasons": NO.reasons, "remedies": NO.remedies, "law": 1}
    return Refuse(**{**said, "by": BEHEERDER, "at": NO.at, **but})


def test_a_request_is_taken_in_with_its_deadline_and_the_rule_behind_it():
    given(decider).when(take()).then(ASKED)


def test_taking_it_in_again_changes_nothing():
    given(decider, ASKED).when(take()).then()
    given(decider, ASKED, KNOWN, DONE).when(take()).then()


def test_it_is_not_received_before_it_is_typed_nor_before_the_account():
    given(decider).when(take(received_at=ASKED.at + SECOND)).refused("moment_impossible")
    given(decider).when(take(since=ASKED.received_at + SECOND)).refused("moment_impossible")


def test_nothing_is_written_of_a_person_whose_erasure_has_begun():
    given(decider).when(take(gone=True)).refused("too_late")


def test_a_second_one_for_the_same_says_of_which_it_is_a_duplicate():
    given(decider).when(take(duplicate_of="earlier")).then(example.data_requested(duplicate_of="earlier"))


def test_who_asks_in_the_app_is_known_by_their_session():
    asked = example.data_requested(channel=Channel.APP)
    known = example.identity_verified(
        how=IdentityCheck.SESSION, rule=ASKED.rule, due_on=ASKED.due_on, due=ASKED.due, at=ASKED.at
    )
    given(decider).when(take(channel=Channel.APP)).then(asked, known)


def test_it_is_said_once_how_the_person_is_known():
    given(decider, ASKED).when(verify()).then(KNOWN)
    given(decider, ASKED, KNOWN).when(verify(how=IdentityCheck.DOCUMENT_SHOWN)).then()


def test_it_is_extended_once_with_or_without_a_known_asker():
    given(decider, ASKED).when(extend()).then(LONGER)
    given(decider, ASKED, KNOWN).when(extend()).then(LONGER)
    given(decider, ASKED, LONGER).when(extend()).refused("already_extended")


def test_an_extension_comes_within_the_first_term_or_not_at_all():
    given(decider, ASKED).when(extend(at=ASKED.due - SECOND)).then(example.request_extended(at=ASKED.due - SECOND))
    given(decider, ASKED).when(extend(at=ASKED.due)).refused("term_over")


def test_it_is_answered_only_to_somebody_known():
    given(decider, ASKED).when(fulfil()).refused("identity_needed")
    given(decider, ASKED, KNOWN).when(fulfil()).then(DONE)


def test_an_answer_that_comes_too_late_is_still_an_answer():
    late = ASKED.due + timedelta(days=100)
    given(decider, ASKED, KNOWN).when(fulfil(at=late)).then(example.request_fulfilled(at=late))


def test_an_erasure_is_fulfilled_by_one_that_has_begun_and_nothing_else_is():
    erasing = example.data_requested(right=Right.ERASURE)

    given(decider, erasing, KNOWN).when(fulfil()).refused("not_yet")
    given(decider, erasing, KNOWN).when(fulfil(erasure="e")).then(example.request_fulfilled(erasure="e"))
    given(decider, ASKED, KNOWN).when(fulfil(erasure="e")).refused("not_yet")


def test_a_refusal_names_its_ground_and_what_can_be_done_about_it():
    given(decider, ASKED, KNOWN).when(refuse()).then(NO)
    given(decider, ASKED).when(refuse()).then(NO)
    given(decider, ASKED).when(refuse(remedies=())).refused("not_yet")


def test_doubt_who_asks_is_no_ground_once_they_are_known():
    doubt = RefusalGround.IDENTITY_NOT_ESTABLISHED

    given(decider, ASKED).when(refuse(ground=doubt)).then(example.request_refused(ground=doubt))
    given(decider, ASKED, KNOWN).when(refuse(ground=doubt)).refused("identity_known")


@pytest.mark.parametrize("command", [verify(), extend(), fulfil(), refuse()], ids=lambda one: type(one).__name__)
def test_what_was_never_asked_takes_no_step(command):
    given(decider).when(command).refused("not_found")


@pytest.mark.parametrize("end", [DONE, NO], ids=["done", "refused"])
@pytest.mark.parametrize("command", [verify(), extend(), fulfil(), refuse()], ids=lambda one: type(one).__name__)
def test_what_was_answered_takes_no_step_any_more(end, command):
    given(decider, ASKED, KNOWN, end).when(command).refused("request_closed")
