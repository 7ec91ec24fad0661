"""An organisation leaves: it chooses, fetches what is its own, and is erased after a grace (P01, P06)."""

from __future__ import annotations

from typing import Any

from gateway.answer import Answer
from gateway.ask import Ask
from gateway.exporting import Export
from gateway.route import Reach, Route
from gateway.schemas import leaving as shapes
from gateway.shape import outgoing
from services.contracts.errors import Problem
from services.contracts.privacy import Purpose, Role
from services.kernel.decider import Refused

LEAVING = "/v1/organisations/{org}/leaving"
STATE = shapes.LeavingState()
_PICK = outgoing(STATE)


async def _state(ask: Ask) -> Answer:
    """What org knows of the choice, with what retention knows of its erasure."""
    organisation = {"organisation": ask.organisation}
    found: dict[str, Any] = dict(await ask.call("org.leaving", organisation))
    erasure: dict[str, Any] | None = None
    if found.get("erasure"):
        try:
            erasure = await ask.call("retention.erasure", {"erasure": found["erasure"], **organisation})
        except Refused as no:
            if no.code != "not_found":
                raise
            # The choice is on its way to the log; its id opens the erasure once it is there.
            erasure = {"id": found["erasure"], "state": "requested", "due": None}
    return Answer.json(200, _PICK({**found, "erasure": erasure, "grace_until": erasure and erasure["due"]}))


async def _export(ask: Ask) -> Answer:
    """Refusals come before the first byte."""
    content = await ask.call("org.export_content", {"organisation": ask.organisation})
    return Export(ask, content)


def _route(method: str, path: str, summary: str, **rest: Any) -> Route:
    return Route(
        method=method,
        path=path,
        summary=summary,
        roles=frozenset({Role.BEHEERDER}),
        reach=Reach.ORGANISATION,
        purpose=Purpose.BEHEER_ACCESS,
        dangerous=True,
        **rest,
    )


ROUTES = (
    _route(
        "GET", LEAVING, "What an organisation that leaves has chosen, and how far it is.", handler=_state, answer=STATE
    ),
    _route(
        "POST",
        LEAVING,
        "Have everything returned, or deleted, now that the agreement ends.",
        rpc="org.choose_leaving",
        body=shapes.LeavingWish(),
        answer=shapes.LeavingBegun(),
        status=201,
        problems=(Problem.AGREEMENT_NOT_ENDED, Problem.TOO_LATE),
    ),
    _route(
        "GET",
        f"{LEAVING}/export",
        "Everything of the organisation as a ZIP, with a manifest of hashes.",
        handler=_export,
        media_type="application/zip",
        problems=(Problem.LEAVING_NOT_CHOSEN,),
    ),
)
