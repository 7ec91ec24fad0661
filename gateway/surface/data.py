"""Everything held on the person who asks, of all services in one answer, or no answer at all (AVG 15, P15)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from gateway.answer import Answer
from gateway.ask import Ask
from gateway.route import EVERY_ROLE, For, Reach, Route
from gateway.schemas.data import OwnData
from gateway.schemas.statement import InLanguage
from services.contracts.retention import Right
from services.kernel.codec import instant

A_PAGE = 100


async def _all(ask: Ask, target: str, **args: Any) -> list[dict[str, Any]]:
    """Every page of a list: half an answer would be none."""
    items: list[dict[str, Any]] = []
    after: Any = None
    while True:
        page = await ask.call(target, {**args, "after": after, "limit": A_PAGE})
        items += page["items"]
        after = page.get("next")
        if after is None:
            return items


async def _data(ask: Ask) -> Answer:
    organisation = {"organisation": ask.caller.organisation}
    lang = ask.query["lang"]
    held, dates, seen, requests, complaints, looks, controller, agreements, statement = await asyncio.gather(
        ask.call("auth.my_data", {}),
        ask.call("retention.my_dates", {}),
        ask.call("org.my_acknowledgements", {}),
        _all(ask, "retention.my_requests"),
        _all(ask, "audit.my_complaints"),
        _all(ask, "auth.access_log"),
        ask.call("org.organisation", organisation),
        _all(ask, "org.agreements", **organisation),
        ask.call("org.statement", {"lang": lang}),
    )
    agreement = next((one for one in agreements if one["in_force"]), None)
    me = held["account"]["account"]
    told = {
        "processed": True,
        "generated_at": instant(datetime.now(UTC)),
        "law": dates["law"],
        "statement": statement["version"],
        "controller": controller,
        "copy": {
            **held,
            "acknowledged_statements": seen["items"],
            "requests": [{**one, "account": me} for one in requests],
            "complaints": complaints,
            "looks": looks,
            "recorded": dates["recorded"],
        },
        "purposes": statement["purposes"],
        "categories": statement["categories"],
        "agreement": agreement,
        "recipients": agreement["sub_processors"] if agreement else [],
        "terms": {"statement": statement["terms"], "erasures": dates["erasures"]},
        "rights": [right.value for right in Right],
        "complaint": statement["authority"],
        "sources": [_said(one, lang) for one in dates["sources"]],
        "automated_decisions": _said(dates["automated_decisions"], lang),
        "transfers": _said(dates["transfers"], lang),
        "not_shown": [_said(one, lang) for one in dates["not_shown"]],
        "standing_sentence": dates["standing"][lang],
    }
    return Answer.json(200, ask.route.pick(told))


def _said(one: Mapping[str, str], lang: str) -> dict[str, str]:
    return {"code": one["code"], "words": one[lang]}


ROUTES = (
    Route(
        method="GET",
        path="/v1/me/data",
        summary="Everything held on oneself, with what for, until when, and who receives it.",
        roles=EVERY_ROLE,
        reach=Reach.SELF,
        handler=_data,
        query=InLanguage(),
        answer=OwnData(),
        purpose=For.ROLE,
        dangerous=True,
    ),
)
