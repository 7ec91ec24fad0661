"""What an organisation shows its people in the app: cards and contacts (P05, P13)."""

from __future__ import annotations

from typing import Any

from gateway.route import Reach, Route
from gateway.schemas import content as shapes
from gateway.schemas.fields import Written
from services.contracts.errors import Problem
from services.contracts.privacy import Purpose, Role

CONTENT = "/v1/organisations/{org}/content"
ONE = f"{CONTENT}/{{content}}"
BEHEERDER = Role.BEHEERDER
READERS = (Role.MEMBER, BEHEERDER, Role.AUDITOR)
WRITING = (
    Problem.MARKUP_NOT_ALLOWED,
    Problem.LIMIT_REACHED,
    Problem.CATEGORY_NOT_AGREED,
    Problem.AGREEMENT_MISSING,
    Problem.ORGANISATION_LEFT,
)


def _route(method: str, path: str, summary: str, *roles: Role, purpose: Purpose, **rest: Any) -> Route:
    return Route(
        method=method,
        path=path,
        summary=summary,
        roles=frozenset(roles),
        reach=Reach.ORGANISATION,
        purpose=purpose,
        **rest,
    )


ROUTES = (
    _route(
        "GET",
        CONTENT,
        "What an organisation shows, or what changed and what went since a revision.",
        *READERS,
        purpose=Purpose.APP_ACCESS,
        tagged=True,
        rpc="org.contents",
        query=shapes.Since(),
        answer=shapes.ContentChanges(),
    ),
    _route(
        "POST",
        CONTENT,
        "Show a card or a contact.",
        BEHEERDER,
        purpose=Purpose.BEHEER_ACCESS,
        rpc="org.publish_content",
        body=shapes.ContentWish(),
        answer=shapes.ContentMade(),
        status=201,
        problems=WRITING,
    ),
    _route(
        "GET",
        ONE,
        "One card or contact.",
        *READERS,
        purpose=Purpose.APP_ACCESS,
        tagged=True,
        rpc="org.content",
        answer=shapes.Content(),
    ),
    _route(
        "PUT",
        ONE,
        "Show it anew, as a whole.",
        BEHEERDER,
        purpose=Purpose.BEHEER_ACCESS,
        versioned=True,
        rpc="org.change_content",
        body=shapes.ContentWish(),
        answer=shapes.ContentMade(),
        problems=WRITING,
    ),
    _route(
        "DELETE",
        ONE,
        "Show it no more; whom it named is forgotten.",
        BEHEERDER,
        purpose=Purpose.BEHEER_ACCESS,
        versioned=True,
        rpc="org.withdraw_content",
        answer=Written(),
        problems=(Problem.ORGANISATION_LEFT,),
    ),
)
