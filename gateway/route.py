"""What can be said about a route; serving, authorisation, the contract and the tests read nothing else."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING, Any

from marshmallow import Schema

from gateway.schemas.fields import OneThing, Something, is_secret
from gateway.shape import Pick, outgoing
from services.contracts.errors import Problem
from services.contracts.privacy import Purpose, Role

if TYPE_CHECKING:
    from gateway.answer import Answer
    from gateway.ask import Ask

EVERY_ROLE = frozenset(Role)
CHANGES = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_PARAMETER = re.compile(r"\{(\w+)(?::path)?\}")


class Access(Enum):
    """How a caller gets in, before any object is looked at."""

    ROLES = "signed in, in one of the route's roles"
    HOLDER = "whoever holds the token or the unguessable id in the path"
    PUBLIC = "everybody"
    LOCAL = "callers on the machine itself; for others it does not exist"


class Reach(Enum):
    """Which object a caller may name, and who sees to it."""

    NOTHING = "the path names no object"
    SELF = "the caller's own, whoever that is"
    OWN_ORGANISATION = "what belongs to the caller's organisation; everything, for roles that look after all of them"
    ORGANISATION = "the organisation in the path is the caller's, or the caller's role sees the list of them all"
    CAPABILITY = "whoever knows the token or id in the path"
    SERVICE = "the service answers not_found for what is not the caller's"


class For(Enum):
    """A purpose that depends on who asks."""

    ROLE = "the app for members, the Beheeromgeving for all others"


Handler = Callable[["Ask"], Awaitable["Answer"]]
Arguments = Callable[["Ask"], Mapping[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Route:
    """One method on one path.

    `rpc` is `<service>.<method>`. Its arguments are what path, query and body hold (`org` is called
    `organisation`) and what `added` adds; or exactly what `arguments` says. `handler` stands instead of it
    where an answer is more than a service's result. `answer` says which fields leave: no other does.
    """

    method: str
    path: str
    summary: str
    access: Access = Access.ROLES
    roles: frozenset[Role] = frozenset()
    reach: Reach = Reach.NOTHING
    rpc: str | None = None
    added: Arguments | None = None
    arguments: Arguments | None = None
    handler: Handler | None = None
    query: Schema | None = None
    body: Schema | None = None
    answer: Schema | None = None
    status: int = 200
    purpose: Purpose | For | None = None
    dangerous: bool = False
    paged: bool = False
    keyed: bool = True
    versioned: bool = False
    """It can be asked under the condition that nothing changed since the ETag that was read."""
    tagged: bool = False
    """Its answer has that ETag."""
    personal: bool = True
    media_type: str = "application/json"
    or_as: str | tuple[str, ...] = ()
    """Other media types in which the same can be asked for."""
    development: bool = False
    checks_session: bool = False
    """The service itself looks, in the transaction that answers, whether session and role are as we believe."""
    ends_session: bool = False
    """It may end the session it is asked with, and is recognised by the token when it is asked again."""
    starts_session: bool = False
    """Its result holds a token, which goes into the answer, or into the cookie that was asked for or brought one."""
    problems: tuple[Problem, ...] = ()

    def __post_init__(self) -> None:
        if (self.rpc is None) == (self.handler is None) or (self.rpc and self.answer is None):
            raise TypeError(f"{self.method} {self.path}: either a handler, or an rpc and the shape of its answer")

    @property
    def target(self) -> str:
        if self.rpc is None:
            raise TypeError(f"{self.method} {self.path} is answered by its handler")
        return self.rpc

    @cached_property
    def pick(self) -> Pick:
        """Keeps what the answer declares."""
        if self.answer is None:
            raise TypeError(f"{self.method} {self.path} declares no answer")
        return outgoing(self.answer)

    @property
    def fresh(self) -> bool:
        """Whether the session is asked for anew: what auth answers and does not look at itself, what is dangerous."""
        return self.dangerous or ((self.rpc or "").startswith("auth.") and not self.checks_session)

    @cached_property
    def needs_body(self) -> bool:
        """Whether none at all could never be right: some field is needed, or any."""
        if self.body is None:
            return False
        return isinstance(self.body, OneThing | Something) or any(one.required for one in self.body.fields.values())

    @cached_property
    def secrets(self) -> frozenset[str]:
        """What of its body is a secret, and nothing remembers, not even by a digest."""
        fields = {} if self.body is None else self.body.fields
        return frozenset(name for name, field in fields.items() if is_secret(field))

    @property
    def takes_key(self) -> bool:
        return self.keyed and self.method in CHANGES

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        return tuple(_PARAMETER.findall(self.path))

    @property
    def template(self) -> str:
        """The path as OpenAPI and the metrics write it."""
        return self.path.replace(":path}", "}")
