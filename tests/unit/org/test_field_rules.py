"""A field, a supplement and a card each go one way only, whatever is asked of them again (P05)."""

from __future__ import annotations

from datetime import timedelta

from services.contracts.org import FieldKind
from services.contracts.privacy import Purpose
from services.org.domain import content, field, supplement
from tests.examples import org
from tests.given import given

LATER = org.MORNING + timedelta(hours=1)
ACTIVATE = field.Activate(supplement=org.SUPPLEMENT, version=1, at=org.MORNING)
PUBLISH = supplement.Publish(
    version=1,
    fields=(org.FIELD,),
    labels=[{"nl": "piketploeg", "en": "DUTY TEAM"}],
    texts={lang: getattr(org.supplement_published(), lang) for lang in ("nl", "en")},
    at=org.MORNING,
)


def test_a_field_is_proposed_as_it_was_said():
    said = {"nl": "Piketploeg", "en": "Duty team"}
    about = {"nl": "Bij welke ploeg u oproepbaar bent.", "en": "With which team you are on call."}
    given(field.decider).when(
        field.Propose(
            field=org.FIELD,
            organisation=org.GEMEENTE,
            label=said,
            description=about,
            kind=FieldKind.CHOICE,
            choices=("ploeg Noord", "ploeg Zuid"),
            serves=Purpose.APP_ACCESS,
            at=org.MORNING,
        )
    ).then(org.custom_field_proposed())


def test_it_is_activated_once_and_a_retired_one_never():
    given(field.decider, org.custom_field_proposed()).when(ACTIVATE).then(org.custom_field_activated())
    for then in (org.custom_field_activated(), org.custom_field_retired()):
        given(field.decider, org.custom_field_proposed(), then).when(ACTIVATE).then()


def test_it_is_retired_once_active_or_not():
    retire = field.Retire(at=org.MORNING)
    for history in ([], [org.custom_field_activated()]):
        given(field.decider, org.custom_field_proposed(), *history).when(retire).then(org.custom_field_retired())
    given(field.decider, org.custom_field_proposed(), org.custom_field_retired()).when(retire).then()
    given(field.decider).when(retire).refused("not_found")


def test_a_supplement_names_a_label_however_it_is_written():
    given(supplement.decider, org.supplement_requested()).when(PUBLISH).then(org.supplement_published())


def test_it_is_answered_once():
    refuse = supplement.Refuse(reasons="Nee.", at=LATER)
    for answer in (org.supplement_published(), org.supplement_refused()):
        for again in (PUBLISH, refuse):
            given(supplement.decider, org.supplement_requested(), answer).when(again).refused("supplement_answered")
    given(supplement.decider).when(refuse).refused("not_found")


def test_a_card_is_withdrawn_once_and_does_not_come_back():
    withdraw = content.Withdraw(revision=2, at=org.MORNING)
    given(content.decider, org.content_published()).when(withdraw).then(org.content_withdrawn())
    gone = (org.content_published(), org.content_withdrawn())
    given(content.decider, *gone).when(withdraw).then()
    given(content.decider).when(withdraw).refused("not_found")


def test_a_card_that_changed_meanwhile_is_not_withdrawn_by_who_has_not_read_it():
    withdraw = content.Withdraw(revision=3, if_match=7, at=org.MORNING)
    given(content.decider, org.content_published()).when(withdraw).refused("precondition_failed")
