"""The rule on grounds sees what has none: no purpose, no basis, no agreement, or a category that nobody agreed on."""

from __future__ import annotations

from typing import Any

import pytest

from services.contracts.grounds import EXEMPTIONS
from services.contracts.org import Side
from tests.examples import auth, org
from tests.journeys.grounds import ungrounded, unused

GROUND = {"purpose": "app_access", "legalbasis": "public_task", "agreement": org.AGREEMENT, "role": "processor"}
STEP = {"purpose": "beheer_access", "legalbasis": "contract", "agreement": None}
SEALED = "s1:k:auth.X.v1:f:b"


def said(event: Any, **envelope: Any) -> dict[str, Any]:
    data = {name: SEALED for name in ("first_name", "email", "ip", "signatory_name", "text") if hasattr(event, name)}
    for name in ("agreement", "agreement_version", "purposes", "categories", "side"):
        if hasattr(event, name):
            data[name] = getattr(event, name)
    return {"type": event.type, "data": data, **envelope}


AGREED = [
    said(org.agreement_proposed()),
    *(said(org.agreement_signed(side=one), **{**GROUND, **STEP}) for one in Side),
]
CORRECTED = said(auth.personal_data_corrected(), **GROUND)


def test_what_was_agreed_is_right():
    assert ungrounded([*AGREED, CORRECTED]) == []


@pytest.mark.parametrize(
    ("but", "why"),
    [
        ({"purpose": None}, "purpose None, legal basis public_task"),
        ({"legalbasis": None}, "purpose app_access, legal basis None"),
        ({"purpose": "advertising"}, "purpose advertising, legal basis public_task"),
        ({"agreement": None}, "no agreement, and nothing that is declared"),
        ({"legalbasis": "contract"}, "app_access was not agreed on contract"),
        ({"agreement": "another"}, "email, name was not agreed"),
    ],
)
def test_what_has_no_ground_is_named(but, why):
    assert ungrounded([*AGREED, {**CORRECTED, **but}]) == [f"auth.PersonalDataCorrected.v1: {why}"]


def test_an_amendment_counts_once_both_have_signed_it():
    fewer = org.agreement_proposed(categories=("email",))
    more = org.agreement_amended(categories=("email", "name"))
    signed = [{**one, "data": {**one["data"], "agreement_version": 2}} for one in AGREED[1:]]
    begun = [said(fewer), *AGREED[1:], said(more), signed[0]]
    assert ungrounded([*begun, CORRECTED]) == ["auth.PersonalDataCorrected.v1: name was not agreed"]
    assert ungrounded([*begun, signed[1], CORRECTED]) == []


def test_a_duty_of_our_own_and_our_own_people_need_no_agreement():
    assert ungrounded([{**CORRECTED, "agreement": None, "legalbasis": "legal_obligation"}]) == []
    theirs = {"agreement": None, "role": "controller", "purpose": "beheer_access", "legalbasis": "contract"}
    assert ungrounded([{**CORRECTED, **theirs, "time": "2026-03-02T12:00:00.000000Z"}]) == []


def test_what_is_not_personal_needs_nothing():
    assert ungrounded([said(org.organisation_renamed())]) == []


def test_an_exemption_is_used_once_an_entry_needs_it():
    reasons = {one.reason for one in EXEMPTIONS}
    assert set(unused([])) == reasons
    assert reasons - set(unused(AGREED)) == {"who signed it, for either side"}
    assert set(unused([*AGREED, CORRECTED])) == set(unused(AGREED)), "what was agreed needs none"


def test_the_table_holds_for_what_it_names_and_nothing_else():
    duty = {"agreement": None, "legalbasis": "legal_obligation"}
    invited = said(auth.person_invited(), **{**GROUND, **duty})
    assert ungrounded([invited]) == ["auth.PersonInvited.v1: no agreement, and nothing that is declared"]
    assert ungrounded([*AGREED, {**CORRECTED, "legalbasis": "legal_obligation"}]) == [
        "auth.PersonalDataCorrected.v1: app_access was not agreed on legal_obligation"
    ]
