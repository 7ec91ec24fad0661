"""In development, mail stays in memory and is shown here, on the machine itself only."""

from __future__ import annotations

from html import escape
from typing import Any

from gateway.answer import Answer
from gateway.ask import Ask

HTML = b"text/html; charset=utf-8"


async def _sent(ask: Ask) -> list[dict[str, Any]]:
    """Newest first: to, subject, text, links."""
    found: list[dict[str, Any]] = await ask.call("auth.mails", {"to": ask.query.get("to")})
    return [{name: mail[name] for name in ("to", "subject", "text", "links")} for mail in found]


async def listed(ask: Ask) -> Answer:
    return Answer.json(200, await _sent(ask))


async def page(ask: Ask) -> Answer:
    shown = []
    for mail in await _sent(ask):
        links = "".join(f'<li><a href="{escape(link)}">{escape(link)}</a></li>' for link in mail["links"])
        shown.append(
            f"<article><h2>{escape(mail['subject'])}</h2><p>{escape(mail['to'])}</p>"
            f"<pre>{escape(mail['text'])}</pre><ul>{links}</ul></article><hr>"
        )
    body = "".join(shown) or "<p>No mail yet.</p>"
    document = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>Mail</title></head><body><main><h1>Mail, kept in memory</h1>{body}</main></body></html>"
    )
    return Answer(200, document.encode(), media_type=HTML)
