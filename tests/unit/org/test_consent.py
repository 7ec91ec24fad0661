"""A consent is given in the words of one version of the statement, and taken back at any moment (P03)."""

from __future__ import annotations

from dataclasses import replace

from services.contracts.privacy import Purpose
from services.org.app.written import written
from services.org.domain.consent import Give, Withdraw, decider, holds
from tests.examples import org
from tests.given import given

WHO = org.consent_given().account
GIVE = Give(account=WHO, organisation=org.GEMEENTE, purpose=Purpose.USAGE_INSIGHT, version=2, at=org.MORNING)
WITHDRAW = Withdraw(account=WHO, organisation=org.GEMEENTE, purpose=Purpose.USAGE_INSIGHT, at=org.MORNING)


def test_it_is_given_once_for_each_version():
    given(decider).when(GIVE).then(org.consent_given())
    given(decider, org.consent_given()).when(GIVE).then()
    given(decider, org.consent_given()).when(replace(GIVE, version=3)).then(org.consent_given(statement_version=3))


def test_it_is_withdrawn_once_and_can_be_given_again():
    given(decider).when(WITHDRAW).then()
    given(decider, org.consent_given()).when(WITHDRAW).then(org.consent_withdrawn())
    given(decider, org.consent_given(), org.consent_withdrawn()).when(WITHDRAW).then()
    given(decider, org.consent_given(), org.consent_withdrawn()).when(GIVE).then(org.consent_given())


def test_one_purpose_says_nothing_of_another():
    given(decider, org.consent_given()).when(replace(WITHDRAW, purpose=Purpose.APP_ACCESS)).then()
    both = (org.consent_given(), org.consent_given(consents_to=Purpose.APP_ACCESS))
    given(decider, *both).when(WITHDRAW).then(org.consent_withdrawn())
    given(decider, *both, org.consent_withdrawn(consents_to=Purpose.APP_ACCESS)).when(WITHDRAW).then(
        org.consent_withdrawn()
    )


def test_it_holds_for_as_long_as_the_purpose_has_the_same_words():
    present = written()[2].statement
    purposes = [
        replace(one, words={**one.words, "nl": "Iets anders."}) if one.code == Purpose.USAGE_INSIGHT else one
        for one in present.lists["purposes"]
    ]
    other = replace(present, lists={**present.lists, "purposes": tuple(purposes)})
    assert holds(present, present, Purpose.USAGE_INSIGHT)
    assert not holds(present, other, Purpose.USAGE_INSIGHT)
    assert holds(present, other, Purpose.APP_ACCESS)
