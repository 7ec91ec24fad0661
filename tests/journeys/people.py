"""Those who use the system, each with a browser or an app of their own, over HTTP alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, TypeVar

import httpx

from services.contracts.privacy import Role

T = TypeVar("T")
PASSWORD = "vier paarden en een kruiwagen 71"
TODAY = "2026-01-01"
TERMS = {
    "purposes": {"app_access": "public_task", "beheer_access": "contract"},
    "categories": [
        "name",
        "organisation",
        "email",
        "credentials",
        "ip_address",
        "session_cookie",
        "technical",
    ],
    "retention": {"name": "P0D", "email": "P0D"},
    "sub_processors": [],
    "starts_on": "2026-01-01",
    "ends_on": "2099-12-31",
}
SHA256 = "ab" * 32


class Person:
    """One client. Answers are checked: an unexpected status raises with the problem in it."""

    def __init__(self, url: str, *, agent: str = "") -> None:
        # No kept connections: a restart of the door in between is then no broken pipe of ours.
        lone = httpx.Limits(max_keepalive_connections=0)
        self.http = httpx.Client(base_url=url, headers={"User-Agent": agent or "journey"}, timeout=15, limits=lone)
        self.account = ""
        self.organisation = ""
        self.username = ""

    def ask(self, method: str, path: str, body: Any = None, *, expect: int = 200, **options: Any) -> Any:
        answer = self.http.request(method, path, json=body, **options)
        assert answer.status_code == expect, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.headers.get("content-type", "").endswith("json") else answer.text

    def get(self, path: str, **options: Any) -> Any:
        return self.ask("GET", path, **options)

    def post(self, path: str, body: Any = None, *, expect: int = 201, **options: Any) -> Any:
        return self.ask("POST", path, {} if body is None else body, expect=expect, **options)

    def accept(self, token: str, username: str, first: str, last: str, infix: str | None = None) -> dict[str, Any]:
        said: dict[str, Any] = self.post(
            f"/v1/invitations/{token}",
            {"username": username, "password": PASSWORD, "first_name": first, "infix": infix, "last_name": last},
        )
        self.account, self.organisation, self.username = said["account"], said["organisation"], username
        return said

    def sign_in(self, username: str | None = None, *, device: dict[str, str] | None = None) -> dict[str, Any]:
        body: dict[str, Any] = {"username": username or self.username, "password": PASSWORD}
        if device:
            body["device"] = device
        said: dict[str, Any] = self.post("/v1/sessions", body)
        self.http.headers["Authorization"] = f"Bearer {said['token']}"
        self.account, self.organisation = said["account"], said["organisation"]
        return said


def eventually(look: Callable[[], T | None], *, seconds: float = 30.0, what: str = "it") -> T:
    """Ask until there is an answer; what a feed brings takes a moment."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError(f"{what} did not happen within {seconds:.0f} s")


def mailed(url: str, to: str, path: str = "") -> str:
    """The token of the newest link mailed to an address; of those to a `path`, where one is named."""

    def newest() -> str | None:
        mails = httpx.get(f"{url}/dev/mail.json", params={"to": to}, timeout=15).json()
        links = [link for mail in mails for link in mail["links"] if path in link]
        return links[0].rsplit("/", 1)[-1] if links else None

    return eventually(newest, what=f"a mail to {to}")


def certified(person: Person, erasure: str, *, seconds: float = 30.0) -> dict[str, Any]:
    def look() -> dict[str, Any] | None:
        answer = person.http.get(f"/v1/erasures/{erasure}")
        said: dict[str, Any] = answer.json()
        return said if answer.status_code == 200 and said["state"] == "certified" else None

    return eventually(look, seconds=seconds, what=f"the certificate of {erasure}")


def people_of(organisation: str, beheerder: Person, url: str, prefix: str) -> dict[Role, Person]:
    """One person in each role of an organisation."""
    found = {Role.BEHEERDER: beheerder}
    for role in (Role.AUDITOR, Role.MEMBER):
        email = f"{prefix}.{role}@lid.example"
        beheerder.post(f"/v1/organisations/{organisation}/members", {"email": email, "role": role.value})
        found[role] = Person(url)
        found[role].accept(mailed(url, email), f"{prefix}.{role}", "Vera", "Voorbeeld")
        found[role].sign_in()
    return found


class Cast:
    """The maker's people and one organisation with an agreement in force, each step over HTTP."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.operator, self.officer, self.beheerder = Person(url), Person(url), Person(url)
        self.organisation = ""
        self.agreement = ""

    def assemble(self, *, prefix: str = "") -> None:
        """From an empty installation to an organisation whose Beheerder can invite."""
        self.open_shop(prefix)
        self.organisation = self.register("Veiligheidsregio Voorbeeld", f"{prefix}beheer@voorbeeld.example")
        self.beheerder.accept(
            mailed(self.url, f"{prefix}beheer@voorbeeld.example"), f"{prefix}bea.heerder", "Bea", "Heerder", "den"
        )
        self.beheerder.sign_in()
        self.agree()

    def open_shop(self, prefix: str = "") -> None:
        self.operator.accept(mailed(self.url, "operator@localhost"), f"{prefix}olga.operator", "Olga", "Bron")
        self.operator.sign_in()
        self.operator.post("/v1/staff", {"email": f"{prefix}cato@maker.example", "role": "compliance"})
        self.officer.accept(
            mailed(self.url, f"{prefix}cato@maker.example"), f"{prefix}cato.officer", "Cato", "Waarborg"
        )
        self.officer.sign_in()

    def register(self, name: str, beheerder: str) -> str:
        said = self.operator.post(
            "/v1/organisations",
            {
                "name": name,
                "kind": "public",
                "contact": {"name": "Servicepunt", "email": "service@voorbeeld.example", "phone": "+31 20 5550100"},
                "beheerder": {"email": beheerder},
            },
        )
        return str(said["organisation"])

    def agree(self) -> None:
        base = f"/v1/organisations/{self.organisation}/agreements"
        self.agreement = self.beheerder.post(base, TERMS)["agreement"]
        signing = {"document_sha256": SHA256, "signed_on": TODAY}
        first = self.beheerder.post(
            f"{base}/{self.agreement}/sign",
            {"signatory": {"name": "Bea den Heerder", "function": "directeur"}, **signing},
            expect=200,
        )
        assert first["in_force"] is False
        second = self.operator.post(
            f"{base}/{self.agreement}/sign",
            {"signatory": {"name": "Olga Bron", "function": "bestuurder"}, **signing},
            expect=200,
        )
        assert second["in_force"] is True

    def member(self, email: str, username: str, first: str, last: str, *, agent: str = "") -> Person:
        """Invited by the Beheerder, accepted, signed in."""
        self.beheerder.post(f"/v1/organisations/{self.organisation}/members", {"email": email, "role": "member"})
        person = Person(self.url, agent=agent)
        person.accept(mailed(self.url, email), username, first, last)
        person.sign_in()
        return person
