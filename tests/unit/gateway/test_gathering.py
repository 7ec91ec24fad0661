"""The answer to access is whole: each part is what its service said, every page of it, in the asker's language."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from gateway.gathering import SERVICES, Found, gathered, told
from gateway.leaving_out import ALWAYS
from services.contracts.retention import Right
from tests.unit.gateway.line import OURS

WORDS = {"nl": "Woorden", "en": "Words"}
REASONS = [*ALWAYS.values(), "viewer_elsewhere", "viewer_gone", "viewer_withheld", "viewer_not_asked"]
DATES = {
    "recorded": {"email": "2025-03-01T00:00:00Z"},
    "law": 4,
    "erasures": ["an erasure"],
    "others": dict.fromkeys(REASONS, WORDS),
    "sources": [{"code": "source", **WORDS}],
    "automated_decisions": {"code": "none", **WORDS},
    "transfers": {"code": "nowhere", **WORDS},
    "names": {code: {"nl": f"{code} nl", "en": f"{code} en"} for code in ("given", "withheld", "not_asked")},
    "not_shown": [{"code": "beyond", **WORDS}],
    "standing": {"nl": "Altijd.", "en": "Always."},
}
ANSWERS: dict[str, Any] = {
    "auth.my_data": {
        "account": {"account": "me", "organisation": OURS},
        "sessions": ["a session"],
        "fields": [{"field": "f1", "value": "x"}, {"field": "f2", "value": "y"}],
    },
    "retention.my_dates": DATES,
    "org.organisation": {"name": "Gemeente Voorbeeld"},
    "org.fields": [{"field": "f1", "label": "Ploeg"}],
    "org.agreements": [
        {"agreement": "old", "in_force": False, "sub_processors": ["Oud"]},
        {"agreement": "new", "in_force": True, "sub_processors": ["Hosting", "Mail"]},
    ],
    "org.sub_processors": [
        {"name": "Mail", "standing": {"state": "active"}},
        {"name": "Sleutels", "standing": {"state": "active"}},
        {"name": "Later", "standing": {"state": "announced"}},
        {"name": "Van een ander", "standing": None},
    ],
    "auth.access_log": [{"organisation": OURS, "at": "1"}, {"organisation": OURS, "at": "2"}],
    "org.my_acknowledgements": ["seen"],
    "org.my_consents": ["consent"],
    "org.my_usage": ["usage"],
    "retention.my_deliveries": [{"of": "delivery"}],
    "retention.my_holds": [{"of": "hold"}],
    "retention.my_requests": [{"of": "request"}],
    "audit.my_complaints": [{"of": "complaint"}],
    "audit.my_disclosures": [{"of": "disclosure"}],
    **{f"{service}.my_parked": [f"parked of {service}"] for service in SERVICES},
}
PAGED = {"retention.my_requests", "audit.my_complaints", "auth.access_log", "org.agreements", "org.fields",
         "org.sub_processors"}  # fmt: skip

OF_THE_ORGANISATION = {"org.organisation", "org.agreements", "org.fields", "org.sub_processors"}


async def ask(target: str, args: dict[str, Any]) -> Any:
    """Each service, a page of one item at a time where it has pages."""
    if target == "org.statement":
        lists = {"purposes": [f"purposes {args['lang']}"], "categories": ["c"], "terms": ["t"]}
        return {"version": 2, **lists, "authority": "AP"}
    assert args.get("organisation") == (OURS if target in OF_THE_ORGANISATION else None)
    answer = ANSWERS[target]
    if not isinstance(answer, list):
        return answer
    if target not in PAGED:
        return {"items": answer}
    assert args["limit"] == 100
    at = args["after"] or 0
    return {"items": answer[at : at + 1], "next": at + 1 if at + 1 < len(answer) else None}


def found() -> Found:
    return asyncio.run(gathered(ask, OURS, ("nl", "en")))


def test_every_part_is_what_its_service_said_and_all_of_it() -> None:
    one = found()

    assert one.copy == {
        "account": {"account": "me", "organisation": OURS},
        "sessions": ["a session"],
        "fields": [{"field": "f1", "value": "x", "label": "Ploeg"}, {"field": "f2", "value": "y", "label": None}],
        "acknowledged_statements": ["seen"],
        "consents": ["consent"],
        "usage": ["usage"],
        "requests": [{"of": "request", "account": "me"}],
        "deliveries": [{"of": "delivery"}],
        "complaints": [{"of": "complaint"}],
        "holds": [{"of": "hold"}],
        "parked": [f"parked of {service}" for service in SERVICES],
        "disclosed": [{"of": "disclosure"}],
        "looks": ANSWERS["auth.access_log"],
        "recorded": DATES["recorded"],
    }
    assert (one.controller, one.dates) == (ANSWERS["org.organisation"], DATES)
    assert one.agreement == ANSWERS["org.agreements"][1]
    assert [engaged["name"] for engaged in one.engaged] == ["Mail", "Sleutels"]


@pytest.mark.parametrize(("lang", "words"), [("nl", "Woorden"), ("en", "Words")])
def test_it_is_told_in_one_language_with_everything_that_the_law_asks(lang: str, words: str) -> None:
    one = found()
    said: Mapping[str, Any] = told(replace(one, names="withheld"), lang)

    assert {name: value for name, value in said.items() if name not in ("generated_at", "copy")} == {
        "processed": True,
        "law": 4,
        "statement": 2,
        "controller": one.controller,
        "purposes": [f"purposes {lang}"],
        "categories": ["c"],
        "agreement": one.agreement,
        "recipients": ["Hosting", "Mail", "Sleutels"],
        "engaged": one.engaged,
        "terms": {"statement": ["t"], "erasures": ["an erasure"]},
        "rights": [right.value for right in Right],
        "complaint": "AP",
        "sources": [{"code": "source", "words": words}],
        "automated_decisions": {"code": "none", "words": words},
        "transfers": {"code": "nowhere", "words": words},
        "names": {"code": "withheld", "words": f"withheld {lang}"},
        "not_shown": [{"code": "beyond", "words": words}],
        "standing_sentence": DATES["standing"][lang],
    }
    assert [one["code"] for look in said["copy"]["looks"] for one in look["left_out"]] == ["viewer_withheld"] * 2
    assert told(replace(one, agreement=None), lang)["recipients"] == ["Mail", "Sleutels"]
    assert said["generated_at"].startswith(f"{one.at:%Y-%m-%dT%H:%M}")
