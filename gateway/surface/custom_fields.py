"""Fields that an organisation adds, the supplements they need, and what people fill in (P05)."""

from __future__ import annotations

from typing import Any

from gateway.route import EVERY_ROLE, For, Reach, Route
from gateway.schemas import custom_fields as shapes, supplements
from gateway.schemas.fields import Page, Written
from services.contracts.errors import Problem
from services.contracts.privacy import Purpose, Role

FIELDS = "/v1/organisations/{org}/fields"
SUPPLEMENTS = "/v1/organisations/{org}/supplements"
BEHEERDER, AUDITOR, COMPLIANCE = Role.BEHEERDER, Role.AUDITOR, Role.COMPLIANCE


def _route(method: str, path: str, summary: str, *roles: Role, **rest: Any) -> Route:
    return Route(
        method=method,
        path=path,
        summary=summary,
        roles=frozenset(roles),
        reach=Reach.ORGANISATION,
        purpose=Purpose.BEHEER_ACCESS,
        **rest,
    )


ROUTES = (
    _route(
        "GET",
        FIELDS,
        "The fields that an organisation added; to members those that take values.",
        Role.MEMBER,
        BEHEERDER,
        AUDITOR,
        COMPLIANCE,
        rpc="org.fields",
        query=Page(),
        paged=True,
        answer=shapes.FIELDS,
    ),
    _route(
        "POST",
        FIELDS,
        "Set up a field; it takes no value before a supplement that names it is published.",
        BEHEERDER,
        rpc="org.propose_field",
        body=shapes.FieldWish(),
        answer=shapes.FieldMade(),
        status=201,
        problems=(Problem.LIMIT_REACHED, Problem.AGREEMENT_MISSING, Problem.ORGANISATION_LEFT),
    ),
    _route(
        "DELETE",
        f"{FIELDS}/{{field}}",
        "Retire a field; what people filled in is erased.",
        BEHEERDER,
        rpc="org.retire_field",
        answer=Written(),
        dangerous=True,
        problems=(Problem.ORGANISATION_LEFT,),
    ),
    _route(
        "GET",
        SUPPLEMENTS,
        "The supplements to the statement that an organisation asked for, with what either side wrote.",
        BEHEERDER,
        AUDITOR,
        COMPLIANCE,
        rpc="org.supplements",
        query=Page(),
        paged=True,
        answer=supplements.SupplementPage(),
    ),
    _route(
        "POST",
        SUPPLEMENTS,
        "Ask for a supplement that names these fields.",
        BEHEERDER,
        rpc="org.ask_supplement",
        body=supplements.SupplementWish(),
        answer=supplements.SupplementAsked(),
        status=201,
        problems=(
            Problem.FIELD_SETTLED,
            Problem.SUPPLEMENT_OPEN,
            Problem.AGREEMENT_MISSING,
            Problem.ORGANISATION_LEFT,
        ),
    ),
    _route(
        "POST",
        f"{SUPPLEMENTS}/{{supplement}}/publish",
        "Publish what supplements the statement; the fields it names take values from then on.",
        COMPLIANCE,
        rpc="org.publish_supplement",
        body=supplements.SupplementText(),
        answer=supplements.SupplementMade(),
        problems=(
            Problem.SUPPLEMENT_ANSWERED,
            Problem.FIELD_NOT_NAMED,
            Problem.MARKUP_NOT_ALLOWED,
            Problem.CATEGORY_NOT_STATED,
            Problem.CATEGORY_NOT_AGREED,
            Problem.AGREEMENT_MISSING,
            Problem.ORGANISATION_LEFT,
        ),
    ),
    _route(
        "POST",
        f"{SUPPLEMENTS}/{{supplement}}/refuse",
        "Refuse to supplement the statement, with reasons.",
        COMPLIANCE,
        rpc="org.refuse_supplement",
        body=supplements.SupplementRefusal(),
        answer=Written(),
        problems=(Problem.SUPPLEMENT_ANSWERED, Problem.AGREEMENT_MISSING, Problem.ORGANISATION_LEFT),
    ),
    Route(
        method="PUT",
        path="/v1/me/fields/{field}",
        summary="Fill in a field that one's organisation added, or empty it.",
        roles=EVERY_ROLE,
        reach=Reach.SERVICE,
        purpose=For.ROLE,
        rpc="auth.set_field",
        body=shapes.FieldValue(),
        answer=Written(),
        problems=(
            Problem.FIELD_INACTIVE,
            Problem.CATEGORY_NOT_STATED,
            Problem.CATEGORY_NOT_AGREED,
            Problem.AGREEMENT_MISSING,
            Problem.PURPOSE_NOT_AGREED,
            Problem.ERASED,
        ),
    ),
)
