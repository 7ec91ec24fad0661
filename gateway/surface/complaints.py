"""Complaints: one's own, and the register; every answer names the right to complain to the supervisor (P16)."""

from __future__ import annotations

from typing import Any

from gateway.ask import Ask
from gateway.route import EVERY_ROLE, For, Reach, Route
from gateway.schemas import complaints as shapes
from gateway.schemas.fields import Page
from gateway.schemas.incidents import RegisterQuery
from gateway.surface.incidents import own, whose
from gateway.surface.record import OFFICERS, OVERSEERS
from services.contracts.errors import Problem
from services.contracts.privacy import Purpose, Role
from services.kernel.decider import Refused

COMPLAINTS = "/v1/complaints"
MINE = "/v1/me/complaints"


def _about(ask: Ask) -> dict[str, Any]:
    """A Beheerder takes in what is about their own organisation; compliance says which one it is."""
    named = ask.body.get("organisation")
    if ask.caller.role is Role.COMPLIANCE:
        return {"organisation": named or ask.caller.organisation}
    if named not in (None, ask.caller.organisation):
        raise Refused("not_found")
    return {"organisation": ask.caller.organisation}


ROUTES = (
    Route(
        method="GET",
        path=MINE,
        summary="One's own complaints and their answers.",
        roles=EVERY_ROLE,
        reach=Reach.SELF,
        rpc="audit.my_complaints",
        query=Page(),
        paged=True,
        answer=shapes.MINE,
        purpose=For.ROLE,
    ),
    Route(
        method="POST",
        path=MINE,
        summary="Complain.",
        roles=EVERY_ROLE,
        reach=Reach.SELF,
        rpc="audit.complain",
        body=shapes.Complaint(),
        answer=shapes.Complained(),
        status=201,
        purpose=For.ROLE,
        problems=(Problem.ERASED, Problem.ORGANISATION_LEFT),
    ),
    Route(
        method="GET",
        path=COMPLAINTS,
        summary="The register of complaints, without their words.",
        roles=OVERSEERS,
        reach=Reach.OWN_ORGANISATION,
        rpc="audit.complaints",
        added=whose,
        query=RegisterQuery(),
        paged=True,
        answer=shapes.COMPLAINTS,
        purpose=Purpose.BEHEER_ACCESS,
    ),
    Route(
        method="POST",
        path=COMPLAINTS,
        summary="Take in a complaint that came another way, maybe of somebody unknown.",
        roles=OFFICERS | {Role.BEHEERDER},
        reach=Reach.SERVICE,
        rpc="audit.take_in_complaint",
        added=_about,
        body=shapes.ComplaintTakenIn(),
        answer=shapes.Complained(),
        status=201,
        purpose=Purpose.BEHEER_ACCESS,
        problems=(
            Problem.NOT_FOUND,
            Problem.NOT_YET,
            Problem.ACCOUNT_UNKNOWN,
            Problem.ERASED,
            Problem.ORGANISATION_LEFT,
        ),
    ),
    Route(
        method="GET",
        path=f"{COMPLAINTS}/{{complaint}}",
        summary="One complaint; its words for compliance alone, whose look is on record.",
        roles=OVERSEERS,
        reach=Reach.SERVICE,
        rpc="audit.complaint",
        added=own,
        answer=shapes.ComplaintShown(),
        purpose=Purpose.BEHEER_ACCESS,
    ),
    Route(
        method="POST",
        path=f"{COMPLAINTS}/{{complaint}}/answer",
        summary="Answer a complaint; the answer names the right to complain to the supervisor.",
        roles=OFFICERS,
        reach=Reach.SERVICE,
        rpc="audit.answer_complaint",
        body=shapes.ComplaintAnswer(),
        answer=shapes.ComplaintAnswered(),
        purpose=Purpose.BEHEER_ACCESS,
        problems=(Problem.COMPLAINT_ANSWERED, Problem.ERASED),
    ),
)
