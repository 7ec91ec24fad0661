"""An answer without ids, times, and the size of the log, which all share: what is left is the same byte for byte."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from typing import Any

import httpx

from services.kernel import moments
from tests.journeys.on_paper import elements, vocabulary
from tests.journeys.tenant import still

CELL = re.compile(r"(\{\"|\[[\"{]|\[\]|\{\})")
"""What is JSON in a cell of a table."""
OF_NUMBERS = re.compile(r"/reports/(conformance|integrity)$|/certificate$")
OF_PARAGRAPHS = re.compile(r"/me/data$")
"""A page may end anywhere in these, or in an id: of them the words are compared, and of the data everything."""
NUMBER = re.compile(r"\d+([.,]\d+)*|–")
"""On these pages a number may be an age or a place in the log; as data they are compared by their names."""
TELLING = frozenset({"date", "correlation-id", "connection", "content-length", "etag"})
"""When, which request, and how long and which version: of that the body, which is compared, says more."""
MONTHS = "|".join(
    re.escape(name)
    for name in sorted({name for way in (moments.MONTHS, moments.SHORT) for names in way.values() for name in names})[
        ::-1
    ]
)
MASKS = (
    (re.compile(r"[0-9a-f]{64}"), "<hash>"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<id>"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]?\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?"), "<time>"),
    (re.compile(r"\d{4}-\d\d-\d\d"), "<day>"),
    (re.compile(rf"\d{{1,2}} ?({MONTHS}) ?20\d\d(,? ?\d\d:\d\d(:\d\d)?)?"), "<time>"),
    (re.compile(r"\+[0-9a-f]{8}\+[A-Za-z0-9+/]{40,}={0,2}"), "<key>"),
    (re.compile(r"log/[0-9a-f]{12}(, ?\d+,)?"), "log/<log>"),
    (re.compile(r"127\.0\.0\.1:\d+"), "<door>"),
    (re.compile(r"(entries|regel) \d+ (to|tot en met) \d+"), "<places>"),
    (re.compile(r"[A-Za-z0-9+/_-]{40,}={0,2}"), "<key>"),
)
"""In this order. Hashes, keys and signatures are made of ids and times."""
LEFT = frozenset({"proof", "path", "leaf", "origin", "hours"})
"""As long as the log is large, called as it is called, or an age."""
PLACES = frozenset(
    {"index", "entry", "entries", "log", "receipts", "bytes", "order", "completed", "retired", "sequence"}
)
"""The numbers below are places in the log, which all share; or of a page that was pressed, with its times in it."""


def heard(answer: httpx.Response) -> str:
    """All that an answer says, in a form in which two can be compared; what chance orders is in one order."""
    headers = sorted((n, masked(v)) for n, v in answer.headers.items() if n not in TELLING)
    kind = answer.headers.get("content-type", "").partition(";")[0]
    told = said(kind, answer.content)
    if kind == "application/pdf" and OF_NUMBERS.search(answer.url.path):
        told = sorted(NUMBER.sub("#", one) for one in told)
    if kind == "application/pdf" and OF_PARAGRAPHS.search(answer.url.path):
        told = vocabulary(answer.content)
    return json.dumps([answer.status_code, headers, told], ensure_ascii=False)


def said(kind: str, content: bytes) -> Any:
    if kind.endswith("json") or kind == ".json":
        return ordered(still(json.loads(content)))
    if kind == ".jsonl":
        return ordered([still(json.loads(line)) for line in content.splitlines()])
    if kind in ("text/csv", ".csv"):
        return ordered(still([_cells(row) for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")))]))
    if kind in ("application/pdf", ".pdf"):
        return sorted(masked(one) for one in elements(content))
    if kind == "application/zip":
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return sorted([masked(name), said(_ending(name), package.read(name))] for name in package.namelist())
    return masked(content.decode())


def ordered(one: Any, *, places: bool = False) -> Any:
    """Lists in the order of what they say: they stand by ids, which chance made."""
    match one:
        case dict():
            return {
                masked(name): ordered(value, places=places or name in PLACES)
                for name, value in sorted(one.items())
                if name not in LEFT
            }
        case list():
            return sorted((ordered(item, places=places) for item in one), key=json.dumps)
        case str() if "\n\n— " in one and one.startswith("{"):
            event, signed = one.split("\n\n", 1)
            return [ordered(json.loads(event)), masked(signed)]
        case str():
            return "<place>" if places and one.isdigit() else masked(one)
        case int() if places and not isinstance(one, bool):
            return "<place>"
    return one


def masked(text: str) -> str:
    for mask, instead in MASKS:
        text = mask.sub(instead, text)
    return text


def _cells(row: dict[str, str]) -> dict[str, Any]:
    return {name: json.loads(cell) if CELL.match(cell) else cell for name, cell in row.items()}


def _ending(name: str) -> str:
    return "." + name.rpartition(".")[2]
