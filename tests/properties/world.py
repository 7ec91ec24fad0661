"""An installation, the people in it as they know themselves, and every copy that somebody has made of it."""

from __future__ import annotations

import copy
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from crisisconnect.backup import backup
from crisisconnect.restore import restore, stopped
from crisisconnect.topology import SERVICES
from services.contracts.privacy import Role
from services.contracts.retention import HoldGround, HoldScope
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store.lease import Busy
from tests.faults.town import Neighbour
from tests.journeys.people import SHA256, TERMS, TODAY
from tests.properties import clock
from tests.properties.running import Running
from tests.properties.upset import Crash, Upset

OFFICER = Context(actor=f"account/{uuid4()}", role="compliance", purpose="beheer_access")
PASSWORD = "vier paarden en een kruiwagen"


@dataclass
class Person:
    """`closed`: has left, or was removed; what they told us of themselves is in `values`."""

    neighbour: Neighbour
    organisation: str
    values: dict[str, str]
    closed: bool = False
    erasure: str = ""

    @property
    def pseudonym(self) -> str:
        return self.neighbour.pseudonym


@dataclass
class Organisation:
    id: str
    beheerder: Neighbour
    agreement: str = ""


@dataclass
class World(Running):
    """`copies`: backups, the oldest first, kept for ever by somebody."""

    operator: Neighbour | None = None
    organisations: list[Organisation] = field(default_factory=list)
    people: list[Person] = field(default_factory=list)
    holds: list[str] = field(default_factory=list)
    copies: list[Path] = field(default_factory=list)
    made: int = 0

    # -- people

    def value(self, what: str) -> str:
        self.made += 1
        return f"{what}{self.made}kwartel"

    def enter(self, organisation: str, email: str, invitation: str = "", by: Neighbour | None = None) -> Person | None:
        """Accept the invitation that was mailed, and sign in."""
        mails = self._mailed(email)
        if not mails and by is not None:
            # It was in the memory of a process that is gone.
            context = self.asked(by)
            named = {"organisation": organisation, "invitation": invitation}
            self.ask(lambda: self.house.auth.invitations.renew(context, **named))
            mails = self._mailed(email)
        if not mails:
            return None
        token = str(mails[0]["links"][0]).rsplit("/", 1)[-1]
        values = {"first_name": self.value("Sanne"), "last_name": self.value("Velde"), "username": self.value("naam")}
        stranger = self.asked(organisation=organisation)

        def accept() -> Mapping[str, Any]:
            return self.house.auth.registrations.accept(stranger, token=token, password=PASSWORD, **values)

        if self.ask(accept) is None:
            return None
        neighbour = self.survives(lambda: self.signed_in(values["username"], stranger))
        return Person(neighbour, organisation, {**values, "email": email}) if neighbour else None

    def _mailed(self, email: str) -> list[dict[str, Any]]:
        self.survives(lambda: self.house.auth.mailer.send_due())
        return self.house.auth.mailer.shown(email)

    def signed_in(self, username: str, stranger: Context) -> Neighbour | None:
        auth = self.house.auth
        try:
            said = auth.sign_ins.sign_in(
                replace(stranger, idempotency=None), username=username, password=PASSWORD, ip="203.0.113.7"
            )
        except Refused:
            return None
        who = auth.sign_ins.who(token=said["token"])
        context = replace(
            stranger,
            actor=f"account/{who['pseudonym']}",
            organisation=who["organisation"],
            role=who["role"],
            session=who["session"],
            purpose="beheer_access",
        )
        return Neighbour(context, said["account"])

    def register(self, organisation: Organisation, email: str | None = None) -> Person | None:
        """Somebody new, or somebody who was here before under the same address."""
        email = email or f"{self.value('lid')}@burger.example"
        context = self.asked(organisation.beheerder)
        asked = {"organisation": organisation.id, "email": email, "role": Role.MEMBER}
        answer = self.ask(lambda: self.house.auth.invitations.invite(context, **asked))
        if answer is None:
            return None
        person = self.enter(organisation.id, email, str(answer["invitation"]), organisation.beheerder)
        if person is not None:
            self.people.append(person)
        return person

    def leave(self, person: Person) -> None:
        context = self.asked(person.neighbour)
        self._left(person, self.ask(lambda: self.house.auth.closing.close_me(context)))

    def remove(self, person: Person) -> None:
        """By the Beheerder."""
        context = self.asked(self.of(person).beheerder)
        asked = {"organisation": person.organisation, "account": person.neighbour.account}
        self._left(person, self.ask(lambda: self.house.auth.closing.remove(context, **asked)))

    def _left(self, person: Person, answer: Mapping[str, Any] | None) -> None:
        if answer is not None:
            person.closed, person.erasure = True, str(answer["erasure"]["id"])

    def correct(self, person: Person) -> bool:
        """Whether they could: whoever has left cannot, and leaves nothing by trying."""
        values = {"first_name": self.value("Anders")}
        context = self.asked(person.neighbour)
        answer = self.ask(lambda: self.house.auth.people.correct_me(context, values=values))
        if answer is not None:
            person.values |= values
        return answer is not None

    def sign_in_again(self, person: Person) -> None:
        """A session ends after a while."""
        stranger = self.asked(organisation=person.organisation)
        if found := self.survives(lambda: self.signed_in(person.values["username"], stranger)):
            person.neighbour = found

    def of(self, person: Person) -> Organisation:
        return next(one for one in self.organisations if one.id == person.organisation)

    # -- terms

    def agree(self, organisation: Organisation, terms: Mapping[str, str]) -> None:
        """A new agreement, signed by both: a change of the rules, or the return of somebody who had ended it."""
        said = {**TERMS, "retention": dict(terms)}
        context = self.asked(organisation.beheerder)
        made = self.ask(lambda: self.house.org.propose_agreement(context, organisation.id, **said))
        if made is None:
            return
        assert self.operator is not None
        for person in (organisation.beheerder, self.operator):
            signatory = {"name": self.value("Graaf "), "function": self.value("dijkgraaf ")}
            signed = {"signatory": signatory, "document_sha256": SHA256, "signed_on": TODAY}
            context = self.asked(person)
            sign = partial(self._sign, context, organisation.id, str(made["agreement"]), signed)
            self.ask(sign)
        organisation.agreement = str(made["agreement"])

    def _sign(
        self, context: Context, organisation: str, agreement: str, signed: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        return self.house.org.sign_agreement(context, organisation, agreement, **signed)

    def terminate(self, organisation: Organisation, days: int) -> None:
        context = self.asked(organisation.beheerder)
        ends = (clock.now() + timedelta(days=days)).date().isoformat()
        asked = {"organisation": organisation.id, "agreement": organisation.agreement, "ends_on": ends}
        self.ask(lambda: self.house.org.terminate_agreement(context, **asked))

    def choose(self, organisation: Organisation) -> None:
        """That everything goes; refused for as long as an agreement holds."""
        context = self.asked(organisation.beheerder)
        self.ask(lambda: self.house.org.choose_leaving(context, organisation.id, choice="delete"))

    # -- officers

    def hold(self, days: int, person: Person | None = None, organisation: Organisation | None = None) -> None:
        """On a person, by the account or, once that is closed, by the erasure; or on a whole organisation."""
        context = self.asked(**{f: getattr(OFFICER, f) for f in ("actor", "role")})
        whom: dict[str, Any] = {"scope": HoldScope.ORGANISATION, "organisation": organisation and organisation.id}
        if person is not None:
            named = {"erasure": person.erasure} if person.closed else {"account": person.neighbour.account}
            whom = {"scope": HoldScope.PERSON, **named}
        until = clock.now() + timedelta(days=days)
        said: dict[str, Any] = {"ground": HoldGround.LEGAL_CLAIM, "reason": self.value("Dossier "), "expires_at": until}
        answer = self.ask(lambda: self.house.retention.holds.place(context, **whom, **said))
        if answer is not None:
            self.holds.append(str(answer["hold"]))

    def release(self, hold: str) -> None:
        context = self.asked(**{f: getattr(OFFICER, f) for f in ("actor", "role")})
        self.ask(lambda: self.house.retention.holds.release(context, hold))

    def let_go(self, person: Person) -> None:
        context = self.asked(**{f: getattr(OFFICER, f) for f in ("actor", "role")})
        self.ask(lambda: self.house.retention.release_erasure(context, person.erasure))

    # -- keys and copies

    def rotate(self, service: str) -> None:
        def work() -> None:
            app = self.house.apps[service]
            try:
                app.rotate_keys(app.own_context())
            except Busy:
                return

        self.survives(work)

    def save(self) -> None:
        """Data, log and keyring as they are now, kept for ever by somebody."""
        target = self.room / f"copy{len(self.copies)}"

        def work() -> None:
            shutil.rmtree(target, ignore_errors=True)
            backup(self.house.configuration, target)

        self.survives(work)
        self.copies.append(target)

    def restore(self, saved: Path, upset: Upset) -> None:
        """As an operator does it: everything is stopped in order, so that the log has all of it."""
        self._stop()
        here = self.house.configuration
        with self.upset(upset):
            try:
                with stopped(here):
                    restore(here, saved, over=True)
            except Crash:
                self.crashes += 1
            self.open()

    def lose(self, service: str, upset: Upset) -> None:
        """The disk of one service is empty, when the log had all of it; its keyring lay elsewhere."""
        self._stop()
        for path in (self.room / "home" / "var" / "data").glob(f"{service}.sqlite3*"):
            path.unlink()
        with self.upset(upset):
            self.open()

    def _stop(self) -> None:
        for service in SERVICES:
            self.house.send(service)
        self.close()

    # -- by name, as somebody does it in the middle of something else

    def deed(self, name: str, which: int) -> None:
        """Once, whatever comes of it; nothing where there is no process that could."""
        if not self.house.up:
            return
        open_ = [one for one in self.people if not one.closed]
        gone = [one for one in self.people if one.closed]
        service = SERVICES[which % len(SERVICES)]
        match name:
            case "leave" if open_:
                self.leave(open_[which % len(open_)])
            case "hold" if self.people:
                self.hold(30, self.people[which % len(self.people)])
            case "late" if gone:
                self.correct(gone[which % len(gone)])
            case "rotate":
                self.rotate(service)
            case "send":
                self.house.send(service)
            case "follow":
                self.house.follow(service)
            case "sweep":
                self.house.retention.sweeping.sweep()

    def born_again(self, room: Path) -> World:
        """Another installation that is like this one, in a place of its own, closed."""
        shutil.copytree(self.room, room)
        other = copy.deepcopy({f: v for f, v in vars(self).items() if f not in ("house", "room", "copies")})
        return World(room=room, copies=[room / path.name for path in self.copies], **other)


DEEDS = ("leave", "hold", "late", "rotate", "send", "follow", "sweep")
