"""Sub-processors: registered and announced by compliance; an organisation objects or accepts (P07, AVG 28)."""

from __future__ import annotations

from typing import Any

from gateway.route import Reach, Route
from gateway.schemas import sub_processors as shapes
from gateway.schemas.fields import Written
from gateway.schemas.incidents import RegisterQuery
from gateway.surface.incidents import whose
from gateway.surface.record import OFFICERS, OVERSEERS
from services.contracts.errors import Problem
from services.contracts.privacy import Purpose, Role

REGISTER = "/v1/sub-processors"
BEHEERDER = frozenset({Role.BEHEERDER})


def _of(method: str, path: str, summary: str, **rest: Any) -> Route:
    return Route(
        **{
            "method": method,
            "path": path,
            "summary": summary,
            "reach": Reach.SERVICE,
            "purpose": Purpose.BEHEER_ACCESS,
            "answer": Written(),
            **rest,
        }
    )


ROUTES = (
    _of(
        "GET",
        REGISTER,
        "The register of sub-processors; of one organisation with how each stands with it.",
        roles=OVERSEERS,
        reach=Reach.OWN_ORGANISATION,
        rpc="org.sub_processors",
        added=whose,
        query=RegisterQuery(),
        paged=True,
        answer=shapes.SUB_PROCESSORS,
    ),
    _of(
        "POST",
        REGISTER,
        "Register a sub-processor, and tell the organisations that it concerns.",
        roles=OFFICERS,
        rpc="org.register_sub_processor",
        body=shapes.SubProcessor(),
        answer=shapes.Entered(),
        status=201,
        problems=(Problem.AGREEMENT_MISSING,),
    ),
    _of(
        "POST",
        f"{REGISTER}/{{sub_processor}}/objection",
        "Object, with reasons, within the term; the organisation's data does not go there.",
        roles=BEHEERDER,
        rpc="org.object_to",
        body=shapes.Objection(),
        problems=(
            Problem.TERM_OVER,
            Problem.SUB_PROCESSOR_WITHDRAWN,
            Problem.ORGANISATION_LEFT,
            Problem.ERASED,
        ),
    ),
    _of(
        "POST",
        f"{REGISTER}/{{sub_processor}}/acceptance",
        "Accept without waiting for the end of the term, or in spite of an earlier objection.",
        roles=BEHEERDER,
        rpc="org.accept",
        problems=(Problem.SUB_PROCESSOR_WITHDRAWN, Problem.ORGANISATION_LEFT),
    ),
    _of(
        "POST",
        f"{REGISTER}/{{sub_processor}}/withdrawal",
        "Let it receive nothing any more, of one organisation or of all.",
        roles=OFFICERS,
        rpc="org.withdraw_sub_processor",
        body=shapes.Withdrawal(),
    ),
)
