"""What a change of rule would touch: the controller sees whom, which is a look on the record; others see how many."""

from __future__ import annotations

from gateway.answer import Answer
from gateway.ask import Ask
from gateway.route import Reach, Route
from gateway.schemas import preview
from gateway.schemas.fields import Page
from services.contracts.errors import Problem
from services.contracts.privacy import Purpose, Role

SIDES = frozenset({Role.OPERATOR, Role.BEHEERDER})


async def _preview(ask: Ask) -> Answer:
    which = {"organisation": ask.path["org"], "agreement": ask.path["agreement"]}
    result = await ask.call("retention.preview_rule", {**which, "after": ask.after, "limit": ask.query["limit"]})
    if ask.caller.role is Role.OPERATOR:
        return ask.door.answered(ask, {**result, "items": [], "next": None})
    people = sorted({item["person"] for item in result["items"]})
    known = {}
    if people:
        known = await ask.call("auth.public_ids", {"organisation": ask.path["org"], "people": people})
    items = [{**item, "account": known.get(item["person"])} for item in result["items"]]
    return ask.door.answered(ask, {**result, "items": items})


ROUTES = (
    Route(
        method="GET",
        path="/v1/organisations/{org}/agreements/{agreement}/preview",
        summary="Whom and what the terms of an agreement would touch, and to which dates, before it is signed.",
        roles=SIDES,
        reach=Reach.ORGANISATION,
        handler=_preview,
        query=Page(),
        paged=True,
        answer=preview.Preview(),
        purpose=Purpose.BEHEER_ACCESS,
        problems=(Problem.AGREEMENT_NOT_OPEN,),
    ),
)
