"""A complaint: registered and answered once; its words go by their term, or with the person."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.audit.domain import complaint
from services.contracts.privacy import Role
from tests.examples import audit as example
from tests.given import given

REGISTERED = example.complaint_registered()
VIEWED = example.complaint_viewed()
ANSWERED = example.complaint_answered()
VIEW = complaint.View(by=VIEWED.viewed_by, role=Role.COMPLIANCE, at=VIEWED.at)
ANSWER = complaint.Answer(
    outcome=ANSWERED.outcome, answer=ANSWERED.answer or "", remedy=1, by=ANSWERED.by, at=ANSWERED.at
)
ERASE = complaint.EraseText(rule="complaint_answered:P2Y@1", due=ANSWERED.at, keys=1, at=ANSWERED.at)
ERASED = example.complaint_text_erased(due=ERASE.due, at=ERASE.at)


def test_it_is_registered_once_and_not_before_it_was_received():
    given(complaint.decider).when(complaint.Register(told=REGISTERED)).then(REGISTERED)
    given(complaint.decider, REGISTERED).when(complaint.Register(told=REGISTERED)).then()
    early = replace(REGISTERED, received_at=REGISTERED.at + timedelta(seconds=1))
    given(complaint.decider).when(complaint.Register(told=early)).refused("not_yet")


def test_each_look_of_another_is_told_and_one_s_own_is_none():
    given(complaint.decider, REGISTERED).when(VIEW).then(VIEWED)
    given(complaint.decider, REGISTERED, VIEWED).when(VIEW).then(VIEWED)
    own = replace(VIEW, by=f"account/{REGISTERED.complainant}")
    given(complaint.decider, REGISTERED).when(own).then()
    given(complaint.decider, REGISTERED, ERASED).when(VIEW).then()


def test_it_is_answered_once():
    given(complaint.decider, REGISTERED).when(ANSWER).then(ANSWERED)
    given(complaint.decider, REGISTERED, ANSWERED).when(ANSWER).refused("complaint_answered")
    given(complaint.decider, REGISTERED, ERASED).when(ANSWER).refused("erased")


def test_its_words_go_by_their_term_once_it_is_answered():
    given(complaint.decider, REGISTERED, ANSWERED).when(ERASE).then(ERASED)
    given(complaint.decider, REGISTERED, ANSWERED, ERASED).when(ERASE).then()
    given(complaint.decider, REGISTERED).when(ERASE).refused("not_yet")
    early = replace(ERASE, due=ERASE.at + timedelta(seconds=1))
    given(complaint.decider, REGISTERED, ANSWERED).when(early).refused("not_yet")


def test_with_whoever_complained_they_go_answered_or_not():
    given(complaint.decider, REGISTERED).when(replace(ERASE, with_person=True)).then(ERASED)


@pytest.mark.parametrize("command", [VIEW, ANSWER, ERASE])
def test_one_that_never_was_is_not_there(command):
    given(complaint.decider).when(command).refused("not_found")
