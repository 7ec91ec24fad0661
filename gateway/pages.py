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

    requests = "".join(
        f"<dt><code>{route.method} {_foldable(route.template)}</code><dd>{escape(route.summary)}"
        f" <em>{escape(', '.join(sorted(route.roles)) or route.access.value)}</em>"
        for route in served(development)
    )
    problems = "".join(
        f'<dt id="{problem.code}"><code>{problem.code}</code> ({problem.status})<dd>{escape(problem.title)}'
        for problem in Problem
    )
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><title>CrisisConnect: the surface</title></head><body>'
        '<main><h1>The surface</h1><p>The contract for programs is <a href="/openapi.json">/openapi.json</a>.'
        ' The privacy statement is <a href="/v1/statement?format=markdown" hreflang="nl">/v1/statement</a>.</p>'
        '<nav aria-label="On this page"><ul><li><a href="#requests">Requests</a><li><a href="#problems">Problems</a>'
        f'</ul></nav><h2 id="requests">Requests</h2><p>What each does and, in italics, for whom.</p><dl>{requests}</dl>'
        f'<h2 id="problems">Problems</h2><p>The code of a problem stays; its words may change.</p><dl>{problems}</dl>'
        "</main></body></html>"
    ).encode()


def _foldable(template: str) -> str:
    """A path that may break after each part: a telephone is narrow."""
    return escape(template).replace("/", "/<wbr>")
