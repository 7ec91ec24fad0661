"""Whoever is refused hears of the supervisor, and of the court that this kind of controller has (UAVG 34, 35)."""

from __future__ import annotations

import pytest

from services.contracts.org import OrganisationKind
from services.retention.app.law import MAKER, written

LAWS = written()
COURT = {OrganisationKind.PUBLIC: ("objection_and_appeal", "34"), OrganisationKind.PRIVATE: ("petition_to_court", "35")}


@pytest.mark.parametrize("law", LAWS, ids=lambda law: f"law {law.version}")
@pytest.mark.parametrize("kind", list(COURT))
@pytest.mark.parametrize("lang", ["nl", "en"])
def test_every_refusal_names_the_authority_and_the_way_to_court_with_its_term(law, kind, lang):
    said = {code: words[lang] for code, words in law.remedies[kind.value].items()}
    court, article = COURT[kind]

    assert set(said) == {"complaint_to_ap", court}
    assert "Autoriteit Persoonsgegevens" in said["complaint_to_ap"]
    assert {"nl": f"UAVG artikel {article}", "en": f"UAVG article {article}"}[lang] in said[court]
    assert {"nl": "zes weken", "en": "six weeks"}[lang] in said[court].lower()


@pytest.mark.parametrize("law", LAWS, ids=lambda law: f"law {law.version}")
def test_every_kind_of_controller_has_its_remedies(law):
    assert set(law.remedies) == {kind.value for kind in COURT}
    assert set(OrganisationKind) - set(COURT) == {OrganisationKind.MAKER}
    assert OrganisationKind.PRIVATE.value == MAKER, "the maker answers for its own people as a private controller"
