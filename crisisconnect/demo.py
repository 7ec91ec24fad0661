"""A first run shows something: made-up organisations and people, laid down through the public API alone.

Whoever was let in by an interrupted try is found again by signing in; everybody else is invited anew, under an
address of this try, because mail that was only in memory is gone.
"""

from __future__ import annotations

import asyncio
import random
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from faker import Faker

from crisisconnect.visitor import Unexpected, Visitor, mailed_link

PASSWORD = "dijkwacht bij vuurtoren zeven"  # noqa: S105 - everybody may know it: it is printed
SEED = 20180221
LAID = Path("demo")
"""Under the state: the number of the try that began, `done`, or `never` where others were there first."""
AGENTS = Path(__file__).with_name("demo_data") / "user_agents.txt"
OPERATOR = "operator@localhost"
MAKER = "the maker"
FUNCTIONS = ("directeur", "bestuurder")
CERTIFIED_SECONDS = 30.0
OPERATOR_SECONDS = 30.0
"""How long the very first mail may take before this counts as an installation that others have begun."""

SEVEN = ["name", "organisation", "email", "credentials", "ip_address", "session_cookie", "technical"]


@dataclass(frozen=True)
class House:
    """An organisation of the demo. `slug` is the first word of its user names and its domain below `.example`."""

    slug: str
    name: str
    kind: str
    purposes: dict[str, str]
    members: int


HOUSES = (
    House(
        "lindemark",
        "Veiligheidsregio Lindemark",
        "public",
        {"app_access": "public_task", "beheer_access": "public_task"},
        6,
    ),
    House(
        "grutterhof",
        "Havenbedrijf Grutterhof B.V.",
        "private",
        {"app_access": "legitimate_interests", "beheer_access": "contract"},
        4,
    ),
)


class Unlaid(Exception):
    """The demo could not be finished; the next start tries again."""


@dataclass
class Laid:
    """What there is to show: (user name, role, organisation) of the sign-ins, and the numbers."""

    sign_ins: list[tuple[str, str, str]] = field(default_factory=list)
    people: int = 0
    certified: int = 0


def is_settled(var: Path) -> bool:
    """Whether there is nothing left to lay down here."""
    return (var / LAID).is_file() and not (var / LAID).read_text().strip().isdigit()


def is_laid(var: Path) -> bool:
    """Whether the demo's people are here."""
    return (var / LAID).is_file() and (var / LAID).read_text().strip() == "done"


async def lay_down(url: str, var: Path) -> Laid | None:
    """Lay the demo down, or finish what an earlier try began. None where the installation is somebody's already.

    Raises Unlaid.
    """
    mark = var / LAID
    attempt = int(mark.read_text()) + 1 if mark.is_file() else 1
    try:
        async with httpx.AsyncClient(base_url=url, timeout=20) as http:
            if attempt == 1 and await mailed_link(http, OPERATOR, seconds=OPERATOR_SECONDS) is None:
                mark.write_text("never\n")
                return None
            mark.write_text(f"{attempt}\n")
            laid = await _Telling(http, attempt).tell()
    except (Unexpected, httpx.HTTPError) as error:
        raise Unlaid(f"{type(error).__name__}: {error}") from error
    mark.write_text("done\n")
    return laid


class _Telling:
    """One try. The same names every time: they follow from the seed."""

    def __init__(self, http: httpx.AsyncClient, attempt: int) -> None:
        self._http = http
        self._attempt = attempt
        self._faker = Faker("nl_NL")
        self._agents = AGENTS.read_text().splitlines()
        self._laid = Laid()

    async def tell(self) -> Laid:
        operator = await self._come("demo.operator", OPERATOR, "operator", MAKER)
        officer = await self._staff(operator, "compliance")
        _, closed = await asyncio.gather(
            self._staff(officer, "investigator"),
            asyncio.gather(*(self._house(operator, house) for house in HOUSES)),
        )
        for erasure in (one for some in closed for one in some):
            await self._certified(officer, erasure)
        for kind in ("erasures", "access"):
            await officer.ask("GET", f"/v1/reports/{kind}")
        self._laid.sign_ins.sort(key=lambda shown: (shown[2] != MAKER, shown[2]))
        return self._laid

    async def _staff(self, inviting: Visitor, role: str) -> Visitor:
        email = self._address(f"{role}@maker.example")
        return await self._come(f"demo.{role}", email, role, MAKER, (inviting, "/v1/staff"))

    async def _house(self, operator: Visitor, house: House) -> list[str]:
        """One organisation, from its registration to those who left it. The ids of their erasures."""
        email = self._address(f"beheer@{house.slug}.example")
        beheerder = await self._come(
            f"{house.slug}.beheer", email, "beheerder", house.name, (operator, "/v1/organisations"), house
        )
        await self._agree(operator, beheerder, house)
        members = f"/v1/organisations/{beheerder.organisation}/members"

        async def comes(username: str, role: str, shown: bool) -> Visitor:
            address = self._address(f"{username.rpartition('.')[2]}@{house.slug}.example")
            name = house.name if shown else ""
            return await self._come(username, address, role, name, (beheerder, members))

        people = [f"{house.slug}.lid{n}" for n in range(1, house.members + 1)]
        _, *staying = await asyncio.gather(
            comes(f"{house.slug}.auditor", "auditor", True),
            *(comes(username, "member", username == people[0]) for username in people),
        )
        await staying[0].ask("PATCH", "/v1/me", {"email": f"nieuw@{house.slug}.example"}, once="demo correction")
        await staying[1].ask("PATCH", "/v1/me", {"infix": "van der"}, once="demo correction")
        await beheerder.ask("GET", members)
        await beheerder.ask("GET", f"{members}/{staying[0].account}")
        await staying[0].ask("GET", "/v1/me/access-log")
        return await self._leave(beheerder, house, members, len(people))

    async def _leave(self, beheerder: Visitor, house: House, members: str, number: int) -> list[str]:
        """Somebody comes and goes: of their own accord where the organisation is public, else removed."""
        username = f"{house.slug}.lid{number + 1}"
        gone = await beheerder.ask("GET", "/v1/erasures")
        if gone["items"]:
            return [str(one["id"]) for one in gone["items"]]
        address = self._address(f"lid{number + 1}@{house.slug}.example")
        person = await self._come(username, address, "member", "", (beheerder, members))
        if house.kind == "public":
            said = await person.ask("DELETE", "/v1/me", once="demo leaving")
        else:
            said = await beheerder.ask("DELETE", f"{members}/{person.account}", once="demo removal")
        return [str(said["erasure"]["id"])]

    async def _agree(self, operator: Visitor, beheerder: Visitor, house: House) -> None:
        """A processing agreement, signed by both sides, unless there is one."""
        base = f"/v1/organisations/{beheerder.organisation}/agreements"
        there = (await beheerder.ask("GET", base))["items"]
        today = datetime.now(UTC).date()
        terms = {
            "purposes": house.purposes,
            "categories": SEVEN,
            "retention": {"name": "P0D", "email": "P0D", "credentials": "P0D", "ip_address": "P0D"},
            "sub_processors": [],
            "starts_on": f"{today.year}-01-01",
            "ends_on": f"{today.year + 3}-12-31",
        }
        agreement = (
            there[0]["agreement"]
            if there
            else (await beheerder.ask("POST", base, terms, once="demo agreement"))["agreement"]
        )
        for side, function, infix, name in zip((beheerder, operator), FUNCTIONS, ("van den ", ""), "AB", strict=True):
            signature = {
                "signatory": {"name": f"{name}. {infix}Tekenaar", "function": function},
                "document_sha256": "5a" * 32,
                "signed_on": f"{today.year}-01-01",
            }
            try:
                await side.ask("POST", f"{base}/{agreement}/sign", signature, once=f"demo signature {agreement}")
            except Unexpected as refused:
                if refused.code not in ("already_signed", "agreement_not_open"):
                    raise

    async def _come(
        self,
        username: str,
        email: str,
        role: str,
        of: str,
        invited: tuple[Visitor, str] | None = None,
        house: House | None = None,
    ) -> Visitor:
        """Somebody signed in; invited first, by whom and where `invited` says, if this is not known yet.

        `of` is the organisation to print, empty where the sign-in is not printed.
        """
        person = Visitor(self._http, random.Random(f"{SEED} {username}").choice(self._agents))
        if self._attempt == 1 or not await self._known(person, username):
            if invited is not None:
                by, path = invited
                body = _registration(house, email) if house else {"email": email, "role": role}
                await by.ask("POST", path, body, once=f"demo {username} {self._attempt}")
            link = await mailed_link(self._http, email)
            if link is None:
                raise Unexpected("GET", "/dev/mail.json", 200, "no_invitation")
            chosen = {"username": username, "password": PASSWORD, **self._name(username)}
            await person.accept(link.rsplit("/", 1)[-1], chosen)
            await person.sign_in(username, PASSWORD)
        self._laid.people += 1
        if of:
            self._laid.sign_ins.append((username, role, of))
        return person

    async def _known(self, person: Visitor, username: str) -> bool:
        try:
            await person.sign_in(username, PASSWORD)
        except Unexpected as refused:
            if refused.status == 401:
                return False
            raise
        return True

    async def _certified(self, officer: Visitor, erasure: str) -> None:
        """Who was removed by somebody else has two weeks, unless an officer looks at it and lets it go on."""
        for _ in range(int(CERTIFIED_SECONDS / 0.2)):
            try:
                found = await officer.ask("GET", f"/v1/erasures/{erasure}")
                if found["state"] == "certified":
                    self._laid.certified += 1
                    return
                if found["brake"]:
                    await officer.ask("POST", f"/v1/erasures/{erasure}/release", once="demo release")
            except Unexpected as refused:
                if refused.status != 404:
                    raise
            await asyncio.sleep(0.2)

    def _name(self, username: str) -> dict[str, str | None]:
        """A Dutch name that follows from the user name."""
        self._faker.seed_instance(f"{SEED} {username}")
        found = None
        while found is None:
            found = re.fullmatch(r"((?:[a-z']+ )*)([^\W\d_]{3,})", self._faker.last_name())
        infix, last = found.groups()
        return {"first_name": self._faker.first_name(), "infix": infix.strip() or None, "last_name": last}

    def _address(self, address: str) -> str:
        return address if self._attempt == 1 else address.replace("@", f"+{self._attempt}@")


def _registration(house: House, email: str) -> dict[str, Any]:
    contact = {"name": "Servicepunt", "email": f"service@{house.slug}.example", "phone": "+31 20 5550100"}
    return {"name": house.name, "kind": house.kind, "contact": contact, "beheerder": {"email": email}}
