"""What is another's is not there: the same answer for it as for what never was, in every route and every role (I9)."""

from __future__ import annotations

import re
import uuid
from typing import Any

import httpx
import pytest

from gateway.route import Access, Route
from gateway.routes import ROUTES
from services.contracts.privacy import Role
from tests.journeys.guessing import Guesses, shared_incident
from tests.journeys.naming import TENANTS
from tests.journeys.people import Cast, Person, mailed, people_of
from tests.journeys.planting import Planting, Village
from tests.journeys.running import System
from tests.journeys.strangers import BODIES, EVERYBODYS, WORDS, lived

GUARDED = [route for route in ROUTES if route.access is Access.ROLES]
TELLING = ("date", "correlation-id", "connection")
"""When, which request, and whether its body had come when it was refused unread: of none of these is the id a cause."""


@pytest.fixture
def settings() -> dict[str, str]:
    """On SQLite alone: what is decided here is decided before a database is asked."""
    return {"CRISISCONNECT_TRUSTED_PROXIES": "127.0.0.1"}


@pytest.mark.timeout(240)
def test_no_organisation_can_tell_what_another_has_from_what_never_was(system: System) -> None:
    planting = Planting(system.url)
    village, _, real = lived(planting)
    theirs = people_of(village.organisation, village.beheerder, system.url, "eigen")
    others = neighbours(village, system.url)
    named = {name for route in ROUTES for name in route.parameters}
    assert set(real) == named, "give a real id to every parameter, in tests/journeys/strangers.py"

    asked, wrong = 0, list[str]()
    for route in GUARDED:
        for role in TENANTS:
            if role in route.roles:
                answers = [
                    one
                    for pair in pairs(route, others[role], real)
                    for one in same_as_never(route, others[role], *pair)
                ]
            else:
                answers = [refused(route, person, real) for person in (theirs[role], others[role])]
            asked += len(answers)
            wrong += [f"{role}: {one}" for one in answers if one]
    incident = shared_incident(village.officer, village.organisation, others[Role.BEHEERDER].organisation)
    guesses = Guesses(theirs, others, real, incident)
    guesses.everywhere()
    guesses.in_links({"delivery": planting.values["member's delivery's token"]})
    wrong += guesses.wrong
    assert not wrong, "\n".join(wrong)
    assert asked > 300
    assert guesses.asked > 100
    assert system.command("log", "verify").stdout.endswith("ok\n")


def neighbours(village: Village, url: str) -> dict[Role, Person]:
    """Another organisation, with an agreement and somebody in each role."""
    cast = Cast(url)
    cast.operator, cast.officer = village.operator, village.officer
    cast.organisation = cast.register("Gemeente Ernaast", "bas@ernaast.example")
    cast.beheerder.accept(mailed(url, "bas@ernaast.example"), "bas.ernaast", "Bas", "Buur")
    cast.beheerder.sign_in()
    cast.agree()
    return people_of(cast.organisation, cast.beheerder, url, "buur")


Names = dict[str, str]


def pairs(route: Route, stranger: Person, real: Names) -> list[tuple[Names, Names]]:
    """What is there beside what never was: in the other's organisation, and in one's own."""
    objects = [name for name in route.parameters if name not in {*WORDS, *EVERYBODYS}]
    found = [(real, {**real, **{name: never(real[name]) for name in objects}})] if objects else []
    if "org" in objects and len(objects) > 1:
        mine = {**real, "org": stranger.organisation}
        found.append((mine, {**mine, **{name: never(real[name]) for name in objects if name != "org"}}))
    return found


def same_as_never(route: Route, stranger: Person, theirs: Names, nobodys: Names) -> list[str]:
    """What is wrong with the two answers, if anything."""
    there, nowhere = ask(route, stranger, theirs), ask(route, stranger, nobodys)
    right = there.status_code == 404 and comparable(there) == comparable(nowhere)
    return ["" if right else f"{told(route, there)} beside {told(route, nowhere)}"]


def refused(route: Route, person: Person, real: Names) -> str:
    """The same, for a role that the route does not admit."""
    answer = ask(route, person, real)
    return "" if answer.status_code in (403, 404) else told(route, answer)


def never(one: str) -> str:
    """Another of its kind, that never was."""
    return str(2**40) if one.isdigit() else str(uuid.uuid4())


def ask(route: Route, person: Person, named: Names) -> httpx.Response:
    path = re.sub(r"\{(\w+)(?::path)?\}", lambda found: named[found[1]], route.path)
    body = BODIES.get((route.method, route.path), {}) if route.method in ("POST", "PUT", "PATCH") else None
    return person.http.request(route.method, path, json=body)


def comparable(answer: httpx.Response) -> Any:
    """All of it, but for what was asked and when."""
    said = {name: value for name, value in answer.json().items() if name not in ("instance", "correlation")}
    return answer.status_code, said, {n: v for n, v in answer.headers.items() if n not in TELLING}


def told(route: Route, answer: httpx.Response) -> str:
    return f"{route.method} {route.path}: {answer.status_code} {dict(answer.headers)} {answer.text[:300]}"
