"""Whatever was agreed, nothing outside it is recorded of anybody: it is refused or left out (P02, P04)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import orjson
import pytest
from hypothesis import HealthCheck, example, given, settings, strategies as st
from sqlalchemy import select

from services.auth.app import terms as limits
from services.contracts.auth import CanaryPlanted
from services.contracts.org import AgreementProposed, AgreementSigned, Side
from services.contracts.privacy import Category, LegalBasis, Purpose
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.event import personal_fields
from services.kernel.store import eventstore
from tests.journeys.grounds import ungrounded
from tests.rules.contracts import EVENTS
from tests.unit.auth.test_custom_fields_wired import TEAM
from tests.unit.auth.test_resets_wired import asked as ask_for_link, used
from tests.unit.auth.world import EVERYTHING, GEMEENTE, PASSWORD, TERMS, World

EQUIPMENT: dict[str, Any] = {
    "ip": "192.0.2.7",
    "user_agent": "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
    "device": {"kind": "phone", "os": "Android 16", "browser": "none", "app_version": "4.1"},
}
NOT_AGREED = {"agreement_missing", "purpose_not_agreed", "category_not_agreed", "consent_needed"}


@pytest.fixture(autouse=True)
def asked_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next command knows of an amendment at once."""
    monkeypatch.setattr(limits, "KEPT_SECONDS", 0.0)


def sessions(world: World, me: Context) -> list[dict[str, Any]]:
    return [one for one in world.auth.sign_ins.mine(me)["items"] if one["current"]]


def sealed(world: World, kind: str) -> dict[str, Any]:
    """The data of the newest event of this kind."""
    [newest] = [one for one in log(world) if one["type"].split(".")[-2] == kind][-1:]
    return dict(newest["data"])


def log(world: World) -> list[dict[str, Any]]:
    with world.auth.store.reading() as session:
        lines = session.execute(select(eventstore.events.c.line).order_by(eventstore.events.c.position)).scalars()
        return [orjson.loads(line) for line in lines]


@pytest.mark.parametrize(
    ("left_out", "kept"),
    [
        ("technical", {"ip": "192.0.2.7", "os": None, "kind": None}),
        ("ip_address", {"ip": None, "os": "Android 16", "kind": "phone"}),
    ],
)
def test_from_where_somebody_signs_in_is_kept_as_far_as_that_was_agreed(
    world: World, left_out: str, kept: dict[str, Any]
) -> None:
    world.registered()
    world.org.terms[GEMEENTE] = {**TERMS, "categories": [one for one in EVERYTHING if one != left_out]}
    me = world.signed_in(**EQUIPMENT)
    [shown] = sessions(world, me)
    assert {"ip": shown["ip"], "os": shown["device"]["os"], "kind": shown["device"]["kind"]} == kept
    events = world.auth.sign_ins.refresh(me)["events"]
    assert len(events) == 3
    assert set(sealed(world, "SignedIn")) & {"ip", "os"} == ({"ip"} if kept["ip"] else {"os"})


def test_what_is_agreed_no_more_does_not_go_on_into_a_refreshed_session(world: World) -> None:
    world.registered()
    me = world.signed_in(**EQUIPMENT)
    world.org.terms[GEMEENTE] = {**TERMS, "categories": ["credentials", "session_cookie"]}
    world.auth.sign_ins.refresh(me)
    assert not set(sealed(world, "SignedIn")) & set(personal_fields(EVENTS["nl.crisisconnect.auth.SignedIn.v1"]))


@pytest.mark.parametrize("needed", ["credentials", "session_cookie"])
def test_without_what_a_sign_in_is_made_of_it_is_refused_on_record(world: World, needed: str) -> None:
    world.registered()
    world.org.terms[GEMEENTE] = {**TERMS, "categories": [one for one in EVERYTHING if one != needed]}
    told = world.told()
    with pytest.raises(Refused, match=r"^category_not_agreed$"):
        world.signed_in(**EQUIPMENT)
    assert world.told() == [*told, "ProcessingRefused"]


@pytest.mark.parametrize("terms", [None, {**TERMS, "categories": ["name"]}, {**TERMS, "purposes": {}}], ids=str)
def test_a_beheerder_comes_in_to_agree_whatever_was_agreed_and_nothing_tells_from_where(
    world: World, terms: dict[str, Any] | None
) -> None:
    world.org.terms[GEMEENTE] = terms
    world.registered(role="beheerder")
    me = world.signed_in(**EQUIPMENT)
    [shown] = sessions(world, me)
    assert (shown["ip"], set(shown["device"].values())) == (None, {None})
    grounds = {(one.get("purpose"), one.get("legalbasis"), one.get("agreement")) for one in log(world)}
    assert grounds == {("beheer_access", "contract", None)}


def test_who_corrects_what_is_agreed_is_not_stopped_by_what_is_not(world: World) -> None:
    world.registered()
    me = world.signed_in()
    world.org.terms[GEMEENTE] = {**TERMS, "categories": ["email"]}
    assert world.auth.people.correct_me(me, values={"email": "susanne@voorbeeld.example"})["events"]
    with pytest.raises(Refused, match=r"^category_not_agreed$"):
        world.auth.people.correct_me(me, values={"infix": "van"})


# -- any agreement


EVERY = {category.value for category in Category}
agreements = st.none() | st.fixed_dictionaries(
    {
        "purposes": st.dictionaries(
            st.sampled_from([one.value for one in Purpose]), st.sampled_from([one.value for one in LegalBasis])
        ),
        "categories": st.sets(st.sampled_from(sorted(EVERY))),
    }
)
WHOLE = {"purposes": {"app_access": "public_task", "beheer_access": "contract"}, "categories": EVERY}


@pytest.mark.searching
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(then=agreements, consents=st.booleans())
@example(then=WHOLE, consents=False)
@example(then={**WHOLE, "purposes": dict.fromkeys(WHOLE["purposes"], "consent")}, consents=True)
@example(then={**WHOLE, "purposes": dict.fromkeys(WHOLE["purposes"], "legal_obligation")}, consents=False)
def test_of_any_agreement_no_command_records_what_is_outside_it(
    world: World, then: dict[str, Any] | None, consents: bool
) -> None:
    """`then` is agreed when people are there: each command of auth's that holds a value is tried under it."""
    organisation = str(uuid4())
    asking = Asking(world, organisation, consents)
    first = asking.agreed(WHOLE)
    member, beheerder = asking.person("member"), asking.person("beheerder")
    forgot = {role: asking.linked(asking.registered(role)) for role in ("member", "beheerder")}
    before = len(log(world))
    second = asking.agreed(then)
    done = {name: asking.attempt(command) for name, command in asking.commands(member, beheerder, forgot).items()}

    mine = [one for one in log(world) if one.get("organisation") == organisation]
    assert ungrounded([*first, *second, *mine]) == []
    assert set(done.values()) <= {None, *NOT_AGREED}
    refused = [one["data"]["code"] for one in log(world)[before:] if one["type"].endswith("ProcessingRefused.v1")]
    assert refused == [code for code in done.values() if code is not None], (
        "each refusal is on record, and nothing else"
    )
    if then == WHOLE:
        assert set(done.values()) == {None}
        told = {one["type"] for one in log(world)[before:]}
        holding = {name for name, event in EVENTS.items() if event.told_by == "auth" and personal_fields(event)}
        holding.discard(CanaryPlanted.type)  # of nobody, by nobody's command
        assert holding <= told, "a new event that holds something of people needs its command here"


class Asking:
    """One organisation of this world, what it agreed on, and what its people ask."""

    def __init__(self, world: World, organisation: str, consents: bool) -> None:
        self.world, self.organisation, self.consents = world, organisation, consents
        self.others = world.org.call
        world.org.fields = {TEAM: {"kind": "choice", "choices": ["Noord", "Zuid"]}}
        world.auth.caller = self
        self.number = 0

    def call(self, service: str, method: str, args: Mapping[str, Any], context: Context, timeout: float = 4.0) -> Any:
        if method == "consent_in_force":
            return {"in_force": self.consents}
        return self.others(service, method, args, context, timeout)

    def agreed(self, said: dict[str, Any] | None) -> list[dict[str, Any]]:
        """From now on this holds, or nothing; answers how it came to, as the log has it."""
        if said is None:
            self.world.org.terms[self.organisation] = None
            return []
        agreement = str(uuid4())
        terms = {"purposes": said["purposes"], "categories": sorted(said["categories"])}
        self.world.org.terms[self.organisation] = {**TERMS, **terms, "agreement": agreement}
        version = {"agreement": agreement, "agreement_version": 1}
        signed = [{"type": AgreementSigned.type, "data": {**version, "side": one.value}} for one in Side]
        return [{"type": AgreementProposed.type, "data": {**version, **terms}}, *signed]

    def context(self, **but: Any) -> Context:
        return self.world.context(**{"organisation": self.organisation, **but})

    def person(self, role: str) -> Context:
        """Somebody who has an account and a session, as the door says of their next request."""
        return self.signed_in(self.registered(role))

    def registered(self, role: str) -> str:
        """Invited and registered; their user name."""
        self.number += 1
        name = f"{role}-{self.number}-{self.organisation}"
        token = self.invited(role, f"{name}@voorbeeld.example")
        self.accept(token, name)
        return name

    def invited(self, role: str, email: str) -> str:
        asked = {"organisation": self.organisation, "email": email, "role": role}
        self.world.auth.invitations.invite(self.context(role="beheerder"), **asked)
        return self.world.token(email)

    def accept(self, token: str, name: str) -> None:
        said = {"username": name, "password": PASSWORD, "first_name": "Sanne", "infix": "van", "last_name": "Velde"}
        self.world.auth.registrations.accept(self.context(actor=""), token=token, **said)

    def linked(self, name: str) -> str:
        """The link by which whoever forgot their password chooses another."""
        ask_for_link(self.world, username=name)
        return self.world.token(f"{name}@voorbeeld.example")

    def signed_in(self, name: str) -> Context:
        said = {"username": name, "password": PASSWORD, **EQUIPMENT}
        token = self.world.auth.sign_ins.sign_in(self.context(actor=""), **said)["token"]
        who = self.world.auth.sign_ins.who(token=token)
        purpose = "app_access" if who["role"] == "member" else "beheer_access"
        more = {"actor": f"account/{who['pseudonym']}", "role": who["role"], "session": who["session"]}
        return self.context(**more, purpose=purpose)

    def commands(
        self, member: Context, beheerder: Context, forgot: Mapping[str, str]
    ) -> dict[str, Callable[[], object]]:
        """Each that holds a value, as a person asks it, or retention on a person's request."""
        auth = self.world.auth
        names = {who: self.number_of(who) for who in (member, beheerder)}
        retention = self.context(actor="system/retention", legal_basis="legal_obligation", purpose="app_access")
        whose = {"organisation": self.organisation, "by": beheerder.actor, "request": str(uuid4())}
        person = member.actor.removeprefix("account/")
        found: dict[str, Callable[[], object]] = {}
        for who in (member, beheerder):
            role = str(who.role)
            found |= {
                f"{role} comes": lambda role=role: self.registered(role),
                f"{role} corrects a name": lambda who=who: auth.people.correct_me(who, values={"first_name": "Anna"}),
                f"{role} corrects an address": lambda who=who: auth.people.correct_me(
                    who, values={"email": f"{uuid4()}@voorbeeld.example"}
                ),
                f"{role} corrects both": lambda who=who: auth.people.correct_me(
                    who, values={"email": f"{uuid4()}@voorbeeld.example", "infix": "der"}
                ),
                f"{role} fills in": lambda who=who: auth.custom_fields.set_mine(who, field=TEAM, value="Noord"),
                f"{role} chooses a password": lambda who=who: auth.choosing.change(
                    who, present=PASSWORD, new="vier paarden en een kruiwagen 72"
                ),
                f"{role} signs in": lambda who=who: auth.sign_ins.sign_in(
                    self.context(actor=""),
                    username=names[who],
                    password="vier paarden en een kruiwagen 72",
                    **EQUIPMENT,
                ),
                f"{role} forgot the password": lambda role=role: used(self.world, forgot[role]),
                f"{role} goes on": lambda who=who: auth.sign_ins.refresh(who),
            }
        found["put right on request"] = lambda: auth.rights.correct(
            retention, **whose, person=person, values={"last_name": "Velden"}, fields={TEAM: "Zuid"}
        )
        return found

    def number_of(self, who: Context) -> str:
        """Their user name."""
        return str(self.world.auth.people.me(who)["username"])

    def attempt(self, command: Callable[[], object]) -> str | None:
        """None where it was done, else why not: nothing but what was agreed stands in its way."""
        try:
            command()
        except Refused as no:
            return no.code
        return None
