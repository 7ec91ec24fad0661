"""People at work, several at once: each asks until there is an answer, with the same key and the same body."""

from __future__ import annotations

import random
import threading
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx

from tests.faults.journal import Answer, Journal
from tests.faults.postbox import Postbox
from tests.journeys.people import PASSWORD, SHA256, TERMS, TODAY

REQUEST_SECONDS = 7.0
"""Longer than the door's own limit, so that its 503 is heard."""
DEED_SECONDS = 180.0
MAIL_SECONDS = 90.0
AGAIN = 0.1
"""How often somebody asks once more what was answered already."""
FINAL = frozenset({"remove"})
"""After these there is nothing left to do it to; the same key has to give the same answer all the same."""
NO_ANSWER = frozenset({429, 500, 502, 503, 504})
FIRST = {"first_name": "Bo", "infix": None, "last_name": "Veld", "password": PASSWORD}


class GaveUp(Exception):
    """A deed had no answer for three minutes."""


class Client:
    """Asks, and keeps the journal of it. One a thread; `seed` decides its keys and whatever it does by chance."""

    def __init__(self, url: str, journal: Journal, name: str, seed: str) -> None:
        self.name = name
        self.random = random.Random(f"{seed}/{name}")
        self.again = AGAIN
        self._journal = journal
        self._deeds = 0
        # No kept connections: one that the killed door held is then no broken pipe of ours.
        lone = httpx.Limits(max_keepalive_connections=0)
        self._http = httpx.Client(base_url=url, timeout=REQUEST_SECONDS, limits=lone)

    def close(self) -> None:
        self._http.close()

    def do(
        self, what: str, method: str, path: str, body: Any = None, *, token: str = "", keyed: bool = True
    ) -> tuple[Answer, dict[str, Any]]:
        """The first answer, with its body; a removal, and now and then another deed, is asked once more after it.

        Raises GaveUp.
        """
        self._deeds += 1
        deed = f"{self.name}/{self._deeds}"
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        if keyed:
            headers["Idempotency-Key"] = str(UUID(int=self.random.getrandbits(128), version=4))
        until = time.monotonic() + DEED_SECONDS
        while True:
            found = self._ask(deed, what, method, path, body, headers, keyed=keyed)
            if found is not None:
                if keyed and (what in FINAL or self.random.random() < self.again):
                    self._ask(deed, what, method, path, body, headers, keyed=keyed)
                return found
            if time.monotonic() > until:
                raise GaveUp(f"{deed} {what}")
            time.sleep(self.random.uniform(0.05, 0.4))

    def _ask(
        self, deed: str, what: str, method: str, path: str, body: Any, headers: dict[str, str], *, keyed: bool
    ) -> tuple[Answer, dict[str, Any]] | None:
        self._journal.asked(deed, what, keyed=keyed)
        try:
            got = self._http.request(method, path, json=body, headers=headers)
        except httpx.HTTPError as error:
            self._journal.unanswered(deed, type(error).__name__)
            return None
        if got.status_code in NO_ANSWER:
            self._journal.unanswered(deed, str(got.status_code))
            return None
        said: dict[str, Any] = got.json()
        self._journal.answered(deed, got.status_code, said)
        return Answer(got.status_code, tuple(said.get("events", ())), {}), said


@dataclass
class Member:
    username: str
    account: str = ""
    token: str = ""


@dataclass
class Desk:
    """One organisation, seen from its Beheerder's desk, and what can be done there."""

    client: Client
    postbox: Postbox
    operator: str
    """The operator's token."""
    organisation: str = ""
    beheerder: str = ""
    """The Beheerder's token."""
    invited: list[str] = field(default_factory=list)
    members: list[Member] = field(default_factory=list)
    count: int = 0

    def open(self) -> None:
        """From registering the organisation to an agreement in force."""
        email = f"beheer.{self.client.name}@voorbeeld.example"
        self.organisation = self._register(email)
        username = f"beheer.{self.client.name}"
        self._accept(email, username)
        self.beheerder = self._signed_in(username)
        self.agree()

    def work(self, stop: threading.Event) -> None:
        while not stop.is_set():
            self.step()

    def step(self) -> None:
        """One deed or a few, by chance; never one that has to be refused."""
        chances = {self.invite: 5, self.look: 2, self.agree: 1, self.register: 1}
        if self._mailed():
            chances[self.accept] = 6
        if self.members:
            chances |= {self.correct: 4, self.sign_in: 3}
        if len(self.members) > 1:
            chances |= {self.close: 2, self.remove: 2}
        [chosen] = self.client.random.choices(list(chances), list(chances.values()))
        chosen()

    def invite(self) -> None:
        email = f"{self._next()}@voorbeeld.example"
        self._do("invite", "POST", self._base("members"), {"email": email, "role": "member"}, self.beheerder)
        self.invited.append(email)

    def accept(self) -> None:
        email = self.client.random.choice(self._mailed())
        self.invited.remove(email)
        username = email.partition("@")[0]
        said = self._accept(email, username)
        self.members.append(Member(username, str(said.get("account")), self._signed_in(username)))

    def sign_in(self) -> None:
        member = self.client.random.choice(self.members)
        member.token = self._signed_in(member.username)

    def correct(self) -> None:
        member = self.client.random.choice(self.members)
        body = {"last_name": f"Naam {self._next()}", "email": f"{self._next()}@voorbeeld.example"}
        self._do("correct", "PATCH", "/v1/me", body, member.token)

    def look(self) -> None:
        self._do("look", "GET", self._base("members"), None, self.beheerder, keyed=False)

    def close(self) -> None:
        member = self.members.pop(self.client.random.randrange(len(self.members)))
        self._do("close", "DELETE", "/v1/me", None, member.token)

    def remove(self) -> None:
        member = self.members.pop(self.client.random.randrange(len(self.members)))
        self._do("remove", "DELETE", self._base(f"members/{member.account}"), None, self.beheerder)

    def register(self) -> None:
        self._register(f"{self._next()}@elders.example")

    def agree(self) -> None:
        said = self._do("propose", "POST", self._base("agreements"), TERMS, self.beheerder)
        path = self._base(f"agreements/{said.get('agreement')}/sign")
        for token, name in ((self.beheerder, "Bea den Heerder"), (self.operator, "Olga Bron")):
            body = {
                "signatory": {"name": name, "function": "directeur"},
                "document_sha256": SHA256,
                "signed_on": TODAY,
            }
            self._do("sign", "POST", path, body, token)

    # -- how

    def _do(
        self, what: str, method: str, path: str, body: Any, token: str = "", *, keyed: bool = True
    ) -> dict[str, Any]:
        return self.client.do(what, method, path, body, token=token, keyed=keyed)[1]

    def _base(self, rest: str) -> str:
        return f"/v1/organisations/{self.organisation}/{rest}"

    def _next(self) -> str:
        self.count += 1
        return f"p{self.count}.{self.client.name}"

    def _mailed(self) -> list[str]:
        return [email for email in self.invited if self.postbox.token(email)]

    def _register(self, email: str) -> str:
        body = {
            "name": f"Veiligheidsregio {self._next()}",
            "kind": "public",
            "contact": {"name": "Servicepunt", "email": "service@voorbeeld.example", "phone": "+31 20 5550100"},
            "beheerder": {"email": email},
        }
        return str(self._do("register", "POST", "/v1/organisations", body, self.operator).get("organisation"))

    def _accept(self, email: str, username: str) -> dict[str, Any]:
        token = self.postbox.wait(email, MAIL_SECONDS)
        return self._do("accept", "POST", f"/v1/invitations/{token}", {"username": username, **FIRST})

    def _signed_in(self, username: str) -> str:
        body = {"username": username, "password": PASSWORD}
        return str(self._do("sign in", "POST", "/v1/sessions", body, keyed=False).get("token"))


def operator(client: Client, postbox: Postbox) -> str:
    """The first operator's token, from an installation where nobody is yet."""
    token = postbox.wait("operator@localhost", MAIL_SECONDS)
    client.do("accept", "POST", f"/v1/invitations/{token}", {"username": "olga.operator", **FIRST})
    body = {"username": "olga.operator", "password": PASSWORD}
    return str(client.do("sign in", "POST", "/v1/sessions", body, keyed=False)[1]["token"])
