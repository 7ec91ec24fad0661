"""No personal value is stored without a purpose, a basis, and terms that cover it, or a declared reason (P02, I10)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from services.contracts import audit, auth, org
from services.contracts.grounds import GROUNDS
from services.contracts.privacy import Category, LegalBasis, Purpose
from services.kernel.clock.jobs import Jobs
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.event import Event
from services.kernel.ground import Agreed, Ungrounded
from tests.examples.ground import agreed
from tests.unit.kernel.conftest import Service, people

TERMS = agreed(
    "o1",
    purposes={"app_access": "consent", "beheer_access": "contract"},
    categories=frozenset({"name", "email", "credentials", "session_cookie"}),
)


def check(event: type[Event], held: set[str], purpose: str, basis: str, terms: Agreed | None = TERMS) -> None:
    GROUNDS.check(event, held, "o1", purpose, basis, terms)


def test_what_was_agreed_may_be_recorded() -> None:
    check(auth.PersonalDataCorrected, {"name", "email"}, "app_access", "consent")


@pytest.mark.parametrize(
    ("event", "held", "purpose", "basis", "code"),
    [
        (auth.SignedIn, {"technical"}, "app_access", "consent", "category_not_agreed"),
        (auth.PersonalDataCorrected, {"name"}, "usage_insight", "consent", "purpose_not_agreed"),
        (auth.PersonalDataCorrected, {"name"}, "app_access", "contract", "purpose_not_agreed"),
        # A duty, a step or a case excuses nothing that is done in the agreement's name.
        (auth.PasswordChanged, {"credentials"}, "beheer_access", "legal_obligation", "purpose_not_agreed"),
        (org.AgreementSigned, {"name", "email"}, "app_access", "contract", "purpose_not_agreed"),
        (org.SupplementRequested, {"correspondence", "technical"}, "beheer_access", "contract", "category_not_agreed"),
        # Without a consent people are asked in and sign in, on what was agreed all the same; nothing else is.
        (auth.SignedIn, {"technical"}, "app_access", "legal_obligation", "purpose_not_agreed"),
        (auth.PersonalDataCorrected, {"name"}, "app_access", "legal_obligation", "purpose_not_agreed"),
        (auth.SessionStarted, {"session_cookie"}, "beheer_access", "legal_obligation", "purpose_not_agreed"),
    ],
)
def test_what_was_not_agreed_is_refused(
    event: type[Event], held: set[str], purpose: str, basis: str, code: str
) -> None:
    with pytest.raises(Refused, match=f"^{code}$"):
        check(event, held, purpose, basis)


def test_a_refusal_says_which_purpose_and_which_categories_were_not_agreed() -> None:
    with pytest.raises(Refused) as purpose:
        check(auth.PersonalDataCorrected, {"name"}, "usage_insight", "consent")
    with pytest.raises(Refused) as categories:
        check(auth.SignedIn, {"technical", "email", "ip_address"}, "app_access", "consent")
    assert (purpose.value.detail, categories.value.detail) == (
        {"purpose": "usage_insight"},
        {"categories": ["ip_address", "technical"]},
    )


@pytest.mark.parametrize(
    ("event", "held", "purpose", "basis"),
    [
        (auth.PersonalDataCorrected, {"name"}, "app_access", "public_task"),
        (auth.SignedIn, {"ip_address"}, "beheer_access", "contract"),
        (auth.UserRegistered, {"name", "credentials"}, "app_access", "contract"),
        (auth.UserRegistered, {"name", "email"}, "beheer_access", "contract"),
        (auth.UserRegistered, {"name"}, "beheer_access", "legal_obligation"),
        (auth.PasswordChanged, {"credentials"}, "app_access", "contract"),
        (audit.ComplaintRegistered, {"correspondence"}, "app_access", "consent"),
        (org.SupplementRequested, {"correspondence"}, "beheer_access", "contract"),
    ],
)
def test_without_an_agreement_only_a_declared_reason_holds(
    event: type[Event], held: set[str], purpose: str, basis: str
) -> None:
    with pytest.raises(Refused, match=r"^agreement_missing$"):
        check(event, held, purpose, basis, None)


@pytest.mark.parametrize(
    ("event", "held", "purpose", "basis", "terms"),
    [
        (auth.UserRegistered, {"name", "credentials"}, "beheer_access", "contract", None),
        (org.AgreementSigned, {"name"}, "beheer_access", "contract", None),
        (auth.PasswordChanged, {"credentials"}, "app_access", "legal_obligation", None),
        (auth.PersonalDataCorrected, {"name", "email"}, "app_access", "legal_obligation", None),
        (audit.ComplaintRegistered, {"correspondence"}, "app_access", "legal_obligation", None),
        (org.SupplementRequested, {"correspondence"}, "beheer_access", "contract", TERMS),
        (auth.SessionStarted, {"session_cookie"}, "app_access", "legal_obligation", TERMS),
    ],
)
def test_a_declared_reason_holds_for_what_it_was_declared_for(
    event: type[Event], held: set[str], purpose: str, basis: str, terms: Agreed | None
) -> None:
    check(event, held, purpose, basis, terms)


def test_another_organisations_terms_are_no_ground() -> None:
    with pytest.raises(Refused, match=r"^agreement_missing$"):
        GROUNDS.check(auth.PersonalDataCorrected, {"name"}, "o2", "app_access", "consent", TERMS)


@pytest.mark.parametrize(
    "but",
    [{"purpose": None}, {"purpose": "advertising"}, {"basis": None}, {"basis": "because"}, {"organisation": None}],
    ids=str,
)
def test_what_names_no_ground_at_all_is_a_fault(but: dict[str, Any]) -> None:
    said = {"organisation": "o1", "purpose": "app_access", "basis": "consent", **but}
    with pytest.raises(Ungrounded):
        GROUNDS.check(auth.PersonalDataCorrected, {"name"}, terms=TERMS, **said)


# -- at the door of the store


NOTHING = replace(agreed("o1"), categories=frozenset[str]())


@pytest.mark.parametrize(
    ("but", "error"),
    [
        ({"terms": NOTHING}, Refused),
        ({"terms": None}, Refused),
        ({"purpose": None}, Ungrounded),
        ({"legal_basis": None}, Ungrounded),
    ],
    ids=["another category", "no terms", "no purpose", "no basis"],
)
def test_of_a_command_without_a_ground_nothing_is_written(
    service: Service, but: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        service.invite(context=service.context(idempotency="k", digest="d", **but))
    assert service.lines() == []
    assert service.rows(people) == []
    service.invite(context=service.context(idempotency="k", digest="d"))
    assert len(service.lines()) == 1, "nor was an answer remembered"


def test_an_event_says_under_which_agreement_its_values_stand(service: Service) -> None:
    service.invite()
    assert b'"agreement":"6e1c89a4' in service.lines()[0]


def test_terms_are_neither_sent_nor_believed() -> None:
    context = Context(actor="account/a", terms=TERMS)
    assert context.to_wire() == {"actor": "account/a"}
    said = {"actor": "account/a", "terms": "all", "agreement": "g1"}
    assert Context.from_wire(said, caller="gateway") == Context(actor="account/a", caller="gateway")


def test_a_timer_that_would_write_without_a_ground_is_seen_to_fail_and_the_others_go_on(service: Service) -> None:
    jobs, done = Jobs(60.0), []
    bad = jobs.add(1.0, lambda: service.invite(context=Context(actor="system/auth", organisation="o1")), "bad")
    good = jobs.add(1.0, lambda: done.append(1), "good")
    for _ in range(2):
        bad.turn()
        good.turn()
    assert service.lines() == []
    assert (bad.failures, bad.error, bad.done_at) == (2, "Ungrounded", None)
    assert (good.failures, len(done)) == (0, 2)


def test_the_lists_are_those_of_the_contracts() -> None:
    for purpose in Purpose:
        for basis in LegalBasis:
            terms = agreed("o1", purposes={purpose.value: basis.value}, categories=frozenset({Category.NAME.value}))
            check(auth.PersonalDataCorrected, {"name"}, purpose.value, basis.value, terms)
