"""One path and its methods, in ASGI: whatever happens, the caller gets one well-formed answer."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from time import perf_counter

import structlog
from prometheus_client import Histogram
from starlette.types import Receive, Scope, Send
from uuid_utils import uuid7

from gateway import bodies, cookies
from gateway.answer import Answer
from gateway.ask import Ask
from gateway.door import Door
from gateway.problems import problem
from gateway.route import Route
from services.kernel.calls.rpc import Failed, Unavailable
from services.kernel.decider import Refused

log = structlog.get_logger("gateway")

SERVED = Histogram(
    "crisisconnect_http_seconds",
    "Requests answered, by route template and status.",
    ("method", "route", "status"),
)


class Place:
    """Serves the routes of one path. Logs ids, the template and the status; no address, query or body."""

    def __init__(self, door: Door, routes: Sequence[Route]) -> None:
        self._door = door
        self._routes: Mapping[str, Route] = {route.method: route for route in routes}
        self._template = routes[0].template
        allowed = sorted({*self._routes, *(["HEAD"] if "GET" in self._routes else [])})
        self._allow = (b"allow", ", ".join(allowed).encode())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        began = perf_counter()
        correlation = str(uuid7())
        method = scope["method"]
        route = self._routes.get("GET" if method == "HEAD" else method)
        if route is None:
            await problem("method_not_allowed", {}, correlation, [self._allow]).send(
                send, correlation, head=method == "HEAD", guards=self._door.guards
            )
            return
        answer = await self._answer(Ask(self._door, route, scope, correlation), receive)
        await answer.send(send, correlation, head=method == "HEAD", guards=self._door.guards)
        took = perf_counter() - began
        SERVED.labels(route.method, self._template, answer.status).observe(took)
        if route.personal or answer.status >= 500:
            log.info(
                "answered",
                method=route.method,
                route=self._template,
                status=answer.status,
                ms=round(took * 1000, 1),
                correlation=correlation,
            )

    async def _answer(self, ask: Ask, receive: Receive) -> Answer:
        try:
            return await self._door.serve(ask, receive)
        except Refused as refused:
            # A cookie of a session that is over has no more use, wherever the session was ended (P11).
            over = ask.by_cookie and refused.code == "unauthenticated"
            return problem(refused.code, refused.detail, ask.correlation, [cookies.CLEARED] if over else ())
        except Failed as failed:
            log.error("a service broke", service=failed.service, why=failed.why, correlation=ask.correlation)
            return problem("internal", {}, ask.correlation)
        except Unavailable as away:
            log.warning("a part is away", service=away.service, why=away.why, correlation=ask.correlation)
            return problem("unavailable", {}, ask.correlation)
        except bodies.Gone:
            # Where nobody is left, nobody reads it; where a length of a chunk was none, somebody does.
            return problem("malformed", {}, ask.correlation)
        except Exception as error:  # noqa: BLE001 - type and place are logged; a message may hold values
            frame = traceback.extract_tb(error.__traceback__)[-1]
            log.error(
                "a fault of our own",
                error=type(error).__name__,
                place=f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}",
                correlation=ask.correlation,
            )
            return problem("internal", {}, ask.correlation)


async def nowhere(scope: Scope, _: Receive, send: Send) -> None:
    """Every path that is not in the table."""
    correlation = str(uuid7())
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008})
    else:
        await problem("not_found", {}, correlation).send(send, correlation, head=scope["method"] == "HEAD")
