"""What a stranger is answered who has come by another's id: in a body, behind the question mark, or in a link (I9)."""

from __future__ import annotations

import base64
import os
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx

from gateway.route import Access, Route
from services.contracts.privacy import Role
from services.kernel.codec import instant
from tests.journeys.masking import heard
from tests.journeys.naming import NAMING, SPOKEN, TENANTS, of_tenants, put, sayable
from tests.journeys.people import PASSWORD, Person, eventually

Names = dict[str, str]
MOVING = re.compile(r'"(instance|correlation)": "[^"]*"')
SHORTEST = 36
"""Characters of an id; what is shorter is a word."""
OPENED_BY = {"invitations": "token", "deliveries": "delivery", "erasures": "erasure"}
ACCEPTED = {
    "/v1/invitations/{token}": {"username": "niet.ik", "password": PASSWORD, "first_name": "N", "last_name": "I"},
    "/v1/password-resets/{token}": {"password": PASSWORD},
    "/v1/deliveries/{token}": {"code": "AAAA-BBBB-CCCC"},
}


@dataclass
class Guesses:
    """`theirs` is the organisation whose ids are named, `people` are the strangers; both are parts of `incident`."""

    theirs: dict[Role, Person]
    people: dict[Role, Person]
    real: Names
    incident: str
    wrong: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)
    asked: int = 0

    def everywhere(self) -> None:
        for role in TENANTS:
            for route in of_tenants():
                if route.access is Access.PUBLIC or role in route.roles:
                    self._in_bodies(route, role)
                if role in route.roles:
                    self._in_queries(route, role)

    def _in_bodies(self, route: Route, role: Role) -> None:
        for name in sorted(sayable(route.body)):
            if (body := SPOKEN.get((route.method, route.path, name))) is None:
                continue
            answers = []
            for named in self._named(name):
                path = self._own(route, role)
                answers.append(self.people[role].http.request(route.method, path, json=put(body, named)))
            self._same(f"{role} {route.method} {route.path} {name}", *answers)

    def _in_queries(self, route: Route, role: Role) -> None:
        for name in sorted(NAMING & set(sayable(route.query))):
            pair = self._cursors(route, role) if name == "cursor" else self._named(name)
            path = self._own(route, role)
            answers = [self.people[role].http.get(path, params={name: named}) for named in pair]
            self._same(f"{role} {route.path}?{name}=", *answers, status=400 if name == "cursor" else 404)

    def _named(self, name: str) -> tuple[str, str]:
        """Theirs, and what never was."""
        if name == "username":
            return self.theirs[Role.MEMBER].username, f"niemand.{uuid.uuid4()}"[:60]
        if name.endswith(("email", "emails")):
            return self._address(), f"nooit.{uuid.uuid4()}@niemand.example"
        kinds = {"fields": "field", "reference": "disclosure"}
        last = name.rpartition(".")[2]
        return self.real[kinds.get(last, last if last in self.real else "org")], str(uuid.uuid4())

    def _address(self) -> str:
        """Another one of theirs each time, for what one has taken oneself is taken: of people, or just invited."""
        members, boss = f"/v1/organisations/{self.real['org']}/members", self.theirs[Role.BEHEERDER]
        known = [str(one["email"]) for one in boss.get(members)["items"] if one["email"]]
        if left := [one for one in known if one not in self.addresses]:
            self.addresses.append(left[0])
        else:
            self.addresses.append(f"genodigd.{uuid.uuid4()}@burger.example")
            boss.post(members, {"email": self.addresses[-1], "role": "member"})
        return self.addresses[-1]

    def _cursors(self, route: Route, role: Role) -> Iterator[str]:
        """Where the other's list goes on, if it does; and one that nobody was ever given."""
        path = self._of(route, self.theirs[role], self.real)
        told = self.theirs[role].http.get(path, params={"limit": 1}).json().get("next")
        if told is not None:
            yield str(told)
            yield _made_up(len(told))

    def _own(self, route: Route, role: Role) -> str:
        """One's own path, with a request of one's own that waits for what is done to it."""
        boss = self.people[Role.BEHEERDER]
        names = {**self.real, "org": boss.organisation, "incident": self.incident}
        if "agreement" in route.parameters:
            names["agreement"] = boss.get(f"/v1/organisations/{boss.organisation}/agreements")["items"][0]["agreement"]
        if "request" in route.parameters:
            asked = self.people[Role.MEMBER].post("/v1/me/requests", {"kind": "rectification"})
            names["request"] = str(asked["request"])
            if not route.path.endswith("/fulfil"):
                base = f"/v1/organisations/{boss.organisation}/requests/{names['request']}"
                boss.post(f"{base}/fulfil", {"outcome": "Gedaan.", "changes": {"infix": "van"}}, expect=200)
        return self._of(route, self.people[role], names)

    def _of(self, route: Route, person: Person, names: Names) -> str:
        return re.sub(r"\{(\w+)(?::path)?\}", lambda found: names[found[1]], route.path)

    def in_links(self, links: Names) -> None:
        """Every id there is, and every link of another kind, where a link is wanted; signed in or not is the same."""
        with httpx.Client(base_url=self.people[Role.MEMBER].http.base_url, timeout=15) as anybody:
            for route in (one for one in of_tenants() if one.access is Access.HOLDER):
                for kind, value in {**self.real, **links}.items():
                    if len(value) < SHORTEST or kind == OPENED_BY.get(route.path.split("/")[2]):
                        continue
                    never = str(uuid.uuid4()) if len(value) == SHORTEST else _made_up(len(value))
                    paths = [re.sub(r"\{\w+\}", one, route.path) for one in (value, never)]
                    body = ACCEPTED.get(route.path) if route.method == "POST" else None
                    answers = [anybody.request(route.method, path, json=body) for path in paths]
                    self._same(f"anybody {route.method} {route.path}, {kind}", *answers, status=404)

    def _same(self, what: str, *answers: httpx.Response, status: int | None = None) -> None:
        if not answers:
            return
        self.asked += 1
        there, nowhere = (MOVING.sub("", heard(answer)) for answer in answers)
        if there != nowhere or answers[0].status_code >= 500 or status not in (None, answers[0].status_code):
            self.wrong.append(f"{what}: {there} beside {nowhere}")


def _made_up(long: int) -> str:
    return base64.urlsafe_b64encode(os.urandom(long)).decode()[:long]


def shared_incident(officer: Person, *organisations: str) -> str:
    """Of which each of them has a part, and was told."""
    now = datetime.now(UTC)
    said = dict.fromkeys(("facts", "consequences", "measures", "contact"), "Er is een laptop weg.")
    when = {"known_at": instant(now), "since": instant(now - timedelta(hours=1))}
    incident = str(officer.post("/v1/incidents", {**said, **when})["incident"])
    path = f"/v1/incidents/{incident}"
    eventually(lambda: officer.get(path)["scope"] == "computed", what="the scope of the incident, from the log")
    for organisation in organisations:
        officer.post(f"{path}/inform", {"organisation": organisation, "channel": "telephone"}, expect=200)
    return incident
