"""A disclosure's steps in their order: each is refused where it does not belong, with a code that stays."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.audit.domain import disclosure
from services.audit.domain.basis import of_rule, parse
from services.audit.ledger.keeping import own_bases
from services.contracts.audit import Kept, Secrecy
from services.contracts.privacy import Category
from tests.examples import disclosure as example
from tests.given import given

BASES = Path("services/audit/bases.json")
BASIS = of_rule(own_bases(), "sv_126nd@1")
ABROAD, PRESERVING = (of_rule(own_bases(), rule) for rule in ("third_country@1", "sv_126ni@1"))
RECEIVED, OPENED = example.authority_request_received(), example.disclosure_opened()
BEGUN = (RECEIVED, OPENED)
HELD = (*BEGUN, example.request_authenticated(), example.disclosure_held())
ASKED = (*HELD, example.beheerder_consulted())
ANSWERED = (*ASKED, example.consultation_answered())
SCOPED = (*ANSWERED, example.disclosure_scoped())
FIRST = example.disclosure_approved()
LATER = example.disclosure_approved(by=example.THIRD)
APPROVED = (*SCOPED, FIRST, LATER)
ASSEMBLED = (*APPROVED, example.disclosure_assembled())
HANDED = (*ASSEMBLED, example.disclosure_handed_over())
CLOSED = (*HANDED, example.subject_notified(), example.disclosure_closed())
SECRET = example.disclosure_opened(secrecy=Secrecy.BY_LAW, review_at=OPENED.at + timedelta(days=90))
COPIED = (RECEIVED, SECRET, example.request_authenticated(), example.disclosure_held(kept=Kept.COPY))
BARRED = (*COPIED, example.consultation_barred())


def take(step: Any, basis: Any = BASIS) -> disclosure.Take:
    return disclosure.Take(step=step, basis=basis)


WHOLE = (
    (BEGUN, example.request_authenticated()),
    ((*BEGUN[:2], example.request_authenticated()), example.disclosure_held()),
    (HELD, example.beheerder_consulted()),
    (ASKED, example.consultation_answered()),
    (ASKED, example.consultation_lapsed()),
    (ANSWERED, example.disclosure_scoped()),
    (SCOPED, FIRST),
    ((*SCOPED, FIRST), LATER),
    (APPROVED, example.disclosure_assembled()),
    (ASSEMBLED, example.disclosure_handed_over()),
    (HANDED, example.subject_notified()),
    (HANDED, example.notification_deferred()),
    (COPIED, example.consultation_barred()),
    (BARRED, example.secrecy_reviewed()),
    (BARRED, example.secrecy_review_missed()),
    (BARRED, example.secrecy_lifted()),
    (CLOSED[:-1], example.disclosure_closed()),
    (CLOSED, example.disclosure_text_erased()),
)


@pytest.mark.parametrize(("history", "step"), WHOLE, ids=[type(step).__name__ for _, step in WHOLE])
def test_each_step_is_taken_where_it_belongs(history, step):
    given(disclosure.decider, *history).when(take(step)).then(step)


@pytest.mark.parametrize(
    ("history", "step", "code"),
    [
        ((), example.disclosure_held(), "not_found"),
        (BEGUN, example.disclosure_held(), "step_missing"),
        (BEGUN, example.beheerder_consulted(), "step_missing"),
        (HELD, example.disclosure_held(), "step_done"),
        (HELD, example.consultation_answered(), "step_missing"),
        (HELD, example.disclosure_scoped(), "step_missing"),
        (ASKED, example.beheerder_consulted(), "step_done"),
        (ASKED, example.disclosure_scoped(), "step_missing"),
        (ASKED, example.consultation_answered(asked="00" * 32), "scope_changed"),
        (ASKED, example.consultation_answered(at=OPENED.at + timedelta(days=8)), "term_over"),
        (ANSWERED, example.consultation_answered(), "step_done"),
        (ANSWERED, FIRST, "step_missing"),
        (ANSWERED, example.disclosure_scoped(granted=(Category.CONTACT_PHONE,)), "nothing_granted"),
        (ANSWERED, example.disclosure_scoped(granted=()), "nothing_granted"),
        (ANSWERED, example.disclosure_scoped(scope_version=2), "conflict"),
        (SCOPED, replace(FIRST, by=example.OPENER), "second_officer_needed"),
        (SCOPED, replace(FIRST, digest="00" * 32), "scope_changed"),
        (SCOPED, replace(FIRST, scope_version=2), "scope_changed"),
        ((*SCOPED, FIRST), FIRST, "second_officer_needed"),
        ((*SCOPED, FIRST), example.disclosure_assembled(), "step_missing"),
        ((*APPROVED, example.disclosure_scoped(scope_version=2)), example.disclosure_assembled(), "step_missing"),
        (ASSEMBLED, example.disclosure_assembled(), "step_done"),
        (ASSEMBLED, example.disclosure_rejected(), "step_done"),
        (ASSEMBLED, example.disclosure_scoped(scope_version=2), "step_done"),
        (ASSEMBLED, example.disclosure_handed_over(sealed_sha256="00" * 32), "package_differs"),
        (APPROVED, example.disclosure_handed_over(), "step_missing"),
        (ASSEMBLED, example.subject_notified(), "step_missing"),
        (HANDED, example.disclosure_closed(), "step_missing"),
        ((*HELD, example.disclosure_rejected()), example.disclosure_scoped(), "disclosure_closed"),
        (CLOSED, example.disclosure_scoped(), "disclosure_closed"),
        (CLOSED[:-1], example.disclosure_text_erased(), "not_yet"),
        (HELD, example.consultation_barred(), "secrecy_not_allowed"),
        (COPIED, example.beheerder_consulted(), "consultation_barred"),
        (COPIED, example.consultation_barred(by=example.OPENER), "second_officer_needed"),
        ((*COPIED, example.disclosure_rejected()), example.disclosure_closed(), "secrecy_unlifted"),
        (HELD, example.secrecy_lifted(), "step_done"),
    ],
)
def test_a_step_that_does_not_belong_is_refused(history, step, code):
    given(disclosure.decider, *history).when(take(step)).refused(code)


def test_what_the_clock_makes_happen_may_come_too_late():
    given(disclosure.decider, *ANSWERED).when(take(example.consultation_lapsed())).then()
    given(disclosure.decider, *BARRED, example.secrecy_lifted()).when(take(example.secrecy_review_missed())).then()
    given(disclosure.decider, *CLOSED).when(take(example.disclosure_closed())).then()


def test_outside_the_union_the_controller_decides_and_a_preservation_order_gives_nothing():
    objected = take(example.disclosure_scoped(), ABROAD)
    given(disclosure.decider, *ANSWERED).when(objected).refused("controller_decides")
    given(disclosure.decider, *ANSWERED).when(take(example.disclosure_scoped(), PRESERVING)).refused("nothing_granted")
    closed = example.disclosure_closed()
    given(disclosure.decider, *HELD).when(take(closed, PRESERVING)).then(closed)


def test_an_oral_order_waits_for_its_written_form():
    oral = (replace(RECEIVED, oral=True, written_due=OPENED.at + timedelta(days=3)), *SCOPED[1:])
    given(disclosure.decider, *oral).when(take(FIRST)).refused("written_form_missing")
    given(disclosure.decider, *oral, example.written_form_received()).when(take(FIRST)).then(FIRST)


def _bases(term: str) -> list[Any]:
    """The product's own, with another term for one of them."""
    [version, *_] = json.loads(BASES.read_text())
    version["bases"]["sv_126nd"]["consult_within"] = term
    return [version]


@pytest.mark.parametrize("term", ["PT8S", "PT23H", "P0D", "P6Y"])
def test_a_consultation_lasts_days_and_not_for_ever(term):
    with pytest.raises(ValueError, match="no term of days"):
        parse(_bases(term))


def test_a_test_may_wait_until_its_term_is_over_but_it_has_one():
    assert parse(_bases("PT8S"), hours=True)[0].by_code["sv_126nd"].consult_within == "PT8S"
    with pytest.raises(ValueError, match="no term of days"):
        parse(_bases("P0D"), hours=True)
