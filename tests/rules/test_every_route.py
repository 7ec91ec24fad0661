"""What must hold for every route: who may, on which object, in which shape, and that strangers learn nothing.

A failure names the route; the remedy is in gateway/surface, where its row stands.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from typing import Any

import pytest

from gateway.door import SEES_ALL_ORGANISATIONS
from gateway.openapi import document, problems
from gateway.route import CHANGES, Access, Reach, Route
from gateway.routes import ROUTES
from services.auth.app.people import People
from services.contracts.errors import BY_CODE
from services.contracts.privacy import STAFF, Role
from services.kernel.decider import Refused
from services.kernel.shape import loaded
from tests.journeys.naming import NAMING, SAYING, SPOKEN, of_tenants, sayable
from tests.unit.gateway.line import OURS, THEIRS, Client, Line

NAMES = [f"{route.method} {route.path}" for route in ROUTES]
GUARDED = [route for route in ROUTES if route.access is Access.ROLES]
PERSONAL = [route for route in ROUTES if route.personal and not route.development]
OF_AN_ORGANISATION = [route for route in GUARDED if "{org}" in route.path]
CONTRACT = document(ROUTES)
CLOSED_LISTS = {"/v1/me/consents", "/v1/reports"}
"""As long as a list that stands in the code: the purposes, the reports."""
TOKEN_IN_PATH = {"token", "erasure"}


def every(routes: list[Route] | tuple[Route, ...]) -> Any:
    return pytest.mark.parametrize("route", routes, ids=[f"{route.method} {route.path}" for route in routes])


@pytest.fixture
def ask() -> Iterator[Client]:
    client = Client(Line())
    yield client
    client.close()


def path_of(route: Route, org: str = OURS) -> str:
    tile = "000.p/1" if "entries" in route.path else "0/000.p/1"
    path = route.path.replace("{org}", org).replace("{tile:path}", tile).replace("{index}", "1")
    return re.sub(r"\{\w+\}", "a-id", path.replace("{kind}", "erasures"))


def test_no_route_stands_twice() -> None:
    assert len(set(NAMES)) == len(NAMES)


@every(ROUTES)
def test_it_says_who_may_and_on_which_object(route: Route) -> None:
    assert bool(route.roles) == (route.access is Access.ROLES), "name its roles, or that it is for everybody"
    if route.parameters and route.access is Access.ROLES:
        assert route.reach is not Reach.NOTHING or route.path == "/v1/reports/{kind}", "who checks the object?"
    if "{org}" in route.path:
        assert route.reach is Reach.ORGANISATION, "an organisation in the path is checked at the door"
    if route.access is Access.HOLDER:
        assert set(route.parameters) & TOKEN_IN_PATH, "a holder holds something that cannot be guessed"
        assert route.reach is Reach.CAPABILITY


@every(ROUTES)
def test_it_says_for_which_purpose(route: Route) -> None:
    if route.rpc and route.access is Access.ROLES:
        assert route.purpose is not None, "personal data is touched for a declared purpose only (P02)"


@every(ROUTES)
def test_it_says_what_comes_in_and_what_goes_out(route: Route) -> None:
    if route.rpc:
        assert route.answer is not None, "declare the answer: undeclared fields stay inside"
    if route.body is not None:
        assert route.method in CHANGES - {"DELETE"}, "a body comes with POST, PUT or PATCH"
        assert route.body.unknown == "raise", "our own door refuses unknown fields"
    if route.paged:
        assert route.query is not None
        assert {"cursor", "limit"} <= set(route.query.fields), "a list is paged"
        assert route.answer is not None
        assert {"items", "next"} <= set(route.answer.fields), "a page of it, and where it goes on"
    if route.answer is not None and {"items", "next"} <= set(route.answer.fields):
        assert route.paged or route.path in CLOSED_LISTS, "a list is paged: it grows, whoever thinks it will not"
    if route.method in CHANGES and route.answer is not None:
        assert "events" in route.answer.fields, "every answer to a change carries its events"


@every(ROUTES)
def test_no_answer_shows_a_pseudonym(route: Route) -> None:
    if route.answer is not None:
        assert "pseudonym" not in str(CONTRACT["components"]["schemas"]).lower()


@every(ROUTES)
def test_it_stands_in_the_contract_with_every_refusal(route: Route) -> None:
    operation = CONTRACT["paths"][route.template][route.method.lower()]
    assert str(route.status) in operation["responses"]
    assert (operation["security"] == [{"session": []}, {"cookie": []}]) == (route.access is Access.ROLES)
    if route.body is not None:
        assert "$ref" in operation["requestBody"]["content"]["application/json"]["schema"]
    for problem in problems(route):
        assert problem.code in operation["responses"][str(problem.status)]["description"]


def test_every_code_in_the_contract_is_one_of_ours() -> None:
    def enums(part: Any) -> Iterator[str]:
        if isinstance(part, dict):
            code = part.get("properties", {}).get("code", {}) if isinstance(part.get("properties"), dict) else {}
            yield from code.get("enum", [])
            for inner in part.values():
                yield from enums(inner)
        elif isinstance(part, list):
            for inner in part:
                yield from enums(inner)

    found = set(enums(CONTRACT))
    assert found == set(BY_CODE)


@every(ROUTES)
def test_its_operation_has_a_name_of_its_own(route: Route) -> None:
    ids = [op["operationId"] for path in CONTRACT["paths"].values() for op in path.values()]
    assert len(set(ids)) == len(ids) == len(ROUTES)


WAYS = pytest.mark.parametrize("by", ["bearer", "cookie"])
"""Of signing in: what holds for the one holds for the other."""


@every(GUARDED)
def test_without_a_session_it_asks_nobody_and_says_401(route: Route, ask: Client) -> None:
    answer = ask(route.method, path_of(route))
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert ask.line.asked == []


@WAYS
@every(GUARDED)
def test_with_a_session_that_is_over_it_says_401(route: Route, by: str, ask: Client) -> None:
    ask.line.answers["auth.who"] = Refused("unauthenticated")
    answer = ask(route.method, path_of(route), role="gone", by=by, content=b"not read")
    assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert ask.line.commands() == []
    cleared = answer.headers.get("set-cookie", "")
    assert cleared.startswith("__Host-session=; Max-Age=0") == (by == "cookie"), "a cookie of no use goes"


@every(GUARDED)
def test_by_cookie_no_other_site_can_ask_for_it(route: Route, ask: Client) -> None:
    role = min(route.roles).value
    elsewhere = {"Cookie": f"__Host-session={role}", "Sec-Fetch-Site": "cross-site"}
    answer = ask(route.method, path_of(route), headers=elsewhere, content=b"not read")
    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")
    assert ask.line.commands() == []


@WAYS
@every(GUARDED)
def test_every_other_role_is_refused_before_the_body_is_read(route: Route, by: str, ask: Client) -> None:
    for role in set(Role) - route.roles:
        answer = ask(route.method, path_of(route), role=role.value, by=by, content=b"not read")
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden"), role
    assert ask.line.commands() == []


@WAYS
@every(OF_AN_ORGANISATION)
def test_a_strangers_organisation_is_not_there(route: Route, by: str, ask: Client) -> None:
    """The same for one that never was; and who may see all of them gets the role's answer for any id."""
    for role in Role:
        answers = [
            ask(route.method, path_of(route, org), role=role.value, by=by, content=b"not read")
            for org in (THEIRS, "00000000-0000-4000-8000-000000000000")
        ]
        codes = {answer.json().get("code") for answer in answers}
        if role not in SEES_ALL_ORGANISATIONS:
            assert codes == {"not_found"}, role
        elif role not in route.roles:
            assert codes == {"forbidden"}, role
        bodies = [{**answer.json(), "instance": None} for answer in answers]
        assert bodies[0] == bodies[1], role


@WAYS
@every(PERSONAL)
def test_what_is_personal_is_stored_nowhere_on_its_way(route: Route, by: str, ask: Client) -> None:
    role = min(route.roles).value if route.roles else None
    ask.line.answers["audit.bundle"] = {"tile": ""}
    body = {"json": {}} if route.body is not None else {}
    assert ask(route.method, path_of(route), role=role, by=by, **body).headers["cache-control"] == "no-store"


@WAYS
@every([route for route in GUARDED if route.dangerous or (route.rpc or "").startswith("auth.")])
def test_a_revoked_session_is_refused_at_once(route: Route, by: str, ask: Client) -> None:
    role = min(route.roles).value
    ask("GET", f"/v1/organisations/{OURS}", role=role, by=by)
    ask.line.answers["auth.who"] = Refused("unauthenticated")
    if route.checks_session:
        ask.line.answers[route.target] = Refused("unauthenticated")
    assert ask(route.method, path_of(route), role=role, by=by).status_code == 401


@every([route for route in GUARDED if route.checks_session])
def test_a_service_said_to_check_the_session_does(route: Route) -> None:
    method = getattr(People, route.target.removeprefix("auth."))
    assert "self._mine(" in inspect.getsource(method), "only what looks for the session itself may say so"
    assert not route.dangerous


@every([route for route in ROUTES if "staff" in route.path])
def test_only_the_makers_side_handles_the_makers_people(route: Route) -> None:
    assert route.roles <= STAFF
    assert route.dangerous


@every([route for route in ROUTES if route.takes_key])
def test_a_change_takes_an_idempotency_key(route: Route) -> None:
    parameters = CONTRACT["paths"][route.template][route.method.lower()]["parameters"]
    assert any(parameter["name"] == "Idempotency-Key" for parameter in parameters)


SECRET_WORD = re.compile(r"passw|passphrase|secret|\bcode\b|\bpin\b|token|otp|totp")
COMPARED = {("POST", "/v1/invitations/{token}"): frozenset({"password"})}
"""Routes with a key whose body has a secret, which its service compares by the hash it keeps (decision 0013)."""


@every([route for route in ROUTES if route.body is not None])
def test_no_digest_is_kept_of_a_secret(route: Route) -> None:
    """What a body tells in confidence is left out of what is remembered of it, with a key and without."""
    said = sayable(route.body)
    assert {one for one in said if SECRET_WORD.search(one)} == route.secrets, (
        "make it with gateway.schemas.fields.secret"
    )
    if route.takes_key and route.secrets:
        assert COMPARED.get((route.method, route.path)) == route.secrets, "who tells a second password from the first?"


def test_only_a_replay_cites_a_case_that_somebody_types():
    """A look cites the file in whose path it stands, which its service has found; what is typed has to be checked."""
    typed = {
        f"{route.method} {route.path}"
        for route in ROUTES
        for schema in (route.body, route.query)
        if schema is not None and "case" in schema.fields
    }
    assert typed == {"POST /v1/replays", "GET /v1/log/entries"}, "look for it first: services/audit/replaying/citing.py"


@every(of_tenants())
def test_what_can_name_something_is_tried_with_what_is_anothers(route: Route) -> None:
    fields = {*sayable(route.query), *sayable(route.body)}
    assert fields <= NAMING | SAYING, "does it name something? a line in tests/journeys/naming.py"
    named = {field for field in sayable(route.body) if field in NAMING}
    assert named <= {field for method, path, field in SPOKEN if (method, path) == (route.method, route.path)}


@every([route for route in ROUTES if route.body is not None])
def test_where_no_body_would_be_refused_the_contract_says_that_one_is_needed(route: Route) -> None:
    operation = CONTRACT["paths"][route.template][route.method.lower()]
    try:
        loaded(route.body, {})
        enough = True
    except Refused:
        enough = False
    assert operation["requestBody"]["required"] == (not enough)


@every([route for route in ROUTES if route.versioned])
def test_what_takes_if_match_can_be_read_with_its_etag(route: Route) -> None:
    parents = {route.path, route.path.rsplit("/", 1)[0]}
    assert [one for one in ROUTES if one.tagged and one.path in parents], "the GET of it is `tagged`"
    taken = CONTRACT["paths"][route.template][route.method.lower()]["parameters"]
    assert "If-Match" in {one["name"] for one in taken}


@every(ROUTES)
def test_its_contract_names_the_header_that_an_answer_has(route: Route) -> None:
    responses = CONTRACT["paths"][route.template][route.method.lower()]["responses"]
    found = {status: set(one.get("headers", {})) for status, one in responses.items()}
    assert found["405"] == {"Allow"}
    assert found.get("401", {"WWW-Authenticate"}) == {"WWW-Authenticate"}
    assert all(found.get(status, {"Retry-After"}) == {"Retry-After"} for status in ("429", "503"))
    assert ("ETag" in found[str(route.status)]) == route.tagged
