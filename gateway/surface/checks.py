"""Who has access is gone through, and measures of security are checked, as planned and on record (P09)."""

from __future__ import annotations

from typing import Any

from gateway.ask import Ask
from gateway.route import Reach, Route
from gateway.schemas import checks as shapes
from gateway.schemas.fields import Page
from gateway.surface.record import OFFICERS, OVERSEERS, _whose
from services.contracts.errors import Problem
from services.contracts.privacy import Purpose, Role

REVIEWS, CHECKS = "/v1/access-reviews", "/v1/security-checks"
REVIEWERS = OFFICERS | {Role.BEHEERDER}


def _organisation(ask: Ask) -> dict[str, Any]:
    return {"organisation": _whose(ask)}


def _page(_: Ask) -> dict[str, Any]:
    return {}


def _of(method: str, path: str, summary: str, roles: frozenset[Role], **rest: Any) -> Route:
    return Route(
        **{
            "method": method,
            "path": path,
            "summary": summary,
            "roles": roles,
            "reach": Reach.OWN_ORGANISATION,
            "purpose": Purpose.BEHEER_ACCESS,
            **rest,
        }
    )


NO_GROUND = (Problem.AGREEMENT_MISSING, Problem.PURPOSE_NOT_AGREED, Problem.CONSENT_NEEDED)
ROUTES = (
    _of(
        "GET",
        REVIEWS,
        "When who has access was last gone through, and by when it is to be again.",
        OVERSEERS,
        rpc="audit.access_reviews",
        arguments=_organisation,
        query=shapes.WhoseReviews(),
        paged=True,
        answer=shapes.REVIEWS,
    ),
    _of(
        "GET",
        f"{REVIEWS}/sheet",
        "Who has access in one's own organisation, in which role, and when they last signed in.",
        REVIEWERS,
        rpc="auth.access_sheet",
        query=Page(),
        paged=True,
        answer=shapes.SHEET,
        dangerous=True,
        problems=NO_GROUND,
    ),
    _of(
        "POST",
        REVIEWS,
        "Record of every open account of one's own organisation whether its access stays.",
        REVIEWERS,
        rpc="auth.review_access",
        body=shapes.AccessReviewWish(),
        answer=shapes.AccessReviewDone(),
        status=201,
        dangerous=True,
        problems=(*NO_GROUND, Problem.ACCOUNT_UNKNOWN, Problem.REVIEW_INCOMPLETE),
    ),
    _of(
        "GET",
        CHECKS,
        "Which measures of security were checked, the newest first.",
        OVERSEERS,
        reach=Reach.NOTHING,
        rpc="audit.security_checks",
        arguments=_page,
        query=Page(),
        paged=True,
        answer=shapes.CHECKS,
    ),
    _of(
        "POST",
        CHECKS,
        "Record that a measure of security was checked, and what was found.",
        OFFICERS,
        reach=Reach.NOTHING,
        rpc="audit.record_check",
        body=shapes.SecurityCheckWish(),
        answer=shapes.SecurityCheckDone(),
        status=201,
        problems=(Problem.NOT_YET,),
    ),
)
