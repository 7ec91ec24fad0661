"""What was given lies within what was granted, that within what was asked, and each difference has its reason."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from typing import Any

from services.reader.certificate_form import Wrong

_ASKED = "crisisconnect.nl/disclosure-asked/v1"
_SCOPE = "crisisconnect.nl/disclosure-scope/v1"
_COLUMNS = ["person", "category", "name", "value"]


def judge(disclosure: Mapping[str, Any], people: list[Mapping[str, Any]], table: bytes) -> None:
    """Raises Wrong at the first thing that was given, or narrowed, and should not be so."""
    scope = disclosure["scope"]
    _digests(disclosure["disclosure"], scope)
    removed = {one["what"] for one in scope["removed"] if one["reason"].strip()}
    if missing := sorted(set(_differences(scope["asked"], scope["granted"])) - removed):
        raise Wrong("disclosure.json", f"no reason is given for what was not granted: {missing[0]}")
    _within(scope["granted"], people)
    _same(people, table)


def _digests(disclosure: str, scope: Mapping[str, Any]) -> None:
    asked = {"format": _ASKED, "disclosure": disclosure, "salt": scope["salt"], "asked": scope["asked"]}
    parts = {name: scope[name] for name in ("version", "salt", "asked", "granted", "removed")}
    if _digest(asked) != scope["asked_sha256"]:
        raise Wrong("disclosure.json", "scope.asked_sha256 is not the digest of what was asked")
    if _digest({"format": _SCOPE, "disclosure": disclosure, **parts}) != scope["sha256"]:
        raise Wrong("disclosure.json", "scope.sha256 is not the digest of the scope")


def _digest(said: Mapping[str, Any]) -> str:
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return sha256(text.encode()).hexdigest()


def _differences(asked: Mapping[str, Any], granted: Mapping[str, Any]) -> Iterator[str]:
    """What each reason must be of. Raises Wrong where more is granted than was asked."""
    for name, one in (("people", "person"), ("categories", "category")):
        if not set(granted[name]) <= set(asked[name]):
            raise Wrong("disclosure.json", f"more {name} are granted than were asked")
        yield from (f"{one}/{value}" for value in asked[name] if value not in granted[name])
    for name, wider in (("since", min), ("until", max)):
        if asked[name] == granted[name]:
            continue
        bounds = (asked[name], granted[name])
        # Moments have one spelling here, so that their order is that of their texts.
        if granted[name] is None or (asked[name] is not None and wider(bounds) != asked[name]):
            raise Wrong("disclosure.json", "a longer time is granted than was asked")
        yield name


def _within(granted: Mapping[str, Any], people: list[Mapping[str, Any]]) -> None:
    labels = [one["person"] for one in people]
    if len(set(labels)) != len(labels) or not set(labels) <= set(granted["people"]):
        raise Wrong("data/people.json", "it holds somebody who is not in the scope, or somebody twice")
    for one in people:
        if any(field["category"] not in granted["categories"] for field in one["fields"]):
            raise Wrong("data/people.json", "it holds a category that is not in the scope")


def _same(people: list[Mapping[str, Any]], table: bytes) -> None:
    """The table says what the JSON says, but for the apostrophe before what a spreadsheet would compute."""
    try:
        rows = list(csv.reader(io.StringIO(table.decode("utf-8"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise Wrong("data/people.csv", "it is no table in UTF-8") from error
    fields = [(one["person"], field) for one in people for field in one["fields"]]
    said = [[label, field["category"], field["name"], field["value"]] for label, field in fields]
    alike = len(rows) == len(said) + 1 and all(
        len(row) == len(values) and all(cell in (value, f"'{value}") for cell, value in zip(row, values, strict=True))
        for row, values in zip(rows, [_COLUMNS, *said], strict=False)
    )
    if not alike:
        raise Wrong("data/people.csv", "it does not say what data/people.json says")
