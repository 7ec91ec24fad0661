"""What every service holds on one person, asked for in that person's name: all of it, or no answer at all (AVG 15, 20).

Whatever else a service comes to hold on people is asked for here, put into `copy`, and declared in schemas/data.py.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from gateway.leaving_out import redacted
from services.contracts.retention import Right
from services.kernel.codec import instant

A_PAGE = 100
SERVICES = ("auth", "org", "audit", "retention")
Asking = Callable[[str, dict[str, Any]], Awaitable[Any]]
"""One question to a service, in the name of whom it is about."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """`copy` is what is held, the same in every language; `statements` are in force, by language.

    `engaged` are the sub-processors at work for the organisation.
    """

    at: datetime
    copy: Mapping[str, Any]
    controller: Mapping[str, Any]
    agreement: Mapping[str, Any] | None
    engaged: Sequence[Mapping[str, Any]]
    dates: Mapping[str, Any]
    statements: Mapping[str, Mapping[str, Any]]
    names: str = "not_asked"
    """What is said of the names of who looked: `given`, `withheld` after a weighing, or `not_asked`."""


async def gathered(ask: Asking, organisation: str, languages: Sequence[str]) -> Found:
    """Raises whatever one of the services answered: half an answer would be none."""
    whose = {"organisation": organisation}
    (
        held,
        dates,
        seen,
        said,
        usage,
        delivered,
        held_longer,
        parked,
        requests,
        complaints,
        looks,
        controller,
        agreements,
        fields,
        register,
        disclosed,
        *statements,
    ) = await asyncio.gather(
        ask("auth.my_data", {}),
        ask("retention.my_dates", {}),
        ask("org.my_acknowledgements", {}),
        ask("org.my_consents", {}),
        ask("org.my_usage", {}),
        ask("retention.my_deliveries", {}),
        ask("retention.my_holds", {}),
        asyncio.gather(*(ask(f"{service}.my_parked", {}) for service in SERVICES)),
        every(ask, "retention.my_requests"),
        every(ask, "audit.my_complaints"),
        every(ask, "auth.access_log"),
        ask("org.organisation", whose),
        every(ask, "org.agreements", **whose),
        every(ask, "org.fields", **whose),
        every(ask, "org.sub_processors", **whose),
        ask("audit.my_disclosures", {}),
        *(ask("org.statement", {"lang": lang}) for lang in languages),
    )
    me, labels = held["account"]["account"], {one["field"]: one["label"] for one in fields}
    return Found(
        at=datetime.now(UTC),
        copy={
            **held,
            "fields": [{**one, "label": labels.get(one["field"])} for one in held["fields"]],
            "acknowledged_statements": seen["items"],
            "consents": said["items"],
            "usage": usage["items"],
            "requests": [{**one, "account": me} for one in requests],
            "deliveries": delivered["items"],
            "complaints": complaints,
            "holds": held_longer["items"],
            "parked": [one for part in parked for one in part["items"]],
            "disclosed": disclosed["items"],
            "looks": looks,
            "recorded": dates["recorded"],
        },
        controller=controller,
        engaged=[one for one in register if one["standing"] and one["standing"]["state"] == "active"],
        agreement=next((one for one in agreements if one["in_force"]), None),
        dates=dates,
        statements=dict(zip(languages, statements, strict=True)),
    )


def told(found: Found, lang: str) -> dict[str, Any]:
    """The answer to access in one language: every field is there, and an empty one says so."""
    statement, dates, agreement = found.statements[lang], found.dates, found.agreement
    agreed = agreement["sub_processors"] if agreement else []
    return {
        "processed": True,
        "generated_at": instant(found.at),
        "law": dates["law"],
        "statement": statement["version"],
        "controller": found.controller,
        "copy": redacted(found.copy, found.names, dates["others"], lang),
        "purposes": statement["purposes"],
        "categories": statement["categories"],
        "agreement": agreement,
        "recipients": list(dict.fromkeys([*agreed, *(one["name"] for one in found.engaged)])),
        "engaged": found.engaged,
        "terms": {"statement": statement["terms"], "erasures": dates["erasures"]},
        "rights": [right.value for right in Right],
        "complaint": statement["authority"],
        "sources": [_said(one, lang) for one in dates["sources"]],
        "automated_decisions": _said(dates["automated_decisions"], lang),
        "transfers": _said(dates["transfers"], lang),
        "names": _said({"code": found.names, **dates["names"][found.names]}, lang),
        "not_shown": [_said(one, lang) for one in dates["not_shown"]],
        "standing_sentence": dates["standing"][lang],
    }


async def every(ask: Asking, target: str, **args: Any) -> list[dict[str, Any]]:
    """Every page of a list."""
    items: list[dict[str, Any]] = []
    after: Any = None
    while True:
        page = await ask(target, {**args, "after": after, "limit": A_PAGE})
        items += page["items"]
        after = page.get("next")
        if after is None:
            return items


def _said(one: Mapping[str, str], lang: str) -> dict[str, str]:
    return {"code": one["code"], "words": one[lang]}
