"""A sub-processor receives nothing before an organisation agreed, accepted, or let its time pass (P07)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from services.contracts.org import EngagementGround
from services.org.domain.engagement import Accept, Agree, Announce, Lapse, Object, Withdraw, decider
from services.org.domain.sub_processor import Register, decider as register
from services.org.domain.words import EraseText
from tests.examples import org
from tests.given import given

TOLD = org.sub_processor_announced()
UNTIL = TOLD.objections_until
ANNOUNCE = Announce(**org.ENGAGEMENT, rule=TOLD.rule, until=UNTIL, at=org.MORNING)
OBJECT = Object(reasons="Wij werken met een ander.", by="account/b", at=org.MORNING)
ACTIVE = org.sub_processor_activated()
OBJECTED = org.sub_processor_objected()
WITHDRAWN = org.sub_processor_withdrawn()
WITHDRAW = Withdraw(by=org.OFFICER, at=org.MORNING)


def test_it_is_announced_once_with_the_moment_until_which_one_can_object():
    given(decider).when(ANNOUNCE).then(TOLD)
    given(decider, TOLD).when(ANNOUNCE).then()


def test_nothing_is_in_force_before_the_window_is_over():
    given(decider, TOLD).when(Lapse(at=UNTIL - timedelta(microseconds=1))).then()
    over = org.sub_processor_activated(ground=EngagementGround.WINDOW_OVER, at=UNTIL)
    given(decider, TOLD).when(Lapse(at=UNTIL)).then(over)
    given(decider, TOLD, over).when(Lapse(at=UNTIL)).then()


def test_an_objection_in_time_keeps_it_out_however_long_one_waits():
    given(decider, TOLD).when(OBJECT).then(OBJECTED)
    given(decider, TOLD, OBJECTED).when(OBJECT).then()
    given(decider, TOLD, OBJECTED).when(Lapse(at=UNTIL)).then()
    given(decider, TOLD).when(replace(OBJECT, at=UNTIL)).refused("term_over")
    given(decider, TOLD, ACTIVE).when(OBJECT).refused("term_over")


def test_accepting_ends_the_window_and_an_objection():
    given(decider, TOLD).when(Accept(at=org.MORNING)).then(ACTIVE)
    given(decider, TOLD, OBJECTED).when(Accept(at=org.MORNING)).then(ACTIVE)
    given(decider, TOLD, ACTIVE).when(Accept(at=org.MORNING)).then()


def test_who_is_named_in_the_agreement_is_agreed():
    agreed = org.sub_processor_activated(ground=EngagementGround.AGREED)
    for history in ((), (TOLD,), (TOLD, OBJECTED), (TOLD, WITHDRAWN)):
        given(decider, *history).when(Agree(**org.ENGAGEMENT, at=org.MORNING)).then(agreed)
    given(decider, agreed).when(Agree(**org.ENGAGEMENT, at=org.MORNING)).then()
    given(decider, agreed).when(WITHDRAW).then(WITHDRAWN)


def test_it_is_entered_into_the_register_once():
    entered = org.sub_processor_registered()
    given(register).when(Register(told=entered)).then(entered)
    given(register, entered).when(Register(told=entered)).then()


def test_what_was_withdrawn_is_neither_accepted_nor_objected_to():
    for history in ((TOLD,), (TOLD, OBJECTED), (TOLD, ACTIVE)):
        given(decider, *history).when(WITHDRAW).then(WITHDRAWN)
    given(decider, TOLD, WITHDRAWN).when(WITHDRAW).then()
    given(decider, TOLD, WITHDRAWN).when(Lapse(at=UNTIL)).then()
    given(decider, TOLD, WITHDRAWN).when(Accept(at=org.MORNING)).refused("sub_processor_withdrawn")
    given(decider, TOLD, WITHDRAWN).when(OBJECT).refused("sub_processor_withdrawn")


def test_what_was_never_announced_is_not_found():
    for command in (OBJECT, Accept(at=org.MORNING), WITHDRAW, Lapse(at=UNTIL)):
        given(decider).when(command).refused("not_found")


def test_its_words_are_erased_once():
    erased = org.objection_text_erased()
    asked = EraseText(rule=erased.rule, due=erased.due, keys=1, at=erased.at)
    given(decider, TOLD, OBJECTED, ACTIVE).when(asked).then(erased)
    given(decider, TOLD, OBJECTED, ACTIVE, erased).when(asked).then()
