"""The contract as it is served, for programs and for people, made once from the table of routes."""

from __future__ import annotations

from functools import cache
from html import escape

import orjson

from gateway.answer import Answer
from gateway.ask import Ask
from services.contracts.errors import Problem

_KEPT = b"public, max-age=60"


async def contract(ask: Ask) -> Answer:
    return Answer(200, _contract(ask.door.configuration.development), store=_KEPT)


async def docs(ask: Ask) -> Answer:
    return Answer(200, _docs(ask.door.configuration.development), media_type=b"text/html; charset=utf-8", store=_KEPT)


@cache
def _contract(development: bool) -> bytes:
    from gateway.openapi import document
    from gateway.routes import served

    return orjson.dumps(document(served(development)))


@cache
def _docs(development: bool) -> bytes:
    """Plain HTML, without any outside asset. Each problem's `type` points here."""
    from gateway.routes import served

    rows = "".join(
        f"<tr><td><code>{route.method} {escape(route.template)}</code><td>{escape(route.summary)}"
        f"<td>{escape(', '.join(sorted(route.roles)) or route.access.value)}"
        for route in served(development)
    )
    problems = "".join(
        f'<dt id="{problem.code}"><code>{problem.code}</code> ({problem.status})<dd>{escape(problem.title)}'
        for problem in Problem
    )
    return (
        "<!doctype html><html lang=en><meta charset=utf-8><title>CrisisConnect</title><h1>The surface</h1>"
        '<p>The contract for programs is <a href="/openapi.json">/openapi.json</a>.</p>'
        f"<table><tr><th>Request<th>What<th>Who{rows}</table><h1>Problems</h1><dl>{problems}</dl></html>"
    ).encode()
