"""An organisation that leaves says once what becomes of everything; until the order it may say otherwise (P01, P06)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from services.contracts.org import LeavingChoice, LeavingEnd
from services.org.domain.leaving import Choose, Deliver, NoteOrder, Stay, decider
from tests.examples import org
from tests.given import given

CHOSEN = org.leaving_chosen()
CHOOSE = Choose(
    organisation=org.GEMEENTE,
    choice=LeavingChoice.RETURN,
    by=CHOSEN.chosen_by,
    erasure=org.LEFT,
    ended=(org.AGREEMENT, date(2026, 6, 30)),
    at=org.MORNING,
)
DELIVERED = org.export_delivered()
DELIVER = Deliver(
    export=DELIVERED.export,
    to=DELIVERED.delivered_to,
    manifest_sha256=DELIVERED.manifest_sha256,
    files=DELIVERED.files,
    people=DELIVERED.people,
    at=org.MORNING,
)
ORDER = NoteOrder(organisation=org.GEMEENTE, erasure=org.LEFT, entry=120, at=org.MORNING)


def test_the_choice_names_the_erasure_that_begins_with_it():
    given(decider).when(CHOOSE).then(CHOSEN)


def test_nobody_leaves_while_an_agreement_binds():
    given(decider).when(replace(CHOOSE, ended=None)).refused("agreement_not_ended")


def test_choosing_the_same_twice_changes_nothing():
    given(decider, CHOSEN).when(replace(CHOOSE, erasure="another")).then()


def test_another_choice_cancels_the_first_and_begins_anew():
    other = replace(CHOOSE, choice=LeavingChoice.DELETE, erasure="another")
    given(decider, CHOSEN).when(other).then(
        org.leaving_cancelled(why=LeavingEnd.CHANGED),
        org.leaving_chosen(choice=LeavingChoice.DELETE, erasure="another"),
    )


def test_a_new_agreement_keeps_everything():
    given(decider, CHOSEN).when(Stay(at=org.MORNING)).then(org.leaving_cancelled())
    given(decider).when(Stay(at=org.MORNING)).then()
    stayed = (CHOSEN, org.leaving_cancelled())
    given(decider, *stayed).when(CHOOSE).then(CHOSEN)
    given(decider, *stayed).when(Stay(at=org.MORNING)).then()
    given(decider, *stayed).when(DELIVER).refused("leaving_not_chosen")


def test_an_export_is_delivered_to_who_leaves_as_often_as_they_ask():
    given(decider, CHOSEN, DELIVERED).when(DELIVER).then(DELIVERED)
    given(decider).when(DELIVER).refused("leaving_not_chosen")


def test_after_the_order_nothing_is_taken_back():
    ordered = org.leaving_ordered()
    given(decider, CHOSEN).when(ORDER).then(ordered)
    given(decider, CHOSEN, ordered).when(ORDER).then()
    given(decider, CHOSEN, ordered).when(Stay(at=org.MORNING)).refused("organisation_left")
    given(decider, CHOSEN, ordered).when(CHOOSE).then()
    given(decider, CHOSEN, ordered).when(replace(CHOOSE, choice=LeavingChoice.DELETE)).refused("too_late")
    given(decider, CHOSEN, org.leaving_cancelled(), ordered).when(CHOOSE).refused("too_late")
    given(decider, CHOSEN, ordered).when(DELIVER).refused("leaving_not_chosen")


def test_an_order_wins_from_a_cancellation_at_the_same_moment():
    given(decider, CHOSEN, org.leaving_cancelled()).when(ORDER).then(org.leaving_ordered())
