"""An answer without ids, times, and the size of the log, which all share: what is left is the same byte for byte."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from typing import Any

import httpx

from tests.journeys.on_paper import words
from tests.journeys.tenant import still

TELLING = frozenset({"date", "correlation-id", "connection", "content-length", "etag"})
"""When, which request, and how long and which version: of that the body, which is compared, says more."""
MASKS = (
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<id>"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]?\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?"), "<time>"),
    (re.compile(r"\d{4}-\d\d-\d\d"), "<day>"),
    (re.compile(r"\d{1,2} ?[a-z]{3,9} ?20\d\d(, ?(om )?\d\d:\d\d(:\d\d)?)?", re.IGNORECASE), "<time>"),
    (re.compile(r"127\.0\.0\.1:\d+"), "<door>"),
    (re.compile(r"[0-9a-f]{64}"), "<hash>"),
    (re.compile(r"[A-Za-z0-9+/_-]{43,}={0,2}"), "<key>"),
)
"""In this order. Hashes, keys and signatures are made of ids and times."""
PROOFS = frozenset({"proof", "entry", "leaf"})
"""As long as the log is large."""


def heard(answer: httpx.Response) -> str:
    """All that an answer says, in a form in which two can be compared; what chance orders is in one order."""
    headers = sorted((n, masked(v)) for n, v in answer.headers.items() if n not in TELLING)
    kind = answer.headers.get("content-type", "").partition(";")[0]
    return json.dumps([answer.status_code, headers, said(kind, answer.content)], ensure_ascii=False)


def said(kind: str, content: bytes) -> Any:
    if kind.endswith("json") or kind == ".json":
        return ordered(still(json.loads(content)))
    if kind in ("text/csv", ".csv"):
        return ordered(still(list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))))
    if kind in ("application/pdf", ".pdf"):
        return sorted(masked(one) for one in words(content))
    if kind == "application/zip":
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return sorted([masked(name), said(_ending(name), package.read(name))] for name in package.namelist())
    return masked(content.decode())


def ordered(one: Any) -> Any:
    """Lists in the order of what they say: they stand by ids, which chance made."""
    if isinstance(one, dict):
        return {masked(name): ordered(value) for name, value in sorted(one.items()) if name not in PROOFS}
    if isinstance(one, list):
        return sorted((ordered(item) for item in one), key=lambda item: json.dumps(item, sort_keys=True))
    return masked(one) if isinstance(one, str) else one


def masked(text: str) -> str:
    for mask, instead in MASKS:
        text = mask.sub(instead, text)
    return text


def _ending(name: str) -> str:
    return "." + name.rpartition(".")[2]
