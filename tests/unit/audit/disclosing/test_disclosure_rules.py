"""A disclosure's steps in their order: each is refused where it does not belong, with a code that stays."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.audit.domain import disclosure
from services.audit.domain.basis import in_force, of_rule, parse
from services.audit.ledger.keeping import own_bases
from services.contracts.audit import ConsultationOutcome, Contact, Kept, Secrecy
from services.contracts.privacy import Category
from tests.examples import disclosure as example
from tests.given import given

BASES = Path("services/audit/bases.json")
BASIS = of_rule(own_bases(), "sv_126nd@1")
ABROAD, PRESERVING, OWN = (of_rule(own_bases(), rule) for rule in ("third_country@1", "sv_126ni@1", "own_suspicion@1"))
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
SUSPECT = (RECEIVED, replace(SECRET, secrecy=Secrecy.SUSPECT), *COPIED[2:])
ORAL = (replace(RECEIVED, oral=True, written_due=OPENED.at + timedelta(days=3)), OPENED)
FAR, NO_SECRECY = OPENED.at + timedelta(days=200), "secrecy_not_allowed"
DEFERRED = (*HANDED, example.notification_deferred())


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
    (ORAL, example.written_form_received()),
    (SUSPECT, example.beheerder_consulted(contact=Contact.SECOND_CONTACT)),
    (DEFERRED, example.disclosure_closed()),
    ((*DEFERRED, example.disclosure_closed()), example.subject_notified()),
    (COPIED, example.secrecy_review_missed(at=SECRET.review_at)),
    ((*COPIED, example.secrecy_lifted()), example.beheerder_consulted()),
    (CLOSED, example.disclosure_text_erased(at=example.disclosure_text_erased().due)),
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
        (HELD, example.request_authenticated(), "step_done"),
        (BEGUN, example.written_form_received(), "step_done"),
        (ORAL, example.written_form_received(received_at=OPENED.at + timedelta(days=9)), "not_yet"),
        (HELD[:-1], example.disclosure_held(kept=Kept.COPY), "secrecy_not_allowed"),
        (COPIED[:-1], example.disclosure_held(), "secrecy_not_allowed"),
        (HELD[:-1], example.disclosure_scoped(), "step_missing"),
        (SUSPECT, example.beheerder_consulted(), "second_contact_needed"),
        (SUSPECT, example.consultation_barred(), "secrecy_not_allowed"),
        ((*COPIED, example.secrecy_lifted()), example.consultation_barred(), "secrecy_not_allowed"),
        (COPIED[:-1], example.consultation_barred(), "step_missing"),
        (BARRED, example.consultation_barred(), "step_done"),
        (COPIED, example.consultation_barred(review_at=example.consultation_barred().at), "period_invalid"),
        (ASKED, example.consultation_answered(at=example.beheerder_consulted().due), "term_over"),
        (ANSWERED, example.disclosure_scoped(people=0), "nothing_granted"),
        (ANSWERED, example.disclosure_scoped(granted=(Category.IP_ADDRESS,)), "nothing_granted"),
        (APPROVED, replace(FIRST, by=example.BEHEERDER), "step_done"),
        (APPROVED, example.disclosure_assembled(digest="00" * 32), "scope_changed"),
        (APPROVED, example.disclosure_assembled(scope_version=2), "scope_changed"),
        (HANDED, example.disclosure_handed_over(), "step_done"),
        (ASSEMBLED, example.disclosure_handed_over(handed_over_at=OPENED.at), "not_yet"),
        (ASSEMBLED, example.disclosure_handed_over(handed_over_at=OPENED.at + timedelta(days=9)), "not_yet"),
        (CLOSED, example.subject_notified(), "step_done"),
        (HANDED, example.subject_notified(notified_at=OPENED.at + timedelta(days=9)), "not_yet"),
        ((*BARRED, *HANDED[5:]), example.subject_notified(), "secrecy_unlifted"),
        (ASSEMBLED, example.notification_deferred(), "step_missing"),
        (CLOSED, example.notification_deferred(), "step_done"),
        (HANDED, example.notification_deferred(review_at=example.notification_deferred().at), "period_invalid"),
        (HELD, example.secrecy_reviewed(), "step_done"),
        (BARRED, example.secrecy_reviewed(review_at=example.secrecy_reviewed().at), "period_invalid"),
        (CLOSED, example.disclosure_text_erased(at=OPENED.at + timedelta(days=102)), "not_yet"),
        ((*DEFERRED, *CLOSED[-1:], example.disclosure_text_erased()), example.subject_notified(), "disclosure_closed"),
    ],
)
def test_a_step_that_does_not_belong_is_refused(history, step, code):
    given(disclosure.decider, *history).when(take(step)).refused(code)


def test_what_the_clock_makes_happen_may_come_too_late():
    given(disclosure.decider, *ANSWERED).when(take(example.consultation_lapsed())).then()
    given(disclosure.decider, *BARRED, example.secrecy_lifted()).when(take(example.secrecy_review_missed())).then()
    given(disclosure.decider, *CLOSED).when(take(example.disclosure_closed())).then()
    erased = example.disclosure_text_erased()
    given(disclosure.decider, *CLOSED, erased).when(take(erased)).then()


def test_what_the_clock_makes_happen_may_come_too_soon_or_twice():
    lapsed, missed = example.consultation_lapsed(), example.secrecy_review_missed()
    given(disclosure.decider, *HELD).when(take(lapsed)).then()
    given(disclosure.decider, *ASKED).when(take(replace(lapsed, at=lapsed.due - timedelta(seconds=1)))).then()
    given(disclosure.decider, *ASKED).when(take(replace(lapsed, at=lapsed.due))).then(replace(lapsed, at=lapsed.due))
    given(disclosure.decider, *ASKED, example.disclosure_rejected()).when(take(lapsed)).then()
    given(disclosure.decider, *BARRED, missed).when(take(missed)).then()
    given(disclosure.decider, *BARRED, example.secrecy_reviewed()).when(take(missed)).then()
    given(disclosure.decider, *COPIED, example.consultation_barred(review_at=FAR)).when(take(missed)).then()
    again = replace(missed, at=FAR)
    given(disclosure.decider, *BARRED, missed, example.secrecy_reviewed()).when(take(again)).then(again)
    given(disclosure.decider, *COPIED, missed, example.consultation_barred()).when(take(again)).then(again)


def opening(begun: Any = RECEIVED, basis: Any = BASIS, **but: Any) -> disclosure.Open:
    return disclosure.Open(begun=begun, opened=replace(OPENED, **but), basis=basis)


def test_a_file_is_opened_once():
    now = replace(RECEIVED, received_at=RECEIVED.at)
    given(disclosure.decider).when(opening(begun=now)).then(now, OPENED)
    given(disclosure.decider, *BEGUN).when(opening()).then()


@pytest.mark.parametrize(
    ("command", "code"),
    [
        (opening(begun=example.suspicion_reported()), "basis_unknown"),
        (opening(basis=OWN), "basis_unknown"),
        (opening(begun=replace(RECEIVED, received_at=RECEIVED.at + timedelta(seconds=1))), "not_yet"),
        (opening(basis=OWN, begun=example.suspicion_reported(), secrecy=Secrecy.BY_LAW, review_at=FAR), NO_SECRECY),
        (opening(review_at=FAR), NO_SECRECY),
        (opening(secrecy=Secrecy.SUSPECT), NO_SECRECY),
        (opening(secrecy=Secrecy.BY_LAW, review_at=OPENED.at), "period_invalid"),
    ],
)
def test_a_file_that_contradicts_itself_is_not_opened(command, code):
    given(disclosure.decider).when(command).refused(code)


def test_outside_the_union_the_controller_decides_and_a_preservation_order_gives_nothing():
    scoped = take(example.disclosure_scoped(), ABROAD)
    given(disclosure.decider, *ANSWERED).when(scoped).refused("controller_decides")
    agreed = (*ASKED, example.consultation_answered(outcome=ConsultationOutcome.AGREED))
    given(disclosure.decider, *agreed).when(scoped).then(scoped.step)
    given(disclosure.decider, *ANSWERED).when(take(example.disclosure_scoped(), PRESERVING)).refused("nothing_granted")
    closed = example.disclosure_closed()
    given(disclosure.decider, *HELD).when(take(closed, PRESERVING)).then(closed)
    given(disclosure.decider, *BEGUN).when(take(closed, PRESERVING)).refused("step_missing")


def test_of_the_maker_s_own_suspicion_the_organisation_receives_and_is_not_consulted():
    begun = (example.suspicion_reported(), OPENED)
    held = (*begun, example.disclosure_held())
    scoped = example.disclosure_scoped()

    given(disclosure.decider).when(opening(begun=begun[0], basis=OWN)).then(*begun)
    given(disclosure.decider, *held).when(take(example.beheerder_consulted(), OWN)).refused("consultation_not_due")
    given(disclosure.decider, *begun).when(take(scoped, OWN)).refused("step_missing")
    given(disclosure.decider, *begun).when(take(held[-1], OWN)).then(held[-1])
    given(disclosure.decider, *held).when(take(scoped, OWN)).then(scoped)


def test_all_that_was_asked_may_be_granted_and_a_scope_may_be_set_again_under_the_next_number():
    whole = example.disclosure_scoped(granted=(Category.NAME, Category.EMAIL))
    given(disclosure.decider, *ANSWERED).when(take(whole)).then(whole)
    given(disclosure.decider, *ASKED, example.consultation_lapsed()).when(take(whole)).then(whole)
    again = example.disclosure_scoped(scope_version=2)
    given(disclosure.decider, *SCOPED).when(take(again)).then(again)
    given(disclosure.decider, *SCOPED).when(take(example.disclosure_scoped())).refused("conflict")
    given(disclosure.decider, *SCOPED).when(take(example.disclosure_scoped(scope_version=3))).refused("conflict")


def test_an_oral_order_waits_for_its_written_form():
    oral = (replace(RECEIVED, oral=True, written_due=OPENED.at + timedelta(days=3)), *SCOPED[1:])
    given(disclosure.decider, *oral).when(take(FIRST)).refused("written_form_missing")
    given(disclosure.decider, *oral, example.written_form_received()).when(take(FIRST)).then(FIRST)


def _bases(term: str, whose: str = "sv_126nd") -> list[Any]:
    """The product's own, with another term for one of them, or for all."""
    [version, *_] = json.loads(BASES.read_text())
    if whose in version:
        version[whose] = term
    else:
        version["bases"][whose]["consult_within"] = term
    return [version]


@pytest.mark.parametrize("term", ["PT8S", "PT23H", "P0D", "P1831D"])
@pytest.mark.parametrize("whose", ["sv_126nd", "written_within", "preserve_for"])
def test_a_term_lasts_days_and_not_for_ever(term, whose):
    with pytest.raises(ValueError, match="no term of days"):
        parse(_bases(term, whose))


def test_a_basis_is_said_in_both_languages_and_a_version_has_a_number_of_its_own():
    [mute] = _bases("P7D")
    mute["bases"]["sv_126nd"]["en"] = " "
    with pytest.raises(ValueError, match="is not said"):
        parse([mute])
    assert parse(_bases("P1D"))
    assert parse(_bases("P1830D"))
    for twice in (_bases("P7D") * 2, []):
        with pytest.raises(ValueError, match="number of its own"):
            parse(twice)


def test_a_test_may_wait_until_its_term_is_over_but_it_has_one():
    assert parse(_bases("PT8S"), hours=True)[0].by_code["sv_126nd"].consult_within == "PT8S"
    with pytest.raises(ValueError, match="no term of days"):
        parse(_bases("P0D"), hours=True)


def test_a_file_stays_under_the_row_that_it_was_opened_on():
    first, later = own_bases()[0], own_bases()[-1]
    assert [of_rule(own_bases(), f"sv_126nd@{one.version}").version for one in (first, later)] == [1, later.version]
    for unknown in ("sv_126nd@0", "nothing@1", "european_production@1"):
        with pytest.raises(LookupError):
            of_rule(own_bases(), unknown)
    days = {OPENED.at.replace(year=1999): first, OPENED.at: first, OPENED.at.replace(year=2099): later}
    assert [in_force(own_bases(), day) for day in days] == list(days.values())


def test_an_order_s_own_term_is_a_term_of_days_too():
    [hasty] = _bases("P7D")
    hasty["bases"]["sv_126nd"]["answer_within"] = "PT8H"
    with pytest.raises(ValueError, match="no term of days"):
        parse([hasty])


def test_a_basis_either_preserves_or_reaches_something():
    [neither] = _bases("P7D")
    neither["bases"]["sv_126nd"]["reaches"] = []
    with pytest.raises(ValueError, match="either preserves or reaches"):
        parse([neither])
