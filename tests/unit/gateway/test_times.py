"""A time is taken in every spelling that RFC 3339 has and in no other, and only where we can reckon with it."""

from __future__ import annotations

from typing import Any

import pytest
from marshmallow import Schema

from gateway.routes import ROUTES
from gateway.schemas.fields import Day, Moment
from services.kernel.codec import instant, moment
from services.kernel.durations import after
from tests.unit.gateway.line import OURS, Client

LONGEST = "P999Y9999M9999W99999DT999999H99999999M9999999999S"
FACT = {"kind": "app_opened"}


def taken(ask: Client, at: Any) -> tuple[int, Any]:
    """The status, and the moment that reached the service."""
    answer = ask("POST", "/v1/usage", role="member", json={"facts": [{**FACT, "at": at}]})
    said = [one.args["facts"][0]["at"] for one in ask.line.commands()]
    return answer.status_code, said[0] if said else answer.json()["code"]


@pytest.mark.parametrize(
    "at",
    [
        "2026-11-23T10:00:00Z",
        "2026-11-23t10:00:00z",
        "2026-11-23T10:00:00-00:00",
        "2026-11-23T11:00:00.0+01:00",
        "2026-11-22T10:01:00-23:59",
    ],
)
def test_every_spelling_of_a_moment_becomes_ours(ask: Client, at: str) -> None:
    assert taken(ask, at) == (200, "2026-11-23T10:00:00.000000Z")


@pytest.mark.parametrize(
    "at",
    [
        *("2026-11-23T10:00:00", "2026-11-23", "20261123T100000Z", "2026-W48-1T10:00:00Z", "2026-11-23 10:00:00Z"),
        *("2026-02-30T10:00:00Z", "2026-11-23T10:00:60Z", "2026-11-23T24:00:00Z", "2026-11-23T10:00:00+24:00"),
        *("0001-01-01T00:00:00+14:00", "0999-12-31T23:59:59Z", "7000-01-01T00:00:00Z", "9999-12-31T23:59:59-14:00"),
        *("now", "", "\u0662\u0660\u0662\u0666-11-23T10:00:00Z", 0, None, True, ["2026-11-23T10:00:00Z"]),
    ],
)
def test_what_is_no_moment_or_beyond_reckoning_is_a_422_and_reaches_nobody(ask: Client, at: Any) -> None:
    assert taken(ask, at) == (422, "invalid")


@pytest.mark.parametrize("day", ["20261123", "2026-W48-1", "2026-02-30", "0999-12-31", "7000-01-01", "9999-12-31", 0])
def test_a_day_has_one_spelling(ask: Client, day: Any) -> None:
    path = f"/v1/organisations/{OURS}/agreements/a-id/terminate"
    answer = ask("POST", path, role="beheerder", json={"ends_on": day})
    assert (answer.status_code, answer.json()["code"], ask.line.commands()) == (422, "invalid", [])


@pytest.mark.parametrize("edge", ["1000-01-01T00:00:00+23:59", "6999-12-31T23:59:59-23:59"])
def test_at_either_edge_the_longest_term_still_ends_within_the_calendar(ask: Client, edge: str) -> None:
    status, at = taken(ask, edge)
    assert status == 200
    assert instant(after(moment(at), LONGEST))


@pytest.mark.parametrize("number", ["1_0", "+5", "%205", "5.0", "\u0663", "1e1", "9" * 5000])
def test_a_number_in_a_query_is_written_in_digits(ask: Client, number: str) -> None:
    for path in ("/v1/me/access-log?limit=", "/v1/log/entries?from="):
        answer = ask("GET", path + number, role="compliance")
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert ask.line.commands() == []


@pytest.mark.parametrize("edge", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "yesterday"])
@pytest.mark.parametrize("name", ["from", "to"])
def test_a_replay_asks_for_moments_alike(ask: Client, name: str, edge: str) -> None:
    for body in ({"selection": {name: edge}}, {"at": edge}):
        answer = ask("POST", "/v1/replays", role="investigator", json={"case": "c", "ground": "g", **body})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
    assert ask.line.commands() == []


def asked_for(schema: Schema) -> list[Any]:
    found: list[Any] = []
    for field in schema.fields.values():
        inner = getattr(field, "inner", field)
        found += asked_for(inner.schema) if hasattr(inner, "schema") else [inner]
    return found


def test_no_route_takes_a_time_at_another_door():
    said = [one for route in ROUTES for part in (route.body, route.query) if part for one in asked_for(part)]
    kinds = {type(one) for one in said if "Date" in type(one).__name__ or "Time" in type(one).__name__}
    assert kinds == set(), "gateway/schemas/fields.py has moment() and day()"
    assert {Moment, Day} <= {type(one) for one in said}
