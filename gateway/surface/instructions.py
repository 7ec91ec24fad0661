"""Instructions: given by a Beheerder or taken down by compliance; carried out, parked, or taken back (AVG 28, 29)."""

from __future__ import annotations

from typing import Any

from gateway.ask import Ask
from gateway.route import Reach, Route
from gateway.schemas import instructions as shapes
from gateway.schemas.fields import Written
from gateway.schemas.incidents import RegisterQuery
from gateway.surface.incidents import own, whose
from gateway.surface.record import OFFICERS, OVERSEERS
from services.contracts.errors import Problem
from services.contracts.privacy import Purpose, Role
from services.kernel.decider import Refused

REGISTER = "/v1/instructions"
ONE = f"{REGISTER}/{{instruction}}"
BEHEERDER = frozenset({Role.BEHEERDER})


def _whose(ask: Ask) -> dict[str, Any]:
    """A Beheerder instructs for their own organisation; compliance says whose instruction it took down."""
    named = ask.body.get("organisation")
    if ask.caller.role is Role.COMPLIANCE:
        if named is None:
            raise Refused("invalid", errors={"organisation": ["Missing."]})
        return {"organisation": named}
    if named not in (None, ask.caller.organisation):
        raise Refused("not_found")
    return {"organisation": ask.caller.organisation}


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


CLOSED = (Problem.INSTRUCTION_CLOSED, Problem.ORGANISATION_LEFT, Problem.ERASED)
ROUTES = (
    _of(
        "GET",
        REGISTER,
        "The register of instructions, the newest first, without their words.",
        roles=OVERSEERS,
        reach=Reach.OWN_ORGANISATION,
        rpc="org.instructions",
        added=whose,
        query=RegisterQuery(),
        paged=True,
        answer=shapes.INSTRUCTIONS,
    ),
    _of(
        "POST",
        REGISTER,
        "Instruct the maker, or take down what was instructed another way.",
        roles=OFFICERS | BEHEERDER,
        rpc="org.give_instruction",
        added=_whose,
        body=shapes.Instruction(),
        answer=shapes.Instructed(),
        status=201,
        problems=(Problem.NOT_FOUND, Problem.MOMENT_IMPOSSIBLE, Problem.ORGANISATION_LEFT),
    ),
    _of(
        "GET",
        ONE,
        "One instruction, with what was said and done.",
        roles=OVERSEERS,
        rpc="org.instruction",
        added=own,
        answer=shapes.InstructionShown(),
    ),
    _of(
        "POST",
        f"{ONE}/park",
        "Park an instruction that seems unlawful; the controller reads why.",
        roles=OFFICERS,
        rpc="org.park_instruction",
        body=shapes.Parking(),
        problems=CLOSED,
    ),
    _of(
        "POST",
        f"{ONE}/done",
        "Say what was done.",
        roles=OFFICERS,
        rpc="org.carry_out_instruction",
        body=shapes.CarriedOut(),
        problems=CLOSED,
    ),
    _of(
        "POST",
        f"{ONE}/withdrawal",
        "Take an instruction back that was not carried out.",
        roles=BEHEERDER,
        rpc="org.withdraw_instruction",
        problems=CLOSED,
    ),
)
