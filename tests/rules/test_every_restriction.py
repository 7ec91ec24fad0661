"""What must hold for every question to auth: of who is restricted, no value leaves to anybody else (P15, AVG 18(2)).

A failure names the method. The remedy: ask `restrictions.among` before anything is opened, as the others do.
"""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from marshmallow import Schema, fields as m

from gateway.route import Reach
from gateway.routes import ROUTES
from services.auth.service import AuthService
from services.contracts.privacy import Role
from services.kernel.decider import Refused
from tests.unit.auth.world import GEMEENTE, World

NAMED = {"first_name": "Zoë", "infix": "in ’t", "last_name": "Kievitsdal", "email": "zoe@voorbeeld.example"}
VALUES = ("zoë.kievitsdal", *NAMED.values())
BY_LAW = frozenset({"data_for_disclosure"})
"""What an authority is given is not stopped by a restriction (AVG 18(2)); two officers decide it, on a legal basis."""
METHODS = [
    name for name, method in vars(AuthService).items() if hasattr(method, "nameko_entrypoints") and name not in BY_LAW
]
LAST = ("restrict", "close_for_request", "remove_member")
"""Whatever these do, they do after everything else was asked."""
NAMES = frozenset({"first_name", "infix", "last_name", "username", "email"})


class Somebody:
    """One person with an account, and a Beheerder who asks everything there is to ask about them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.account = str(world.registered(username="zoë.kievitsdal")["account"])
        found = world.auth.people.pseudonym_of(account=self.account, organisation=GEMEENTE)
        self.person = str(found["pseudonym"])
        world.registered("bea@elders.example", "bea", "beheerder")
        self.beheerder = world.signed_in("bea")
        rights = {"organisation": GEMEENTE, "person": self.person, "by": "account/b", "request": "r"}
        world.auth.rights.correct(world.context(actor="system/retention"), **rights, values=NAMED)
        self.service = AuthService()
        self.service.app = world.auth
        world.org.stands = {"choice": "return"}

    def answers(self) -> dict[str, str]:
        """By method what it answers, or refuses, to somebody else who names this person wherever one can be named."""
        asked = sorted(METHODS, key=lambda name: name in LAST)
        return {name: self._answer(name) for name in asked}

    def _answer(self, name: str) -> str:
        method = getattr(self.service, name)
        arguments = {}
        for parameter in inspect.signature(method).parameters.values():
            if parameter.kind is parameter.VAR_KEYWORD or parameter.name == "context":
                continue
            arguments[parameter.name] = self._argument(name, parameter.name)
        try:
            return json.dumps(method(self.beheerder, **arguments), ensure_ascii=False, default=str)
        except Refused as refused:
            return f"{refused.code} {refused.detail}"

    def _argument(self, method: str, name: str) -> Any:
        known: dict[str, Any] = {
            "organisation": GEMEENTE,
            "account": self.account,
            "person": self.person,
            "people": [self.person],
            "by": self.beheerder.actor,
            "request": str(uuid4()),
            "changes": {"infix": None},
            "lifts_at": datetime.now(UTC).isoformat(),
            "why": "overdue",
            "after": None,
            "limit": 100,
            "role": Role.MEMBER.value,
            "invitation": str(uuid4()),
            "field": str(uuid4()),
            "value": "niets",
            "session": str(uuid4()),
            "token": "no such token",
            "email": "nobody@elders.example",
            "to": "nobody@elders.example",
            "username": "bea",
            "password": "not the password that it is 12",
            "new_password": "another one that is long enough 12",
            "ip": None,
            "user_agent": None,
            "device": None,
        }
        assert name in known, f"say what {method} is asked with as `{name}`"
        return known[name]


def shows(answers: dict[str, str]) -> set[str]:
    return {method for method, answer in answers.items() if any(value in answer for value in VALUES)}


@pytest.fixture
def somebody(tmp_path: Path) -> Iterator[Somebody]:
    world = World(tmp_path)
    yield Somebody(world)
    world.close()


def test_of_who_is_restricted_no_answer_to_anybody_else_holds_a_value(somebody):
    rights = {"organisation": GEMEENTE, "person": somebody.person, "by": somebody.beheerder.actor, "request": "r"}
    somebody.world.auth.rights.restrict(somebody.world.context(actor="system/retention"), **rights)

    assert shows(somebody.answers()) == set()


def test_of_who_is_not_the_same_questions_show_values(somebody):
    assert shows(somebody.answers()) == {"members", "member", "export_people"}, "or the rule looks at nothing"


def named(schema: Schema | None) -> set[str]:
    """The names and addresses of people that an answer declares, however deep."""
    found: set[str] = set()
    for name, field in (schema.fields if schema else {}).items():
        inner = field.inner if isinstance(field, m.List) else field
        found |= named(inner.schema) if isinstance(inner, m.Nested) else {name} & NAMES
    return found


OTHERWISE = {
    "auth.invitations": "who is invited has no account, and nothing to restrict yet",
    "auth.accept_invitation": "to whom it is about",
}
"""Routes that show names or addresses and are not people's own, with why no restricted person's are among them."""


@pytest.mark.parametrize(
    "route",
    [route for route in ROUTES if route.reach is not Reach.SELF and {"first_name", "last_name"} & named(route.answer)],
    ids=lambda route: f"{route.method} {route.path}",
)
def test_every_route_that_names_people_asks_auth_which_the_rule_above_asked_too(route):
    service, _, method = route.target.partition(".")
    assert service == "auth", "people's names are auth's to show, and to withhold"
    assert method in METHODS or route.target in OTHERWISE
