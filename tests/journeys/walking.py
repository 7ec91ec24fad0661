"""Everything that somebody can fetch, by the table of routes alone: a route that is added is asked for by itself.

What a path names is found as its reader would find it: in the list that stands above it, or among the ids that the
organisation was told. A parameter that is in neither fails the journey; the remedy is a line in `GIVEN`.
"""

from __future__ import annotations

import itertools
import json
import re
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from gateway.route import Access, Route
from gateway.routes import ROUTES
from services.contracts.privacy import Role
from tests.journeys.masking import heard
from tests.journeys.people import Person

OF_THE_LOG = {
    "/log/checkpoint": "how large the log is, everybody may know (I9)",
    "/log/tile/{tile:path}": "and so its hashes",
}
"""The declared exception: of these two alone it is not looked whether they are the same."""
GIVEN = frozenset({"org", "event", "token", "erasure"})
"""Ids that no list holds: those told when something was done, and the links that were mailed."""
MOST = 20
PAPER = "pdf"
PAGES_IN = {Role.BEHEERDER: "nl", Role.AUDITOR: "en", Role.MEMBER: "nl"}
"""A press takes its time; the data is asked for in both languages."""
PARAMETER = re.compile(r"\{(\w+)(?::path)?\}")
EVENT = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}\b")
"""An event's id says when it was made (UUIDv7), and no other id here does."""
OF_WHAT_WAS_ASKED = frozenset({"/v1/me/access-log", "/v1/reports/{kind}"})
"""A look or a refusal of a moment ago stands in these once it is in the log: they are asked for when it is."""
FROM_AFAR = {"X-Forwarded-For": "203.0.113.9"}
"""A tenant is not on the machine itself."""

Heard = dict[str, Counter[str]]
"""By who asks and for which route, how often each answer came, without its ids and times."""


@dataclass
class Walk:
    """`given`: by parameter the ids that the organisation was told. What is found on the way joins it.

    With `paper` as PDF too, lists one item at a time, and receipts for all of them; without, for the Beheerder.
    """

    organisation: str
    given: Mapping[str, set[str]]
    settle: Callable[[], None]
    paper: bool = False
    found: dict[str, list[Any]] = field(default_factory=dict)
    events: set[str] = field(default_factory=set)
    heard: Heard = field(default_factory=lambda: defaultdict(Counter))
    answered: set[str] = field(default_factory=set)
    """The routes of which at least one answer was a 200."""
    asked: int = 0

    def through(self, who: str, role: Role, person: Person) -> None:
        """Lists before what stands in them, receipts last: they are asked for of every event that was told."""
        headers = {**FROM_AFAR, "Authorization": person.http.headers["Authorization"]}
        with httpx.Client(base_url=person.http.base_url, headers=headers, timeout=30) as line:
            for route in fetched(role):
                if route.path in OF_WHAT_WAS_ASKED:
                    self.settle()
                for path in self._paths(route.path, role):
                    for query in self._queries(route, role):
                        self._ask(line, route, f"{who} {route.path} {_shape(query)}", path, query)

    def _paths(self, template: str, role: Role) -> list[str]:
        paths = [""]
        for part in template.strip("/").split("/"):
            named = PARAMETER.fullmatch(part)
            paths = [
                f"{path}/{one}" for path in paths for one in (self._ids(path, named[1], role) if named else [part])
            ]
        return paths

    def _ids(self, above: str, name: str, role: Role) -> list[str]:
        if name == "event" and not (self.paper or role is Role.BEHEERDER):
            return []
        items = self.found.get(above, [])
        told = {str(item.get(name, item.get("id"))) for item in items if isinstance(item, dict)}
        given = {"org": {self.organisation}, "event": self.events}.get(name, set()) | self.given.get(name, set())
        return sorted(told | (given if name in GIVEN else set()))

    def _queries(self, route: Route, role: Role) -> Iterator[dict[str, str]]:
        """Every form and language in which it can be had; and of one's own organisation by its name."""
        fields = route.query.fields if route.query else {}
        chosen = dict[str, list[str | None]]()
        for name, one in fields.items():
            if choices := getattr(one.validate, "choices", None):
                unsaid = [] if isinstance(one.load_default, str) else [None]
                chosen[name] = [*unsaid, *(each for each in choices if self.paper or each != PAPER)]
        for values in itertools.product(*chosen.values()):
            query = {name: value for name, value in zip(chosen, values, strict=True) if value is not None}
            if query.get("format") != PAPER or query["lang"] == PAGES_IN[role]:
                yield query
        if "organisation" in fields:
            yield {"organisation": self.organisation}

    def _ask(self, line: httpx.Client, route: Route, name: str, path: str, query: dict[str, str]) -> None:
        """All pages of it; with paper, one by one: nothing is missing in between."""
        pages = {**query, "limit": "1"} if route.paged and self.paper else query
        items, after = list[Any](), dict[str, str]()
        while True:
            answer = _patiently(line, path, {**pages, **after})
            self.asked += 1
            self.heard[name][heard(answer)] += 1
            told = answer.json() if answer.headers.get("content-type", "").endswith("json") else None
            if answer.status_code == 200:
                self.answered.add(route.path)
            self.events |= set(EVENT.findall(answer.text)) if isinstance(told, dict) and answer.is_success else set()
            if not isinstance(told, dict) or not isinstance(told.get("items"), list):
                return
            items += told["items"]
            if told.get("next") is None or not route.paged:
                self.found[path] = [*self.found.get(path, []), *items]
                return
            after = {"cursor": str(told["next"])}


def _patiently(line: httpx.Client, path: str, params: Mapping[str, str]) -> httpx.Response:
    """What is away for a moment, such as the press on a busy machine, is asked again, as the answer says."""
    for _ in range(MOST):
        answer = line.get(path, params=params)
        if answer.status_code != 503:
            return answer
        time.sleep(float(answer.headers["retry-after"]))
    return answer


def fetched(role: Role) -> list[Route]:
    """What somebody in a role can fetch, the shorter paths before the longer ones, and receipts at the end."""
    mine = [
        route
        for route in ROUTES
        if route.method == "GET"
        and route.path not in OF_THE_LOG
        and (route.access is not Access.ROLES or role in route.roles)
    ]
    return sorted(mine, key=lambda route: ("event" in route.parameters, route.path.count("/"), route.path))


def of_tenants() -> list[Route]:
    """What somebody of a tenant can fetch; what only the machine itself is told is asked for, and is not there."""
    mine = [one for role in (Role.BEHEERDER, Role.AUDITOR, Role.MEMBER) for one in fetched(role)]
    return [route for route in ROUTES if route in mine and route.access is not Access.LOCAL]


def _shape(query: Mapping[str, str]) -> str:
    return json.dumps({name: "…" if name == "organisation" else value for name, value in query.items()})


def differences(one: Heard, other: Heard) -> list[str]:
    """By route what only one of the two was told."""
    found = []
    for name in sorted({*one, *other}):
        mine, theirs = one.get(name, Counter()), other.get(name, Counter())
        if mine != theirs:
            here, there = (Counter(_leaves(some.elements())) for some in (mine - theirs, theirs - mine))
            found.append(f"{name}: {dict(here - there)} beside {dict(there - here)}")
    return found


def _leaves(answers: Iterable[str]) -> Iterator[str]:
    """Every value with the names that lead to it."""
    todo = [("", json.loads(answer)) for answer in answers]
    while todo:
        at, value = todo.pop()
        match value:
            case dict():
                todo += [(f"{at}.{name}", inner) for name, inner in value.items()]
            case list():
                todo += [(at, inner) for inner in value]
            case _:
                yield f"{at} {value}"
