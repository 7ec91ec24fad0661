"""One's own consents: seen, given, and taken back as easily (P03, AVG 7)."""

from __future__ import annotations

from gateway.route import EVERY_ROLE, For, Reach, Route
from gateway.schemas import consents as shapes
from gateway.schemas.fields import Written
from services.contracts.errors import Problem

MINE = "/v1/me/consents"

ROUTES = (
    Route(
        method="GET",
        path=MINE,
        summary="What each purpose rests on, and one's own consents.",
        roles=EVERY_ROLE,
        reach=Reach.SELF,
        rpc="org.my_consents",
        answer=shapes.CONSENTS,
        purpose=For.ROLE,
    ),
    Route(
        method="PUT",
        path=f"{MINE}/{{purpose}}",
        summary="Consent to a purpose, in the words of a version of the statement.",
        roles=EVERY_ROLE,
        reach=Reach.SELF,
        rpc="org.give_consent",
        body=shapes.Consenting(),
        answer=Written(),
        purpose=For.ROLE,
        problems=(Problem.STATEMENT_UNKNOWN, Problem.AGREEMENT_MISSING, Problem.ORGANISATION_LEFT, Problem.ERASED),
    ),
    Route(
        method="DELETE",
        path=f"{MINE}/{{purpose}}",
        summary="Take a consent back; nothing is done for that purpose from then on.",
        roles=EVERY_ROLE,
        reach=Reach.SELF,
        rpc="org.withdraw_consent",
        answer=Written(),
        purpose=For.ROLE,
        problems=(Problem.ERASED,),
    ),
)
