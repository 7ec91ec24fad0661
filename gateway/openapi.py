"""The contract in OpenAPI 3.1, generated from the routes and the schemas that validate the requests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin
from marshmallow import Schema

from gateway import cookies
from gateway.route import Access, Reach, Route
from gateway.schemas.fields import OneThing, Something
from services.contracts.errors import Problem

PROBLEM = "application/problem+json"
SIGNED_IN: list[dict[str, list[str]]] = [{"session": []}, {"cookie": []}]
"""Either is enough; where both stand, the cookie is not looked at."""
ALWAYS = (Problem.MALFORMED, Problem.METHOD_NOT_ALLOWED, Problem.HEADERS_TOO_LARGE, Problem.INTERNAL)
BODY = (
    Problem.DUPLICATE_KEY,
    Problem.NOT_UTF8,
    Problem.TOO_DEEP,
    Problem.REQUEST_TIMEOUT,
    Problem.TOO_LARGE,
    Problem.UNSUPPORTED_MEDIA_TYPE,
    Problem.INVALID,
    Problem.UNKNOWN_FIELD,
)

DESCRIPTION = (
    "Every answer that is not a success is a problem (RFC 9457) with a stable code. Terms, remedies and legal bases "
    "are versioned data that a lawyer keeps, and each result names the version it was computed with. This is a tool, "
    "and no legal advice. / Dit is een hulpmiddel en geen juridisch advies."
)

SAID_WITH = {401: "WWW-Authenticate", 405: "Allow", 429: "Retry-After", 503: "Retry-After"}
"""The header that a refusal of this status has."""
TEXT = {"type": "string"}


def document(routes: Iterable[Route]) -> dict[str, Any]:
    """The whole document, as plain values."""
    spec = APISpec(
        title="CrisisConnect",
        version="1",
        openapi_version="3.1.0",
        plugins=[MarshmallowPlugin(schema_name_resolver=_name)],
        info={"description": DESCRIPTION},
    )
    spec.components.security_scheme("session", {"type": "http", "scheme": "bearer"})
    spec.components.security_scheme("cookie", {"type": "apiKey", "in": "cookie", "name": cookies.NAME})
    spec.components.schema("Problem", _problem())
    bounds: dict[str, dict[str, int]] = {}
    for route in routes:
        spec.path(path=route.template, operations={route.method.lower(): _operation(route)})
        if isinstance(route.body, Something):
            bounds[_name(route.body)] = {"minProperties": 1}
        if isinstance(route.body, OneThing):
            bounds[_name(route.body)] = {"minProperties": 1, "maxProperties": 1}
    made: dict[str, Any] = spec.to_dict()
    for name, bound in bounds.items():
        made["components"]["schemas"][name] |= bound
    return made


def problems(route: Route) -> tuple[Problem, ...]:
    """Every reason to say no that this route may give."""
    found = [*ALWAYS, *route.problems]
    if route.access is Access.ROLES:
        found += [Problem.UNAUTHENTICATED, Problem.FORBIDDEN, Problem.CROSS_SITE]
    if route.parameters or route.access is Access.LOCAL or route.reach is Reach.OWN_ORGANISATION:
        found.append(Problem.NOT_FOUND)
    if route.method in ("POST", "PUT", "PATCH"):
        found += BODY
    found += [Problem.INVALID, Problem.UNKNOWN_FIELD]
    if route.paged:
        found.append(Problem.CURSOR_INVALID)
    if route.takes_key:
        found += [Problem.IDEMPOTENCY_MISMATCH, Problem.CONFLICT]
    if route.versioned:
        found.append(Problem.PRECONDITION_FAILED)
    if route.rpc or route.access is Access.ROLES or route.handler:
        found.append(Problem.UNAVAILABLE)
    return tuple(dict.fromkeys(found))


def _operation(route: Route) -> dict[str, Any]:
    success: dict[str, Any] = {"description": route.summary}
    if route.answer is not None:
        success["content"] = {route.media_type: {"schema": route.answer}}
    else:
        success["content"] = {route.media_type: {}}
    for other in (route.or_as,) if isinstance(route.or_as, str) else route.or_as:
        success["content"][other] = {}
    if route.tagged:
        success["headers"] = {"ETag": {"description": "What `If-Match` can hold on to.", "schema": TEXT}}
    responses: dict[str, Any] = {str(route.status): success}
    for status in sorted({problem.status for problem in problems(route)}):
        codes = sorted(problem.code for problem in problems(route) if problem.status == status)
        responses[str(status)] = {
            "description": ", ".join(codes),
            "content": {
                PROBLEM: {
                    "schema": {
                        "allOf": [{"$ref": "#/components/schemas/Problem"}],
                        "properties": {"code": {"enum": codes}},
                    }
                }
            },
        }
        if (header := SAID_WITH.get(status)) is not None:
            responses[str(status)]["headers"] = {header: {"schema": TEXT}}
    made: dict[str, Any] = {
        "summary": route.summary,
        "operationId": operation_id(route),
        "parameters": _parameters(route),
        "responses": responses,
        "x-reach": route.reach.value,
    }
    if route.access is Access.ROLES:
        made["security"] = SIGNED_IN
        made["x-roles"] = sorted(role.value for role in route.roles)
    else:
        made["security"] = []
        made["x-access"] = route.access.value
    if route.body is not None:
        content = {"application/json": {"schema": route.body}}
        made["requestBody"] = {"required": route.needs_body, "content": content}
    return made


def _parameters(route: Route) -> list[Any]:
    made: list[Any] = [
        {"in": "path", "name": name, "required": True, "schema": {"type": "string"}} for name in route.parameters
    ]
    if route.query is not None:
        made.append({"in": "query", "schema": route.query})
    if route.takes_key:
        schema = {"type": "string", "pattern": "^[ -~]{1,255}$"}
        made.append({"in": "header", "name": "Idempotency-Key", "required": False, "schema": schema})
    if route.versioned:
        made.append({"in": "header", "name": "If-Match", "required": False, "schema": {"type": "string"}})
    return made


def operation_id(route: Route) -> str:
    words = route.template.replace("{", "").replace("}", "").replace(".", "-").strip("/").replace("/", "-")
    return f"{route.method.lower()}-{words}"


def _name(schema: Any) -> str:
    """The class's own name: one shape, one name in the document."""
    kind = schema if isinstance(schema, type) else type(schema)
    return str(kind.__name__) if issubclass(kind, Schema) else str(kind)


def _problem() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["type", "title", "status", "code", "instance"],
        "properties": {
            "type": TEXT,
            "title": TEXT,
            "status": {"type": "integer"},
            "code": {"type": "string", "enum": [problem.code for problem in Problem]},
            "instance": TEXT,
            "errors": {"type": "object", "additionalProperties": {"type": "array", "items": TEXT}},
        },
    }
