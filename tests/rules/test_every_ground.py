"""Every event that holds something of people stands under what was agreed, or in the closed table of exemptions."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from gateway.route import CHANGES
from gateway.routes import ROUTES
from services.audit.app import Audit
from services.audit.domain.envelopes import MAKERS
from services.auth.app import Auth
from services.contracts.grounds import EXEMPTIONS, GROUNDS, NEVER_AGREED
from services.contracts.privacy import Category, LegalBasis, Purpose
from services.kernel.event import personal_fields
from services.org.app import Org
from services.org.domain.terms import OWN
from services.org.schemas import Proposal
from services.retention.app import Retention
from tests.rules.contracts import EVENTS, every_event

NAMED = {f"{event.told_by}.{event.__name__}": event for event in EVENTS.values()}
SOURCES = {
    path: path.read_text() for root in ("services", "gateway", "crisisconnect") for path in Path(root).rglob("*.py")
}
every_exemption = pytest.mark.parametrize("exemption", EXEMPTIONS, ids=[one.reason for one in EXEMPTIONS])


def held(name: str) -> set[str]:
    return {mark.category for mark in personal_fields(NAMED[name]).values()}


@every_event
def test_what_it_holds_can_be_agreed_on_or_stands_among_the_exemptions(event):
    name = f"{event.told_by}.{event.__name__}"
    exempt = {category for one in EXEMPTIONS if name in one.events for category in one.categories}
    agreed = {category for category in Category if category not in NEVER_AGREED}

    lost = {mark.category for mark in personal_fields(event).values()} - agreed - exempt
    assert not lost, f"no agreement covers {sorted(lost)}: say in contracts/grounds.py why it is recorded all the same"


def test_an_agreement_can_name_every_category_that_has_to_be_agreed_on():
    wanted = [category.value for category in Category if category not in NEVER_AGREED]
    said = {"purposes": {"app_access": "contract"}, "retention": {}, "sub_processors": [], "starts_on": "2026-03-02"}

    assert set(Proposal().load({**said, "categories": wanted})["categories"]) == set(wanted)


@every_exemption
def test_an_exemption_is_of_events_that_hold_what_it_is_for(exemption):
    assert not exemption.events - set(NAMED), "no such event: an exemption that nothing uses is taken out"
    idle = [
        name
        for name in exemption.events
        if not held(name) or not (held(name) & exemption.categories or asks(exemption))
    ]

    assert not idle, f"{idle} hold nothing of {sorted(exemption.categories)}: take them out of it"
    assert exemption.categories <= {category for name in exemption.events for category in held(name)}


def asks(exemption):
    """Before a consent everything in it was agreed all the same, so it names no category."""
    return exemption.in_place_of is not None and not exemption.categories


@every_exemption
def test_an_exemption_is_closed_and_says_why(exemption):
    assert exemption.purposes <= set(Purpose)
    assert exemption.bases <= set(LegalBasis)
    assert exemption.bases or exemption.beside, "on which basis, where it is no agreement's?"
    assert len(exemption.reason.split()) > 3
    assert [one.reason for one in EXEMPTIONS].count(exemption.reason) == 1, (
        "by its reason it is known to have been used"
    )


def test_no_event_is_exempt_twice_in_one_way():
    ways = [(name, one.bases, one.beside, one.in_place_of) for one in EXEMPTIONS for name in one.events]

    assert len(ways) == len(set(ways))


@pytest.mark.parametrize("service", [Auth, Org, Retention, Audit], ids=lambda service: service.name)
def test_every_service_has_these_grounds_and_no_other(service):
    assert service.vocabulary.grounds is GROUNDS


NOBODY_YET = {
    "POST /v1/invitations/{token}",
    "POST /v1/sessions",
    "POST /v1/password-resets",
    "POST /v1/password-resets/{token}",
}
"""Who asks is not known yet: auth finds the person, and the purpose follows from their role."""


def test_every_route_that_changes_something_says_for_what():
    silent = {f"{one.method} {one.path}" for one in ROUTES if one.method in CHANGES and one.purpose is None}

    assert silent == NOBODY_YET, "give the route its purpose: what it records of people would have none"


MADE_BY = {
    ("services.kernel.envelope", "Envelope"): {
        "services/kernel/commands/recording.py",
        "services/kernel/store/eventstore.py",
    },
    ("services.kernel.envelope", "Recorded"): {
        "services/kernel/commands/recording.py",
        "services/kernel/store/eventstore.py",
    },
    ("services.kernel.ground", "Exemption"): {"services/contracts/grounds.py"},
    ("services.kernel.ground", "Grounds"): {"services/contracts/grounds.py"},
    ("services.kernel.ground", "Agreed"): {"services/auth/app/terms.py", "services/org/domain/terms.py"},
}
"""By whom alone: an event is made where its ground is looked at, and read back; terms are said by who asks for them."""


@pytest.mark.parametrize(("module", "name"), MADE_BY)
def test_nobody_else_makes_an_event_or_says_what_was_agreed(module, name):
    naming = {path: source for path, source in SOURCES.items() if name in source}
    found = {str(path) for path, source in naming.items() if makes(ast.parse(source), module, name)}

    assert found == MADE_BY[module, name]


def makes(tree, module, name):
    """Whether it calls the class of that module; another one may have the same name."""
    nodes = list(ast.walk(tree))
    imported = any(
        isinstance(node, ast.ImportFrom) and node.module == module and any(one.name == name for one in node.names)
        for node in nodes
    )
    called = any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name for node in nodes
    )
    return imported and called


def test_conformance_holds_the_makers_own_people_to_the_makers_own_terms():
    assert {said for own in OWN for said in own.terms.purposes.items()} == MAKERS, "services/audit/domain/envelopes.py"
