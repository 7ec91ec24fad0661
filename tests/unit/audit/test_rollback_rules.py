"""A rollback is accepted once, for a case and on a ground, which goes when its term is over."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from services.audit.domain import rollback
from tests.examples import audit as example
from tests.given import given

ROLLED = example.log_rolled_back()
ERASE = rollback.EraseGround(rule="rollback_accepted:P5Y@1", due=ROLLED.at, keys=1, at=ROLLED.at + timedelta(minutes=1))
ERASED = example.rollback_ground_erased(due=ERASE.due, at=ERASE.at)


def test_it_is_accepted_once():
    given(rollback.decider).when(rollback.Accept(told=ROLLED)).then(ROLLED)
    given(rollback.decider, ROLLED).when(rollback.Accept(told=ROLLED)).then()
    given(rollback.decider, ROLLED, ERASED).when(rollback.Accept(told=ROLLED)).then()


@pytest.mark.parametrize(("missing", "code"), [({"case": " "}, "case_needed"), ({"ground": ""}, "ground_needed")])
def test_without_a_case_or_a_ground_it_is_not(missing, code):
    given(rollback.decider).when(rollback.Accept(told=example.log_rolled_back(**missing))).refused(code)


def test_its_ground_is_erased_once_and_not_before_its_term():
    given(rollback.decider, ROLLED).when(ERASE).then(ERASED)
    given(rollback.decider, ROLLED, ERASED).when(ERASE).then()
    given(rollback.decider, ROLLED).when(replace(ERASE, due=ERASE.at)).then(replace(ERASED, due=ERASE.at))
    given(rollback.decider, ROLLED).when(replace(ERASE, due=ERASE.at + timedelta(seconds=1))).refused("not_yet")
    given(rollback.decider).when(ERASE).refused("not_yet")
