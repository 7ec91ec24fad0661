"""Every question to auth, asked by somebody else about one person; a process of its own, as auth's host patches it.

What imports nameko gives its process eventlet's threads, and tests beside it would wait for those for ever.
"""

from __future__ import annotations

import inspect
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from services.auth.service import AuthService
from services.contracts.privacy import Role
from services.kernel.decider import Refused
from tests.unit.auth.world import GEMEENTE, World

NAMED = {"first_name": "Zoë", "infix": "in ’t", "last_name": "Kievitsdal", "email": "zoe@voorbeeld.example"}
VALUES = ("zoë.kievitsdal", *NAMED.values())
METHODS = [name for name, method in vars(AuthService).items() if hasattr(method, "nameko_entrypoints")]
LAST = ("restrict", "close_for_request", "remove_member")
"""Whatever these do, they do after everything else was asked."""
MORE: dict[str, dict[str, Any]] = {
    "invite": {"email": "nobody@elders.example", "role": "member"},
    "invite_many": {"emails": ["nobody@elders.example"], "role": "member"},
    "find_member": {"email": NAMED["email"]},
    "accept_invitation": {"username": "iemand", "password": "x", "first_name": "I", "last_name": "E"},
    "correct_me": {"infix": None},
    "review_access": {"rest": "kept"},
    "data_for_disclosure": {"categories": ["name", "email", "credentials"], "case": "c", "silent": False},
}
"""What methods are asked with whose signature does not say it."""
ALLOWED = {"data_for_disclosure": "an authority's demand, decided by two officers on a legal basis (AVG 18(2))"}
"""What may show values of somebody who is restricted, with why."""


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
        asking = world.context(actor="system/retention", legal_basis="legal_obligation")
        world.auth.rights.correct(asking, **rights, values=NAMED)
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
            if parameter.kind is parameter.VAR_KEYWORD:
                assert name in MORE, f"say in MORE what {name} is asked with"
                arguments |= MORE[name]
            elif parameter.name != "context":
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
            "in_part": False,
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
            "cookie": False,
            "if_match": None,
        }
        assert name in known, f"say what {method} is asked with as `{name}`"
        return known[name]


def shows(answers: dict[str, str]) -> set[str]:
    return {method for method, answer in answers.items() if any(value in answer for value in VALUES)}


def asked(directory: Path, *, restricted: bool) -> list[str]:
    """The methods that show a value of the person."""
    directory.mkdir()
    world = World(directory)
    somebody = Somebody(world)
    if restricted:
        rights = {"organisation": GEMEENTE, "person": somebody.person, "by": somebody.beheerder.actor, "request": "r"}
        world.auth.rights.restrict(world.context(actor="system/retention"), **rights)
    found = shows(somebody.answers())
    world.close()
    return sorted(found)


if __name__ == "__main__":
    where = Path(sys.argv[1])
    told = {name: asked(where / name, restricted=name == "restricted") for name in ("open", "restricted")}
    print(json.dumps({"methods": METHODS, "allowed": sorted(ALLOWED), **told}))
