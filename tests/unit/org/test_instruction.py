"""An instruction is carried out, parked where it seems unlawful, or taken back; then it is closed (AVG 28, 29)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from services.org.domain.instruction import CarryOut, Park, Register, Withdraw, decider
from services.org.domain.words import EraseText
from tests.examples import org
from tests.given import given

GIVEN = org.instruction_registered()
PARKED = org.instruction_parked()
DONE = org.instruction_carried_out()
WITHDRAWN = org.instruction_withdrawn()
PARK = Park(reasons="Daar is geen grondslag voor.", by=org.OFFICER, at=org.MORNING)
CARRY_OUT = CarryOut(done="Het rooster staat erin.", by=org.OFFICER, at=org.MORNING)
WITHDRAW = Withdraw(by="account/b", at=org.MORNING)


def test_it_is_registered_once_and_never_before_it_was_given():
    given(decider).when(Register(told=GIVEN)).then(GIVEN)
    given(decider, GIVEN).when(Register(told=GIVEN)).then()
    later = replace(GIVEN, given_at=org.MORNING + timedelta(seconds=1))
    given(decider).when(Register(told=later)).refused("moment_impossible")


def test_what_seems_unlawful_is_parked_and_may_be_done_once_that_is_settled():
    given(decider, GIVEN).when(PARK).then(PARKED)
    given(decider, GIVEN, PARKED).when(PARK).then()
    given(decider, GIVEN).when(CARRY_OUT).then(DONE)
    given(decider, GIVEN, PARKED).when(CARRY_OUT).then(DONE)


def test_the_controller_takes_it_back_before_it_is_done():
    given(decider, GIVEN).when(WITHDRAW).then(WITHDRAWN)
    given(decider, GIVEN, PARKED).when(WITHDRAW).then(WITHDRAWN)
    given(decider, GIVEN, WITHDRAWN).when(WITHDRAW).then()


def test_what_is_closed_stays_closed():
    for closed in (DONE, WITHDRAWN):
        for command in (PARK, CARRY_OUT):
            given(decider, GIVEN, closed).when(command).refused("instruction_closed")
    given(decider, GIVEN, DONE).when(WITHDRAW).refused("instruction_closed")


def test_what_was_never_registered_is_not_found():
    for command in (PARK, CARRY_OUT, WITHDRAW):
        given(decider).when(command).refused("not_found")


def test_its_words_are_erased_once():
    erased = org.instruction_text_erased()
    asked = EraseText(rule=erased.rule, due=erased.due, keys=1, at=erased.at)
    given(decider, GIVEN, DONE).when(asked).then(erased)
    given(decider, GIVEN, DONE, erased).when(asked).then()
