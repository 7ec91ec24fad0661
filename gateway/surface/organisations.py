"""Organisations, and the agreements between each of them and the maker."""

from __future__ import annotations

from typing import Any

from gateway.route import Reach, Route
from gateway.schemas import organisations as shapes
from gateway.schemas.fields import Page, Written
from services.contracts.errors import Problem
from services.contracts.privacy import Purpose, Role

ALL = "/v1/organisations"
ONE = "/v1/organisations/{org}"
AGREEMENTS = f"{ONE}/agreements"
AGREEMENT = f"{AGREEMENTS}/{{agreement}}"

OPERATOR, BEHEERDER, AUDITOR = Role.OPERATOR, Role.BEHEERDER, Role.AUDITOR
SIDES = frozenset({OPERATOR, BEHEERDER})


def _route(method: str, path: str, summary: str, *roles: Role, **rest: Any) -> Route:
    reach = Reach.ORGANISATION if "{org}" in path else Reach.NOTHING
    return Route(
        method=method,
        path=path,
        summary=summary,
        roles=frozenset(roles),
        reach=reach,
        purpose=Purpose.BEHEER_ACCESS,
        **rest,
    )


ROUTES = (
    _route(
        "GET",
        ALL,
        "All organisations.",
        OPERATOR,
        Role.COMPLIANCE,
        rpc="org.organisations",
        query=Page(),
        paged=True,
        answer=shapes.ORGANISATIONS,
    ),
    _route(
        "POST",
        ALL,
        "Register a controller, and invite its first Beheerder.",
        OPERATOR,
        rpc="org.register",
        body=shapes.Registration(),
        answer=shapes.Registered(),
        status=201,
    ),
    _route(
        "GET",
        ONE,
        "An organisation's name and contact.",
        BEHEERDER,
        AUDITOR,
        Role.MEMBER,
        tagged=True,
        rpc="org.organisation",
        answer=shapes.Organisation(),
    ),
    _route(
        "PATCH",
        ONE,
        "Change an organisation's name, its contacts, or the key that it answers consultations with.",
        BEHEERDER,
        OPERATOR,
        versioned=True,
        rpc="org.change",
        body=shapes.OrganisationChange(),
        answer=Written(),
        problems=(Problem.AGREEMENT_MISSING,),
    ),
    _route(
        "GET",
        AGREEMENTS,
        "The agreements with an organisation.",
        OPERATOR,
        BEHEERDER,
        AUDITOR,
        rpc="org.agreements",
        query=Page(),
        paged=True,
        answer=shapes.AGREEMENTS,
    ),
    _route(
        "POST",
        AGREEMENTS,
        "Propose a processing agreement.",
        *SIDES,
        rpc="org.propose_agreement",
        body=shapes.Terms(),
        answer=shapes.Proposed(),
        status=201,
        problems=(Problem.PERIOD_INVALID, Problem.CATEGORY_NOT_STATED),
    ),
    _route(
        "GET",
        AGREEMENT,
        "One agreement; who signs, amends or ends it can hold on to its ETag.",
        OPERATOR,
        BEHEERDER,
        AUDITOR,
        tagged=True,
        rpc="org.agreement",
        answer=shapes.Agreement(),
    ),
    _route(
        "POST",
        f"{AGREEMENT}/sign",
        "Record the signature of one's own side.",
        *SIDES,
        versioned=True,
        rpc="org.sign_agreement",
        body=shapes.Signature(),
        answer=shapes.Signed(),
        problems=(
            Problem.AGREEMENT_NOT_OPEN,
            Problem.ALREADY_SIGNED,
            Problem.DOCUMENT_SIGNED_BEFORE,
            Problem.DOCUMENT_DIFFERS,
            Problem.MOMENT_IMPOSSIBLE,
            Problem.ORGANISATION_LEFT,
        ),
    ),
    _route(
        "POST",
        f"{AGREEMENT}/amend",
        "Propose other terms for an agreement; until both sides have signed them the old ones hold.",
        *SIDES,
        versioned=True,
        rpc="org.amend_agreement",
        body=shapes.Amendment(),
        answer=shapes.Proposed(),
        status=201,
        problems=(
            Problem.AGREEMENT_NOT_SIGNED,
            Problem.AGREEMENT_NOT_OPEN,
            Problem.PERIOD_INVALID,
            Problem.ORGANISATION_LEFT,
        ),
    ),
    _route(
        "POST",
        f"{AGREEMENT}/terminate",
        "End an agreement.",
        *SIDES,
        dangerous=True,
        versioned=True,
        rpc="org.terminate_agreement",
        body=shapes.Termination(),
        answer=Written(),
        problems=(Problem.AGREEMENT_NOT_OPEN, Problem.PERIOD_INVALID),
    ),
)
