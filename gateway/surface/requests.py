"""Data requests: taken in and answered by the Beheerder, read by the auditor, asked and followed in the app (P15)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gateway.answer import Answer
from gateway.ask import Ask
from gateway.route import EVERY_ROLE, For, Reach, Route
from gateway.schemas import deliveries as shapes, requests
from gateway.schemas.fields import Page
from gateway.surface import deliveries
from services.contracts.errors import Problem
from services.contracts.privacy import Purpose, Role

BEHEERDER = frozenset({Role.BEHEERDER})
READERS = frozenset({Role.BEHEERDER, Role.AUDITOR})
REQUESTS = "/v1/organisations/{org}/requests"
MINE = "/v1/me/requests"


async def _named(ask: Ask, items: list[dict[str, Any]], case: str | None = None) -> list[dict[str, Any]]:
    """With the public ids of whose account is open: naming them is a look at them, on the record, for this case."""
    people = sorted({item["person"] for item in items if item.get("person")})
    known = {}
    if people:
        asked = {"organisation": ask.path["org"], "people": people}
        known = await ask.door.call("auth.public_ids", asked, replace(ask.context(), case=case), ask.deadline)
    return [{**item, "account": known.get(item.get("person"))} for item in items]


async def _register(ask: Ask) -> Answer:
    asked = {"organisation": ask.path["org"], "after": ask.after, "limit": ask.query["limit"]}
    result = await ask.call("retention.requests", asked)
    return ask.door.answered(ask, {**result, "items": await _named(ask, result["items"])})


async def _one(ask: Ask) -> Answer:
    result = await ask.call("retention.request", {"organisation": ask.path["org"], "request": ask.path["request"]})
    return ask.door.answered(ask, (await _named(ask, [result], ask.path["request"]))[0])


def _of(method: str, path: str, summary: str, **rest: Any) -> Route:
    return Route(
        **{
            "method": method,
            "path": path,
            "summary": summary,
            "roles": BEHEERDER,
            "reach": Reach.ORGANISATION,
            "purpose": Purpose.BEHEER_ACCESS,
            **rest,
        }
    )


def _step(name: str, summary: str, rpc: str | None, *problems: Problem, **rest: Any) -> Route:
    path = f"{REQUESTS}/{{request}}/{name}"
    usual = (Problem.REQUEST_CLOSED, Problem.ERASED)
    said = {"answer": requests.Stepped(), "problems": (*problems, *usual), **rest}
    return _of("POST", path, summary, rpc=rpc, **said)


ROUTES = (
    _of(
        "GET",
        REQUESTS,
        "The register of data requests, the newest first.",
        roles=READERS,
        handler=_register,
        query=Page(),
        paged=True,
        answer=requests.REGISTER,
    ),
    _of(
        "POST",
        REQUESTS,
        "Take in a data request that came by e-mail, by telephone or in person.",
        rpc="retention.take_request",
        body=requests.Intake(),
        answer=requests.Taken(),
        status=201,
        problems=(Problem.ACCOUNT_UNKNOWN, Problem.MOMENT_IMPOSSIBLE, Problem.TOO_LATE, Problem.ERASED),
    ),
    _of(
        "GET",
        f"{REQUESTS}/{{request}}",
        "One data request, with what was said on either side.",
        handler=_one,
        answer=requests.Request(),
    ),
    _step(
        "verify",
        "Say how it is known that it is this person; both dates are shown from then on.",
        "retention.verify_request",
        body=requests.Verification(),
    ),
    _step(
        "extend",
        "Take three months from the receipt, on a ground and with reasons, within the first term.",
        "retention.extend_request",
        Problem.ALREADY_EXTENDED,
        Problem.TERM_OVER,
        body=requests.Extension(),
    ),
    _step(
        "fulfil",
        "Do what was asked and say so: correct, restrict, decide on an objection, begin an erasure, deliver an answer.",
        None,
        Problem.IDENTITY_NEEDED,
        Problem.ANSWER_TOO_LARGE,
        Problem.TOO_LATE,
        Problem.LAST_BEHEERDER,
        Problem.NOT_YET,
        Problem.ALREADY_INVITED,
        Problem.ACCOUNT_CLOSED,
        Problem.GROUND_NEEDED,
        Problem.ACCOUNT_NEEDS_PURPOSE,
        Problem.EVERYTHING_EXCEPTED,
        Problem.EXPIRY_INVALID,
        handler=deliveries.fulfil,
        body=shapes.Fulfilment(),
        answer=shapes.Fulfilled(),
        dangerous=True,
    ),
    _step(
        "refuse",
        "Refuse on a ground and with reasons; the remedies against that are named.",
        "retention.refuse_request",
        Problem.IDENTITY_KNOWN,
        Problem.NOT_YET,
        body=requests.Refusal(),
    ),
    _step(
        "notify-recipient",
        "Record that who received the data before was told what became of it, or why not.",
        "retention.tell_recipient",
        Problem.NOT_YET,
        Problem.MOMENT_IMPOSSIBLE,
        body=requests.Telling(),
    ),
    _step(
        "lift",
        "Announce that a restriction ends: the person is mailed first, and it ends when the notice is over.",
        "retention.end_restriction",
        Problem.NOT_RESTRICTED,
        Problem.ACCOUNT_CLOSED,
        body=requests.Lifting(),
        dangerous=True,
    ),
    Route(
        method="GET",
        path=MINE,
        summary="One's own data requests, and how far they are.",
        roles=EVERY_ROLE,
        reach=Reach.SELF,
        rpc="retention.my_requests",
        query=Page(),
        paged=True,
        answer=requests.MINE,
        purpose=For.ROLE,
    ),
    Route(
        method="POST",
        path=MINE,
        summary="Ask for one of one's rights; the Beheerder answers within the term of the law.",
        roles=EVERY_ROLE,
        reach=Reach.SELF,
        rpc="retention.ask_mine",
        body=requests.Wish(),
        answer=requests.Taken(),
        status=201,
        purpose=For.ROLE,
        problems=(Problem.TOO_LATE, Problem.ERASED),
    ),
)
