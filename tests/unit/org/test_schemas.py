"""Only known fields of the right kind come in, and no refusal repeats a value."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import ValidationError

from services.contracts.privacy import TRIGGERS, Category
from services.kernel.decider import Refused
from services.kernel.shape import Strict
from services.org import schemas
from tests.unit.org.test_agreements_wired import PROPOSAL

REGISTRATION: dict[str, Any] = {
    "name": "Gemeente Voorbeeld",
    "kind": "public",
    "contact": {"name": "Sanne Bakker", "email": "crisis@voorbeeld.example"},
    "beheerder": {"email": "b@voorbeeld.example"},
}


def refusal(schema: type[Strict], said: dict[str, Any]) -> Refused:
    with pytest.raises(Refused) as caught:
        schemas.loaded(schema, said)
    return caught.value


@pytest.mark.parametrize("term", ["P0D", "P1Y6M", "P2W", "PT72H", "P1DT12H30M", "PT0S", "P10Y", "P50Y"])
def test_a_whole_iso_8601_duration_is_taken(term: str) -> None:
    schemas.duration(term)


@pytest.mark.parametrize(
    "term",
    ["", "P", "PT", "P1DT", "-P1D", "P-1D", "P1.5Y", "1 month", "P1S", "P1D\n", "p1d", "P51Y", "P99999D", "P٣D"],
)
def test_any_other_term_is_refused(term: str) -> None:
    with pytest.raises(ValidationError):
        schemas.duration(term)


@pytest.mark.parametrize(
    ("but", "field"),
    [
        ({"purposes": {"marketing-secret": "consent"}}, "purposes.?.key"),
        ({"purposes": {"app_access": "because-secret"}}, "purposes.app_access.value"),
        ({"purposes": {}}, "purposes"),
        ({"categories": ["secret"]}, "categories.0"),
        ({"categories": []}, "categories"),
        ({"retention": {"name": "secret"}}, "retention.name.value"),
        ({"retention": {"ip_address": "P1D"}}, "retention"),
        ({"retention": None}, "retention"),
        ({"retention": {"name": "-P1D"}}, "retention.name.value"),
        ({"retention": {"name": "P51Y"}}, "retention.name.value"),
        ({"retention": {"secret": "P1D"}}, "retention.?.key"),
        ({"triggers": {"name": "secret"}}, "triggers.name.value"),
        ({"triggers": {"secret": "recorded"}}, "triggers.?.key"),
        ({"triggers": {"name": "session_ended"}}, "triggers"),
        ({"triggers": {"contact_phone": "agreement_ended"}}, "triggers"),
        ({"retention": {"credentials": "P1D"}, "triggers": {"credentials": "recorded"}}, "triggers"),
        ({"starts_on": "secret"}, "starts_on"),
        ({"sub_processors": ["secret\x1b[2J"]}, "sub_processors.0"),
        ({"sub_processors": "secret"}, "sub_processors"),
    ],
)
def test_terms_outside_the_closed_lists_are_refused_without_an_echo(but: dict[str, Any], field: str) -> None:
    refused = refusal(schemas.Proposal, {**PROPOSAL, **but})
    assert refused.code == "invalid"
    assert set(refused.detail["errors"]) == {field}
    assert "secret" not in repr(refused.detail)


def test_a_term_begins_at_its_categorys_trigger_or_at_another_that_it_allows() -> None:
    assert schemas.loaded(schemas.Proposal, PROPOSAL)["triggers"] == {}
    loaded = schemas.loaded(schemas.Proposal, {**PROPOSAL, "triggers": {"name": "recorded"}})
    assert {category.value: trigger.value for category, trigger in loaded["triggers"].items()} == {"name": "recorded"}


def test_every_category_says_what_begins_its_term() -> None:
    assert set(TRIGGERS) == set(Category)
    assert all(TRIGGERS.values())


def test_categories_stand_once() -> None:
    loaded = schemas.loaded(schemas.Proposal, {**PROPOSAL, "categories": ["name", "email", "name"]})
    assert [category.value for category in loaded["categories"]] == ["name", "email"]


def test_an_unknown_field_is_named_by_its_path() -> None:
    said = {**REGISTRATION, "contact": {**REGISTRATION["contact"], "fax": "secret"}}
    refused = refusal(schemas.Registration, said)
    assert (refused.code, refused.detail["errors"]) == ("unknown_field", {"contact.fax": ["Unknown field."]})


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"kind": "maker"}, "kind"),
        ({"kind": "secret"}, "kind"),
        ({"name": ""}, "name"),
        ({"name": " secret"}, "name"),
        ({"name": 7}, "name"),
        ({"contact": "secret"}, "contact"),
        ({"contact": None}, "contact"),
        ({"beheerder": {"email": "secret"}}, "beheerder.email"),
        ({"contact": {"name": "x", "email": "a@b.example", "phone": "secret"}}, "contact.phone"),
    ],
)
def test_a_registration_is_checked_field_by_field(said: dict[str, Any], field: str) -> None:
    refused = refusal(schemas.Registration, {**REGISTRATION, **said})
    assert refused.code == "invalid"
    assert set(refused.detail["errors"]) == {field}
    assert "secret" not in repr(refused.detail)


@pytest.mark.parametrize("digest", ["AB" * 32, "ab" * 31, "ab" * 32 + "\n", "xy" * 32])
def test_a_document_is_named_by_its_sha_256(digest: str) -> None:
    said = {
        "signatory": {"name": "x", "function": "y"},
        "document_sha256": digest,
        "signed_on": "2026-03-01",
    }
    assert set(refusal(schemas.Signing, said).detail["errors"]) == {"document_sha256"}
