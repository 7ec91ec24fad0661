"""A data request is taken in once, its asker known, extended at most once and in time, and answered once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.contracts.privacy import Category, Purpose
from services.contracts.retention import Channel, Decision, IdentityCheck, RefusalGround, RestrictionGround, Right
from services.retention.domain.aftermath import End, NoteEnd, Remind
from services.retention.domain.clock import Deadline
from services.retention.domain.exception import Excepted, Exceptions
from services.retention.domain.objection import Decide, Decided
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


EXCEPTED = example.erasure_excepted()
STAYS = {name: getattr(EXCEPTED, name) for name in ("category", "ground", "reasons", "hold", "until", "review_at")}


def leaving(*items, **but):
    said = {"items": items or (Excepted(**STAYS),), "remedies": NO.remedies, "law": 1, **but}
    return fulfil(erasure=EXCEPTED.erasure, exceptions=Exceptions(**said), at=EXCEPTED.at)


def test_what_an_erasure_leaves_is_said_item_by_item_with_the_remedies_against_it():
    erasing = (example.data_requested(right=Right.ERASURE), KNOWN)
    answer = {"erasure": EXCEPTED.erasure, "remedies": NO.remedies, "law": 1, "at": EXCEPTED.at}

    given(decider, *erasing).when(leaving()).then(EXCEPTED, example.request_fulfilled(**answer))
    given(decider, *erasing).when(leaving(remedies=())).refused("not_yet")
    given(decider, ASKED, KNOWN).when(replace(leaving(), erasure=None)).refused("invalid")


def test_what_stays_of_a_person_stays_once_is_looked_at_again_in_time_and_is_never_all_of_it():
    erasing = (example.data_requested(right=Right.ERASURE), KNOWN)
    account = (Category.NAME, Category.EMAIL, Category.CREDENTIALS)
    for when in (EXCEPTED.at, EXCEPTED.until + SECOND):
        given(decider, *erasing).when(leaving(Excepted(**{**STAYS, "review_at": when}))).refused("expiry_invalid")
    at_last = Excepted(**{**STAYS, "review_at": EXCEPTED.until})
    assert decider.decide(decider.state(erasing), leaving(at_last))
    of = {name: Excepted(**{**STAYS, "category": name}) for name in (*account, Category.LOG_RECORD)}
    given(decider, *erasing).when(leaving(*(of[name] for name in account))).refused("everything_excepted")
    given(decider, *erasing).when(leaving(of[Category.LOG_RECORD])).refused("invalid")
    given(decider, *erasing).when(leaving(of[Category.EMAIL], of[Category.EMAIL])).refused("invalid")


def test_a_rectification_puts_something_right_or_lets_the_person_s_own_words_stand_beside_it():
    wrong = example.data_requested(right=Right.RECTIFICATION)

    given(decider, wrong, KNOWN).when(fulfil()).refused("invalid")
    for how in ({"effect": "e"}, {"statement": "Zo is het."}):
        given(decider, wrong, KNOWN).when(fulfil(**how)).then(example.request_fulfilled(**how))


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


def decide(*decisions, **but):
    said = {"outcome": "Zo is besloten.", "remedies": NO.remedies, "law": 1, "by": BEHEERDER, "at": DONE.at}
    return Decide(**{**said, "decisions": decisions, **but})


def on(purpose, decision, reasons="Hierom."):
    return Decided(purpose=purpose, decision=decision, reasons=reasons)


OBJECTED = example.data_requested(right=Right.OBJECTION)
UPHELD = on(Purpose.USAGE_INSIGHT, Decision.UPHELD)
REJECTED = on(Purpose.APP_ACCESS, Decision.REJECTED)


def test_an_objection_is_decided_once_its_asker_is_known_and_for_each_purpose():
    given(decider, OBJECTED).when(decide(UPHELD)).refused("identity_needed")
    given(decider, OBJECTED, KNOWN, DONE).when(decide(UPHELD)).refused("request_closed")
    upheld, rejected, done = decider.decide(decider.state([OBJECTED, KNOWN]), decide(UPHELD, REJECTED))

    assert (upheld.purpose, upheld.decision) == (Purpose.USAGE_INSIGHT, Decision.UPHELD)
    assert (rejected.purpose, rejected.decision) == (Purpose.APP_ACCESS, Decision.REJECTED)
    assert (type(done).__name__, done.remedies, done.law) == ("RequestFulfilled", NO.remedies, 1)
    *_, done = decider.decide(decider.state([OBJECTED, KNOWN]), decide(UPHELD, remedies=()))
    assert (done.outcome, done.remedies, done.law) == ("Zo is besloten.", None, None)
    *_, refused = decider.decide(decider.state([OBJECTED, KNOWN]), decide(REJECTED))
    assert (type(refused).__name__, refused.reasons) == ("RequestRefused", "Zo is besloten.")


def test_nothing_is_rejected_without_a_remedy_and_nothing_upheld_that_cannot_stop():
    given(decider, OBJECTED, KNOWN).when(decide(REJECTED, remedies=())).refused("not_yet")
    given(decider, OBJECTED, KNOWN).when(decide(on(Purpose.APP_ACCESS, Decision.UPHELD))).refused(
        "account_needs_purpose"
    )


def test_an_objection_is_not_answered_in_words_alone():
    given(decider, OBJECTED, KNOWN).when(fulfil()).refused("invalid")


RESTRICTS = example.request_fulfilled(restriction=RestrictionGround.LEGAL_CLAIM)
KEEPS = (example.data_requested(right=Right.RESTRICTION), KNOWN, RESTRICTS)
ENDING, ENDED = example.restriction_ending(), example.restriction_ended()


def end():
    named = {name: getattr(ENDING, name) for name in ("reasons", "told", "lifts_at", "at")}
    return End(**named, by=BEHEERDER)


def test_a_restriction_needs_its_ground_and_ends_once_with_reasons():
    given(decider, *KEEPS[:2]).when(fulfil()).refused("ground_needed")
    given(decider, *KEEPS).when(end()).then(ENDING)
    given(decider, *KEEPS, ENDING).when(end()).then()
    given(decider, *KEEPS, ENDING).when(NoteEnd(entry=ENDED.entry, at=ENDED.at)).then(ENDED)
    given(decider, *KEEPS, ENDING, ENDED).when(NoteEnd(entry=ENDED.entry, at=ENDED.at)).then()


def test_what_restricts_nothing_does_not_end():
    for command in (end(), NoteEnd(entry=1, at=ENDED.at)):
        given(decider, *KEEPS[:2]).when(command).refused("not_restricted")
        given(decider, ASKED, KNOWN, DONE).when(command).refused("not_restricted")


REMINDED = example.request_reminded()


def test_of_one_term_somebody_is_reminded_once_and_of_a_longer_one_again():
    remind = Remind(why=REMINDED.why, told=REMINDED.told, at=REMINDED.at)
    given(decider, ASKED).when(remind).then(REMINDED)
    given(decider, ASKED, REMINDED).when(remind).then()
    given(decider, ASKED, REMINDED, LONGER).when(remind).then(REMINDED)
    given(decider, ASKED, KNOWN, DONE).when(remind).then()
