"""A Beheerder has an answer made and delivered without seeing it; the person collects it with link and code (P15)."""

from __future__ import annotations

import base64
from dataclasses import replace
from hashlib import sha256
from typing import Any

from gateway.answer import Answer
from gateway.ask import Ask
from gateway.assembling import assembled
from gateway.route import Access, Reach, Route
from gateway.schemas import deliveries
from gateway.schemas.fields import Page
from services.contracts.errors import Problem
from services.contracts.privacy import Purpose, Role
from services.contracts.retention import Right

OF_REQUEST = "/v1/organisations/{org}/requests/{request}"
ONE = "/v1/deliveries/{token}"
MADE = (Problem.ANSWER_TOO_LARGE, Problem.ERASED, Problem.TOO_LATE, Problem.NOT_YET)
OVER = (Problem.DELIVERY_COLLECTED, Problem.DELIVERY_EXPIRED, Problem.DELIVERY_VOID)


async def fulfil(ask: Ask) -> Answer:
    """The step of a data request that says what was done; access and portability are done by delivering."""
    body = dict(ask.body)
    deliver, names = body.pop("deliver"), body.pop("names", None)
    asked = {"organisation": ask.path["org"], "request": ask.path["request"]}
    weighed = [] if names is None else await _weighed(ask, {**asked, **names})
    wanted = (
        await ask.call("retention.delivery_wanted", asked)
        if deliver
        else {"answered": None, "right": None, "person": None}
    )
    if wanted["answered"] is not None:
        result = wanted["answered"]
    elif wanted["person"] is None:
        result = await ask.call("retention.fulfil_request", {**body, **asked})
    else:
        content = await assembled(ask, wanted["person"], Right(str(wanted["right"])), wanted.get("names"))
        result = await ask.call("retention.deliver", {**body, **asked, "content": content})
    return _answered(ask, {**result, "events": [*weighed, *result["events"]]})


async def _weighed(ask: Ask, asked: dict[str, Any]) -> list[str]:
    """On the record before anything is gathered: a step of its own, which has a key of its own. Answers its event."""
    context = ask.context()
    beside = replace(context, idempotency=sha256(f"names:{context.idempotency}".encode()).hexdigest())
    told = await ask.door.call("retention.weigh_names", asked, beside, ask.deadline)
    events: list[str] = told["events"]
    return events


async def _again(ask: Ask) -> Answer:
    asked = {"organisation": ask.path["org"], "request": ask.path["request"]}
    wanted = await ask.call("retention.delivery_wanted", {**asked, "again": True})
    if wanted["answered"] is not None:
        return _answered(ask, wanted["answered"])
    content = await assembled(ask, wanted["person"], Right(wanted["right"]), wanted.get("names"))
    return _answered(ask, await ask.call("retention.deliver", {**asked, "content": content}))


def _answered(ask: Ask, result: dict[str, Any]) -> Answer:
    return ask.door.answered(ask, {"delivery": None, **result})


async def _collect(ask: Ask) -> Answer:
    found = await ask.call("retention.collect_delivery", {"token": ask.path["token"], "code": ask.body["code"]})
    named = b'attachment; filename="crisisconnect-%s.zip"' % Right(found["kind"]).value.encode()
    body = base64.b64decode(found["content"])
    return Answer(200, body, media_type=b"application/zip", headers=((b"content-disposition", named),))


ROUTES = (
    Route(
        method="GET",
        path=f"{OF_REQUEST}/deliveries",
        summary="What was made ready for this person, and what became of it.",
        roles=frozenset({Role.BEHEERDER, Role.AUDITOR}),
        reach=Reach.ORGANISATION,
        rpc="retention.deliveries",
        query=Page(),
        paged=True,
        answer=deliveries.DELIVERIES,
        purpose=Purpose.BEHEER_ACCESS,
    ),
    Route(
        method="POST",
        path=f"{OF_REQUEST}/deliveries",
        summary="Make the answer anew and send another link; an earlier one leads nowhere from then on.",
        roles=frozenset({Role.BEHEERDER}),
        reach=Reach.ORGANISATION,
        handler=_again,
        answer=deliveries.Delivered(),
        status=201,
        purpose=Purpose.BEHEER_ACCESS,
        dangerous=True,
        problems=(Problem.NOT_DELIVERED, *MADE),
    ),
    Route(
        method="GET",
        path=ONE,
        summary="What a link leads to, and until when.",
        access=Access.HOLDER,
        reach=Reach.CAPABILITY,
        rpc="retention.delivery",
        answer=deliveries.Waiting(),
        purpose=Purpose.APP_ACCESS,
        problems=OVER,
    ),
    Route(
        method="POST",
        path=ONE,
        summary="Collect it with the code, once; from then on it is nowhere here.",
        access=Access.HOLDER,
        reach=Reach.CAPABILITY,
        handler=_collect,
        body=deliveries.Code(),
        media_type="application/zip",
        purpose=Purpose.APP_ACCESS,
        keyed=False,
        problems=(Problem.WRONG_CODE, Problem.THROTTLED, *OVER),
    ),
)
