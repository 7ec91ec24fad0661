"""An amendment binds once both sides have signed a document of its own; until then nothing is changed (P01)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import reduce

from services.contracts.org import Side
from services.contracts.privacy import Category
from services.org.domain.agreement import Agreement, Amend, Event, Terminate, decider
from tests.examples import org
from tests.given import given
from tests.unit.org.test_agreement import END, SIGN

OTHER = "a" * 64
BOUND = (org.agreement_proposed(), org.agreement_signed(), org.agreement_signed(side=Side.CONTROLLER))
AMENDED = org.agreement_amended()
AMEND = Amend(
    agreement=org.AGREEMENT,
    organisation=org.GEMEENTE,
    version=2,
    side=Side.CONTROLLER,
    purposes=AMENDED.purposes,
    categories=AMENDED.categories,
    retention=AMENDED.retention,
    sub_processors=AMENDED.sub_processors,
    starts_on=AMENDED.starts_on,
    ends_on=AMENDED.ends_on,
    incident_hours=AMENDED.incident_hours,
    today=date(2026, 3, 2),
    at=org.MORNING,
)
SIGN_OTHER = replace(SIGN, document_sha256=OTHER)


def state_of(*history: Event) -> Agreement:
    return reduce(decider.evolve, history, decider.initial)


def test_an_amendment_states_all_terms_as_they_would_be():
    given(decider, *BOUND).when(AMEND).then(AMENDED)


def test_amending_to_the_same_again_changes_nothing():
    given(decider, *BOUND, AMENDED).when(AMEND).then()
    given(decider, *BOUND, AMENDED).when(replace(AMEND, version=3, incident_hours=8)).then(
        org.agreement_amended(agreement_version=3, incident_hours=8)
    )
    later = replace(AMEND, version=3, starts_on=date(2026, 4, 1))
    given(decider, *BOUND, AMENDED).when(later).then(
        org.agreement_amended(agreement_version=3, starts_on=date(2026, 4, 1))
    )


def test_what_is_agreed_already_is_no_amendment_and_an_amendment_that_binds_is_what_is_agreed():
    old = org.agreement_proposed()
    back = {name: getattr(old, name) for name in ("categories", "retention", "incident_hours")}
    signed = org.agreement_signed(agreement_version=2, document_sha256=OTHER)
    bound = (*BOUND, AMENDED, signed, replace(signed, side=Side.CONTROLLER))

    given(decider, *BOUND).when(replace(AMEND, **back)).then()
    given(decider, *bound).when(replace(AMEND, version=3)).then()
    given(decider, *bound).when(replace(AMEND, version=3, **back)).then(
        org.agreement_amended(agreement_version=3, amends=2, **back)
    )


def test_what_both_have_not_signed_is_proposed_anew_instead():
    given(decider).when(AMEND).refused("not_found")
    given(decider, *BOUND[:2]).when(AMEND).refused("agreement_not_signed")


def test_what_has_ended_is_not_amended():
    given(decider, *BOUND, org.agreement_terminated()).when(AMEND).refused("agreement_not_open")
    given(decider, *BOUND).when(replace(AMEND, today=date(2027, 3, 1))).refused("agreement_not_open")
    given(decider, *BOUND).when(replace(AMEND, today=BOUND[0].ends_on)).then(AMENDED)


def test_an_amendment_changes_nothing_that_is_past():
    given(decider, *BOUND).when(replace(AMEND, starts_on=date(2026, 2, 1))).refused("period_invalid")
    past = replace(AMEND, starts_on=date(2026, 3, 1), ends_on=date(2026, 3, 4), today=date(2026, 3, 5))
    given(decider, *BOUND).when(past).refused("period_invalid")
    today = replace(past, today=past.ends_on)
    given(decider, *BOUND).when(today).then(org.agreement_amended(starts_on=past.starts_on, ends_on=past.ends_on))
    given(decider, *BOUND).when(replace(AMEND, ends_on=AMEND.starts_on)).refused("period_invalid")


def test_each_side_signs_the_amendment_as_a_document_of_its_own():
    signed = org.agreement_signed(agreement_version=2, document_sha256=OTHER)
    given(decider, *BOUND, AMENDED).when(SIGN_OTHER).then(signed)
    given(decider, *BOUND, AMENDED).when(replace(SIGN, signed_on=date(2026, 3, 1))).refused("document_signed_before")
    given(decider, *BOUND, AMENDED, signed).when(replace(SIGN_OTHER, side=Side.CONTROLLER)).then(
        replace(signed, side=Side.CONTROLLER)
    )


def test_a_signature_that_is_sent_once_more_does_not_sign_the_amendment():
    given(decider, *BOUND, AMENDED).when(SIGN).then()


def test_an_end_that_was_moved_moves_what_may_be_ended():
    signed = org.agreement_signed(agreement_version=2, document_sha256=OTHER)
    longer = org.agreement_amended(ends_on=None, categories=(Category.NAME,))
    end = replace(END, ends_on=date(2030, 1, 1))
    given(decider, *BOUND, longer).when(end).refused("period_invalid")
    given(decider, *BOUND, longer, signed, replace(signed, side=Side.CONTROLLER)).when(end).then(
        org.agreement_terminated(ends_on=date(2030, 1, 1))
    )


def test_who_holds_on_to_what_they_read_acts_on_nothing_newer():
    end = Terminate(side=Side.CONTROLLER, ends_on=date(2026, 3, 31), at=org.MORNING)
    for command in (replace(AMEND, version=3, incident_hours=8), SIGN_OTHER, end):
        for stale in (0, 3, 5):
            given(decider, *BOUND, AMENDED).when(replace(command, if_match=stale)).refused("precondition_failed")
        assert decider.decide(state_of(*BOUND, AMENDED), replace(command, if_match=4))
