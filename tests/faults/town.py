"""People of some organisations come, look, correct and go, until there are as many events as were asked for.

Every personal value holds the town's `mark`, so that one search finds any of them, whosever it is.
"""

from __future__ import annotations

import random
import secrets
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

from services.contracts.privacy import Role
from services.kernel.context import Context
from tests.faults.household import Household
from tests.journeys.people import SHA256, TERMS, TODAY

ORGANISATIONS = 3
SETTLE_EVERY = 2_000
"""Events between two looks at the log: what the services do about each other's comes in between."""


@dataclass(frozen=True)
class Size:
    """How many events at least, how many members in all, and how many of those leave on the way: all in all so far."""

    events: int
    people: int
    erased: int


@dataclass
class Neighbour:
    """Somebody who is signed in: how the gateway would speak for them."""

    context: Context
    account: str
    """The id that people know."""
    alive: bool = True

    @property
    def pseudonym(self) -> str:
        return self.context.actor.removeprefix("account/")


@dataclass
class Town:
    household: Household
    seed: str
    mark: str = field(default_factory=lambda: f"kwartel{secrets.token_hex(6)}")
    members: list[Neighbour] = field(default_factory=list)
    beheerders: list[Neighbour] = field(default_factory=list)
    erased: set[str] = field(default_factory=set)
    """Pseudonyms of members who left."""
    said: int = 0

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)
        self._numbers = count(1)
        maker = self.household.installation.maker
        self.operator = self._enter(maker, "operator@localhost")
        self.household.settle()
        for _ in range(ORGANISATIONS):
            self.beheerders.append(self._organisation())
        self.investigator = self._invited(self.operator, maker, Role.INVESTIGATOR)

    # -- how people come

    def _value(self, what: str) -> str:
        return f"{what}{next(self._numbers)}{self.mark}"

    def _organisation(self) -> Neighbour:
        org, email = self.household.org, f"{self._value('beheer')}@gemeente.example"
        contact = {"name": self._value("Balie "), "email": f"{self._value('balie')}@gemeente.example"}
        said = {"name": f"Gemeente {uuid4()}", "kind": "public", "contact": contact, "beheerder": {"email": email}}
        organisation = str(org.register(self._asked(self.operator), **said)["organisation"])
        self.household.settle()
        beheerder = self._enter(organisation, email)
        agreement = org.propose_agreement(self._asked(beheerder), organisation, **TERMS)["agreement"]
        for person in (beheerder, self.operator):
            signatory = {"name": self._value("Graaf "), "function": self._value("dijkgraaf ")}
            signed = {"signatory": signatory, "document_sha256": SHA256, "signed_on": TODAY}
            org.sign_agreement(self._asked(person), organisation, agreement, **signed)
        return beheerder

    def _invited(self, by: Neighbour, organisation: str, role: Role) -> Neighbour:
        email = f"{self._value('lid')}@burger.example"
        self.household.auth.invitations.invite(self._asked(by), organisation=organisation, email=email, role=role)
        return self._enter(organisation, email)

    def _enter(self, organisation: str, email: str) -> Neighbour:
        """Accept the invitation that was mailed, and sign in."""
        auth, stranger = self.household.auth, self._context(organisation=organisation)
        auth.mailer.send_due()
        token = str(auth.mailer.shown(email)[0]["links"][0]).rsplit("/", 1)[-1]
        username, password = self._value("naam"), f"vier paarden {self._value('en een kruiwagen ')}"
        names = {"first_name": self._value("Sanne"), "last_name": self._value("Velde"), "infix": self._value("van")}
        auth.registrations.accept(stranger, token=token, username=username, password=password, **names)
        device = {"kind": self._value("phone"), "os": self._value("os"), "app_version": self._value("1.")}
        said = auth.sign_ins.sign_in(
            stranger, username=username, password=password, ip=f"203.0.113.{self.mark}", device=device
        )
        return Neighbour(self._as(said["token"]), said["account"])

    def _as(self, token: str) -> Context:
        who = self.household.auth.sign_ins.who(token=token)
        return self._context(
            actor=f"account/{who['pseudonym']}",
            organisation=who["organisation"],
            role=who["role"],
            session=who["session"],
        )

    def _context(self, **said: Any) -> Context:
        return Context(**{"actor": "", "correlation": str(uuid4()), **said})

    def _asked(self, person: Neighbour) -> Context:
        """Each request begins a chain of its own."""
        shown = {name: getattr(person.context, name) for name in ("actor", "organisation", "role", "session")}
        return self._context(**shown, purpose="beheer_access")

    # -- how they live

    def live(self, size: Size) -> None:
        """Ends settled. Erasures are spread over the whole of it; each is certified before the next chapter."""
        while len(self.members) < size.people:
            beheerder = self.chance.choice(self.beheerders)
            self.members.append(self._invited(beheerder, str(beheerder.context.organisation), Role.MEMBER))
        log = self.household.settle()
        while log < size.events or len(self.erased) < size.erased:
            wanted = min(max(size.events - log, 0), SETTLE_EVERY)
            until = self.said + wanted
            while self.said < until:
                self._something(self.chance.choice([one for one in self.members if one.alive]))
            due = size.erased if log + wanted >= size.events else size.erased * (log + wanted) // size.events
            while len(self.erased) < due:
                self._leave(self.chance.choice([one for one in self.members if one.alive]))
            log = self.household.settle()
        self.household.retire_epochs()
        self.household.settle()

    def _something(self, person: Neighbour) -> None:
        auth, beheerder = self.household.auth, self._beheerder_of(person)
        match self.chance.randrange(1_000):
            case lot if lot < 450:
                person.context = self._as(auth.sign_ins.refresh(self._asked(person))["token"])
                self.said += 3
            case lot if lot < 800:
                name = self.chance.choice(("first_name", "last_name", "infix"))
                auth.people.correct_me(self._asked(person), values={name: self._value("Anders")})
                self.said += 1
            case lot if lot < 980:
                auth.people.member(
                    self._asked(beheerder), organisation=str(person.context.organisation), account=person.account
                )
                self.said += 1
            case lot if lot < 984:
                contact = {"name": self._value("Balie "), "email": f"{self._value('balie')}@gemeente.example"}
                self.household.org.change(self._asked(beheerder), str(beheerder.context.organisation), contact=contact)
                self.said += 1
            case _:
                self._change_of_mind(beheerder)
                self.said += 2

    def _change_of_mind(self, beheerder: Neighbour) -> None:
        """Somebody is invited, and not wanted after all."""
        organisation = str(beheerder.context.organisation)
        auth, email = self.household.auth, f"{self._value('niet')}@burger.example"
        asked = {"organisation": organisation, "email": email, "role": "member"}
        invitation = auth.invitations.invite(self._asked(beheerder), **asked)["invitation"]
        auth.invitations.withdraw(self._asked(beheerder), organisation=organisation, invitation=invitation)

    def _beheerder_of(self, person: Neighbour) -> Neighbour:
        mine = person.context.organisation
        return next(one for one in self.beheerders if one.context.organisation == mine)

    def _leave(self, person: Neighbour) -> None:
        self.household.auth.closing.close_me(self._asked(person))
        person.alive = False
        self.erased.add(person.pseudonym)

    # -- what an investigator asks

    def replay(self) -> str:
        ground = f"vermoeden {self._value('van misbruik ')}"
        asked = self._asked(self.investigator)
        return str(self.household.audit.replays.start(asked, "OM-2026-1", ground, {}, None)["replay"])
