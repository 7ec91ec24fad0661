"""Every request passes here in one order: who, in reach, in the role, in shape; then the service decides."""

from __future__ import annotations

import asyncio
import re
import time
from typing import Any

from starlette.types import Receive

from gateway import bodies, cookies, shape
from gateway.answer import GUARDS, SECURE, Answer, Header
from gateway.ask import Ask
from gateway.calls import Calls
from gateway.cursors import Cursors
from gateway.health import Readiness
from gateway.identity import Believed, Who, presented
from gateway.origin import Origins
from gateway.paper.printing import Printing
from gateway.route import Access, Reach
from gateway.schemas.fields import Nothing
from gateway.secrets import derived
from services.contracts.privacy import Role
from services.kernel.calls.rpc import TIMEOUT, Failed, Unavailable
from services.kernel.configuration import Configuration
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.shape import loaded

SEES_ALL_ORGANISATIONS = frozenset({Role.OPERATOR, Role.COMPLIANCE})
_IDENTIFIER = re.compile(r"[A-Za-z0-9_-]{1,200}\Z")
_NOTHING = Nothing()
_SHORTEST_ATTEMPT = 1.0  # after a time-out nothing is asked again: the first attempt may still be at work


class Door:
    """What all requests share: the line to the services, the keys, and whom we believe just now."""

    def __init__(self, configuration: Configuration, calls: Calls, shared: bytes) -> None:
        """`shared` is the key of the pair gateway and auth; the door's own keys are derived from it."""
        self.configuration = configuration
        self.calls = calls
        self.origins = Origins(configuration.trusted_proxies)
        self.cursors = Cursors(derived(shared, "cursors"))
        self.digests = derived(shared, "digests")
        self.believed = Believed()
        self.readiness = Readiness(calls)
        self.printing = Printing()
        self.origin = cookies.origin_of(configuration.public_url)
        self.guards = GUARDS + (SECURE if configuration.public_url.startswith("https://") else ())

    async def serve(self, ask: Ask, receive: Receive) -> Answer:
        """Raises Refused, Unavailable, Failed, or bodies.Gone."""
        route = ask.route
        ask.read_headers()
        if route.access is Access.LOCAL and not ask.local:
            raise Refused("not_found")
        if route.access is Access.ROLES:
            try:
                await self._authenticate(ask)
            except Refused:
                if (answer := await self._answered_before(ask)) is None:
                    raise
                return answer
        self._within_reach(ask)
        if route.access is Access.ROLES and ask.caller.role not in route.roles:
            raise Refused("forbidden")
        await self._read(ask, receive)
        if route.handler is not None:
            ask.receive = receive
            return await route.handler(ask)
        return await self._ask(ask)

    async def signed_in(self, ask: Ask) -> Who:
        """Who asks, on a route that is everybody's. Raises Refused unauthenticated."""
        await self._authenticate(ask)
        return ask.caller

    def must_be_ours(self, ask: Ask) -> None:
        """What a browser does by itself, it does for our own pages only. Raises Refused cross_site."""
        cookies.must_be_ours(ask.route.method, ask.headers, self.origin)

    async def _authenticate(self, ask: Ask) -> None:
        ask.token, ask.by_cookie = presented(ask.headers)
        if not ask.token:
            raise Refused("unauthenticated")
        ask.who = None if ask.route.fresh else self.believed.get(ask.token)
        if ask.who is None:
            asked = time.monotonic()
            context = Context(correlation=ask.correlation)
            try:
                told = await self.call("auth.who", {"token": ask.token}, context, ask.deadline)
            except Refused:
                self.believed.forget(ask.token)
                raise
            ask.who = Who.of(told)
            self.believed.keep(ask.token, ask.who, asked)
        if ask.by_cookie:
            self.must_be_ours(ask)

    async def _answered_before(self, ask: Ask) -> Answer | None:
        """What was answered when this very request ended the session it came with; the answer may have been lost."""
        if not ask.asks_again:
            return None
        try:
            result = await ask.call("auth.answered_before", {})
        except Refused as no:
            if no.code != "unauthenticated":
                raise
            return None
        return Answer.json(ask.route.status, ask.route.pick(result), (cookies.CLEARED,) if ask.ends_cookie else ())

    def _within_reach(self, ask: Ask) -> None:
        """A stranger's id and one that never was are the same here: neither is looked up."""
        if not all(_IDENTIFIER.match(ask.path[name]) for name in ask.route.parameters if name != "tile"):
            raise Refused("not_found")
        if ask.route.reach is Reach.ORGANISATION:
            who = ask.caller
            if ask.path["org"] != who.organisation and who.role not in SEES_ALL_ORGANISATIONS:
                raise Refused("not_found")

    async def _read(self, ask: Ask, receive: Receive) -> None:
        route = ask.route
        if route.method in ("POST", "PUT", "PATCH"):
            began = time.monotonic()
            body = await bodies.read(ask.headers, receive)
            ask.deadline += time.monotonic() - began
            ask.raw = {}
            if body or route.needs_body:
                bodies.must_be_json(ask.headers)
                ask.raw = bodies.parse(body)
            ask.body = loaded(route.body or _NOTHING, ask.raw)
        if route.query is not None or ask.scope["query_string"]:
            ask.query = loaded(route.query or _NOTHING, shape.parameters(ask.scope["query_string"]))
            if (cursor := ask.query.pop("cursor", None)) is not None:
                ask.after = self.cursors.read(cursor, *_list(ask))

    async def _ask(self, ask: Ask) -> Answer:
        route = ask.route
        if ask.asks_cookie:
            self.must_be_ours(ask)
        try:
            result = await ask.call(route.target, arguments(ask))
        except Refused as no:
            if no.code != "unauthenticated" or not route.checks_session:
                raise
            # Either the session is over, which is then said here, or what we believed of it is: once more, asked anew.
            self.believed.forget(ask.token)
            await self._authenticate(ask)
            result = await ask.call(route.target, arguments(ask))
        if route.fresh and route.method != "GET":
            self.believed.forget(ask.token)
        return self.answered(ask, result)

    def answered(self, ask: Ask, result: dict[str, Any]) -> Answer:
        """What of a service's result leaves, with the cursor that continues a list."""
        route = ask.route
        headers: tuple[Header, ...] = ()
        if route.paged:
            result = {**result, "next": self.following(ask, result.get("next"))}
        if route.tagged and (tag := result.get("etag", result.get("version"))) is not None:
            headers = ((b"etag", b'"%d"' % tag),)
        if route.starts_session and (ask.asks_cookie or ask.by_cookie):
            headers = (cookies.kept(result["token"], result["expires_at"]),)
            result = {name: value for name, value in result.items() if name != "token"}
        elif ask.ends_cookie:
            headers = (cookies.CLEARED,)
        return Answer.json(route.status, route.pick(result), headers)

    def following(self, ask: Ask, place: Any) -> str | None:
        """The cursor that continues this list there; None at its end."""
        return None if place is None else self.cursors.write(place, *_list(ask))

    async def call(self, target: str, args: dict[str, Any], context: Context, deadline: float) -> Any:
        """Tries again once, under the same idempotency key, when the line broke and there is time left.

        Raises Refused, Unavailable, or Failed where the service itself said that it broke.
        """
        service, _, method = target.partition(".")
        timeout = min(TIMEOUT, deadline - time.monotonic())
        if timeout <= 0:
            raise Unavailable(service, "no time left")
        try:
            return await self.calls.call(service, method, args, context, timeout=timeout)
        except Failed:
            raise
        except Unavailable:
            await asyncio.sleep(0.05)
            timeout = min(TIMEOUT, deadline - time.monotonic())
            if timeout < _SHORTEST_ATTEMPT:
                raise
        return await self.calls.call(service, method, args, context, timeout=timeout)


def arguments(ask: Ask) -> dict[str, Any]:
    """What path, query and body hold, as the service's method names it."""
    route = ask.route
    if route.arguments is not None:
        args = dict(route.arguments(ask))
    else:
        args = {**ask.query, **ask.body}
        args.update({"organisation" if name == "org" else name: value for name, value in ask.path.items()})
        if route.added is not None:
            args.update(route.added(ask))
    if route.paged:
        args["limit"] = ask.query["limit"]
        args.setdefault("after", ask.after)
    if route.versioned and (version := ask.version()) is not None:
        args["if_match"] = version
    return args


def _list(ask: Ask) -> tuple[str, str | None, dict[str, Any]]:
    """Which list a cursor continues: the route, whose, and everything asked for but the number."""
    filters = {name: str(value) for name, value in ask.query.items() if name not in ("cursor", "limit")}
    filters |= {f"path {name}": value for name, value in ask.path.items()}
    whose = ask.caller.pseudonym if ask.route.reach is Reach.SELF else ask.organisation
    return ask.route.path, whose, filters
