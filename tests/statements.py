"""A next version of the statement as compliance would post it: the newest that is shipped, and what is said of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

SHIPPED = Path(__file__).parents[1] / "services/org/statement"
SENTENCE = {"nl": "Wij lezen deze verklaring ieder jaar na.", "en": "We read this statement again every year."}


def next_version(effective_on: str, version: int = 3, **but: Any) -> dict[str, Any]:
    """The body of `POST /v1/statement`: as the newest in files, but for one sentence and `but`."""
    newest = max(SHIPPED.glob("*/particulars.json"), key=lambda path: int(path.parent.name)).parent
    said = json.loads((newest / "particulars.json").read_text())
    texts = {lang: (newest / f"{lang}.md").read_text() + f"\n{SENTENCE[lang]}\n" for lang in ("nl", "en")}
    lists = {name: said[name] for name in ("purposes", "categories", "terms", "cookies")}
    return {"version": version, "effective_on": effective_on, "texts": texts, **lists, **but}


def without(body: dict[str, Any], name: str, code: str) -> dict[str, Any]:
    """The body with one line of a list left out."""
    return {**body, name: {other: line for other, line in body[name].items() if other != code}}


def with_line(body: dict[str, Any], name: str, code: str, **line: Any) -> dict[str, Any]:
    """The body with a line of a list changed, or one more."""
    return {**body, name: {**body[name], code: {**body[name].get(code, {}), **line}}}


def rewritten(body: dict[str, Any], lang: str, old: str, new: str) -> dict[str, Any]:
    assert old in body["texts"][lang]
    return {**body, "texts": {**body["texts"], lang: body["texts"][lang].replace(old, new)}}
