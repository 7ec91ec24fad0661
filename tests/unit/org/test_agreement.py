"""An agreement binds once both sides have signed the same document; its end only comes closer (P01)."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from services.contracts.org import Side
from services.contracts.privacy import Category, TermTrigger
from services.org.domain.agreement import Propose, Sign, Terminate, decider
from tests.examples import org
from tests.given import given

PROPOSED = org.agreement_proposed()
PROPOSE = Propose(
    agreement=org.AGREEMENT,
    organisation=org.GEMEENTE,
    version=1,
    side=Side.PROCESSOR,
    purposes=PROPOSED.purposes,
    categories=PROPOSED.categories,
    retention=PROPOSED.retention,
    sub_processors=PROPOSED.sub_processors,
    starts_on=PROPOSED.starts_on,
    ends_on=PROPOSED.ends_on,
    at=org.MORNING,
)
SIGN = Sign(
    side=Side.PROCESSOR,
    signatory=org.SIGNATORY,
    name="Pieter de Vries",
    function="directeur",
    document_sha256=org.DOCUMENT,
    signed_on=date(2026, 3, 2),
    today=date(2026, 3, 2),
    at=org.MORNING,
)
END = Terminate(side=Side.CONTROLLER, ends_on=date(2026, 6, 30), at=org.MORNING)


def test_a_proposal_states_the_terms():
    given(decider).when(PROPOSE).then(PROPOSED)
    recorded = {Category.EMAIL: TermTrigger.RECORDED}
    given(decider).when(replace(PROPOSE, triggers=recorded)).then(org.agreement_proposed(triggers=recorded))


def test_proposing_again_changes_nothing():
    given(decider, PROPOSED).when(PROPOSE).then()


def test_a_period_ends_after_it_starts():
    given(decider).when(replace(PROPOSE, ends_on=PROPOSE.starts_on)).refused("period_invalid")


def test_a_proposal_may_have_no_end():
    given(decider).when(replace(PROPOSE, ends_on=None)).then(org.agreement_proposed(ends_on=None))


def test_each_side_signs():
    given(decider, PROPOSED).when(SIGN).then(org.agreement_signed())
    controller = org.agreement_signed(side=Side.CONTROLLER)
    given(decider, PROPOSED, org.agreement_signed()).when(replace(SIGN, side=Side.CONTROLLER)).then(controller)


def test_signing_again_with_the_same_particulars_changes_nothing():
    given(decider, PROPOSED, org.agreement_signed()).when(SIGN).then()


def test_signing_again_changes_nothing_even_after_the_end_and_without_names():
    signed = org.agreement_signed(signatory_name=None, signatory_function=None)
    given(decider, PROPOSED, signed, org.agreement_terminated()).when(SIGN).then()


def test_other_particulars_of_the_same_side_are_refused():
    signed = (PROPOSED, org.agreement_signed())
    given(decider, *signed).when(replace(SIGN, signatory="another")).refused("already_signed")
    given(decider, *signed).when(replace(SIGN, document_sha256="0" * 64)).refused("already_signed")
    given(decider, *signed).when(replace(SIGN, signed_on=date(2026, 3, 1))).refused("already_signed")


def test_both_sides_sign_the_same_document():
    other = replace(SIGN, side=Side.CONTROLLER, document_sha256="0" * 64)
    given(decider, PROPOSED, org.agreement_signed()).when(other).refused("document_differs")


def test_nobody_signs_tomorrow():
    given(decider, PROPOSED).when(replace(SIGN, signed_on=date(2026, 3, 3))).refused("moment_impossible")


def test_an_agreement_that_ended_takes_no_signature():
    given(decider, PROPOSED).when(replace(SIGN, today=date(2027, 3, 1))).refused("agreement_not_open")
    given(decider, PROPOSED).when(replace(SIGN, today=PROPOSED.ends_on)).then(org.agreement_signed())
    given(decider, PROPOSED, org.agreement_terminated()).when(SIGN).refused("agreement_not_open")


def test_what_was_never_proposed_is_not_found():
    given(decider).when(SIGN).refused("not_found")
    given(decider).when(END).refused("not_found")


def test_either_side_ends_it():
    given(decider, PROPOSED).when(END).then(org.agreement_terminated())
    given(decider, PROPOSED).when(replace(END, side=Side.PROCESSOR)).then(org.agreement_terminated(side=Side.PROCESSOR))


def test_ending_it_on_the_same_day_again_changes_nothing():
    given(decider, PROPOSED, org.agreement_terminated()).when(END).then()


def test_an_end_comes_closer_and_never_further_away():
    ended = (PROPOSED, org.agreement_terminated())
    given(decider, *ended).when(replace(END, ends_on=date(2026, 5, 31))).then(
        org.agreement_terminated(ends_on=date(2026, 5, 31))
    )
    given(decider, *ended).when(replace(END, ends_on=date(2026, 7, 1))).refused("period_invalid")
    given(decider, PROPOSED).when(replace(END, ends_on=date(2027, 3, 1))).refused("period_invalid")
    for last in (PROPOSED.starts_on, PROPOSED.ends_on):
        given(decider, PROPOSED).when(replace(END, ends_on=last)).then(org.agreement_terminated(ends_on=last))


def test_it_does_not_end_before_it_starts():
    given(decider, PROPOSED).when(replace(END, ends_on=date(2026, 2, 28))).refused("period_invalid")
