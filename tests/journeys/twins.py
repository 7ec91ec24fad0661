"""One of two installations in which the same people live the same life, word for word."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import httpx

from services.contracts.privacy import Role
from tests.journeys.disclosing import Desk
from tests.journeys.people import TERMS, Cast, Person, certified, eventually, mailed, people_of
from tests.journeys.planting import Planting, Village
from tests.journeys.running import System
from tests.journeys.strangers import lived
from tests.journeys.walking import Walk

MARK = "0123456789"
SERVICES = 4
"""All of them answer, or it is looked again."""
BELIEVED = 2.5
STILL = 1.2
"""Seconds in which the log did not grow; `/readyz` asks anew once a second."""


class Told(Planting):
    """Remembers which events people were told that they wrote."""

    def __init__(self, url: str) -> None:
        super().__init__(url, MARK)
        self.events = set[str]()

    def person(self) -> Person:
        person = super().person()
        person.http.event_hooks = {"response": [self._hear]}
        return person

    def _hear(self, answer: httpx.Response) -> None:
        if answer.request.method != "GET" and answer.headers.get("content-type", "").endswith("json"):
            answer.read()
            self.events |= set(answer.json().get("events", []))


@dataclass
class Twin:
    """`people` by what they are to the tenant. A file is about the `subject` and, until erased, the `leaver`."""

    system: System
    village: Village
    desk: Desk
    people: dict[str, tuple[Role, Person]]
    leaver: Person
    given: dict[str, set[str]]
    events: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def grown(cls, system: System) -> Twin:
        planting = Told(system.url)
        village, desk, real = lived(planting)
        by_role = people_of(village.organisation, village.beheerder, system.url, "eigen")
        people = {role.value: (role, person) for role, person in by_role.items()}
        people["subject"] = (Role.MEMBER, village.member)
        members = f"/v1/organisations/{village.organisation}/members"
        village.beheerder.post(members, {"email": "vertrekt@lid.example", "role": "member"})
        leaver = Person(system.url)
        leaver.accept(mailed(system.url, "vertrekt@lid.example"), "ver.trekt", "Vera", "Vertrekt")
        leaver.sign_in()
        village.beheerder.post(f"/v1/organisations/{village.organisation}/agreements", TERMS)
        given = {
            "token": {real["token"], planting.values["member's delivery's token"]},
            "erasure": {real["erasure"]},
        }
        twin = cls(system, village, desk, people, leaver, given, frozenset(planting.events))
        twin.begin()
        # Of two services that spoke at one moment chance says who is last: somebody speaks after them.
        twin.settle()
        village.member.post("/v1/me/requests", {"kind": "access"})
        return twin

    def begin(self) -> None:
        """Every job has had its first turn, and what the looks at what rests sealed found was told of each service."""
        boss = self.village.beheerder

        def begun() -> bool:
            rows = {row["promise"]: row for row in boss.get("/v1/reports/conformance")["rows"]}
            numbers = {one["measure"]: one["numbers"] for one in rows["P18"]["measures"]}
            told = numbers["rests_sealed"]["services"], numbers["canaries_unread"]["searched"]
            jobs = [job["doing"] for row in rows.values() for job in row["kept_by"]]
            return told == (SERVICES, SERVICES) and "beginning" not in jobs

        eventually(begun, seconds=150, what="a first turn of every job")

    def let_go(self) -> None:
        """Who leaves is erased, truthfully and at once, though a copy may be kept elsewhere."""
        erasure = str(self.leaver.ask("DELETE", "/v1/me", expect=202)["erasure"]["id"])
        certified(self.leaver, erasure)
        self.given["erasure"].add(erasure)

    def leave(self) -> None:
        """The agreement is over, and everything is to be returned."""
        base, boss = f"/v1/organisations/{self.village.organisation}", self.village.beheerder
        yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
        boss.post(f"{base}/agreements/{self.village.agreement}/terminate", {"ends_on": yesterday}, expect=200)
        boss.post(f"{base}/leaving", {"choice": "return"})
        # A yes of before is believed for two seconds; whoever looked whether it still is would leave looks.
        time.sleep(BELIEVED)

    def stay(self) -> None:
        """It signs another agreement after all."""
        cast, village = Cast(self.system.url), self.village
        cast.operator, cast.beheerder, cast.organisation = village.operator, village.beheerder, village.organisation
        cast.agree()
        base = f"/v1/organisations/{village.organisation}"
        eventually(lambda: village.beheerder.get(f"{base}/leaving")["state"] == "staying", what="its staying")

    def walk(self, *, paper: bool = False) -> Walk:
        """What all of them are told, once nothing is under way."""
        self.settle()
        walk = Walk(self.village.organisation, self.given, self.settle, paper, events=set(self.events))
        for who, (role, person) in self.people.items():
            walk.through(who, role, person)
        return walk

    def settle(self) -> None:
        """Everything is in the log, and nothing came of it that is not."""
        last = -1

        def still() -> bool:
            nonlocal last
            before = last
            checks = httpx.get(f"{self.system.url}/readyz", timeout=15).json()["checks"]
            abouts = {name: check["about"] for name, check in checks.items() if isinstance(check, dict)}
            waits = sum(about["unnumbered"] + about["unintegrated"] for about in abouts.values())
            last = abouts["audit"]["log"]["size"] if len(abouts) == SERVICES else -1
            if waits == 0 and last == before != -1:
                return True
            time.sleep(STILL)
            return False

        eventually(still, seconds=60, what="quiet")
