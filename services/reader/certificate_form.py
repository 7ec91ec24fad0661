"""A certificate has exactly these fields, each once and of its type: whatever else a file says is refused."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from services.reader.note import Malformed

FORMAT = "crisisconnect.nl/erasure-certificate/v1"
LAW = {
    "nl": "Waar een wet, of een bevel op grond van een wet, verbiedt dat iets wordt vermeld, "
    "staat het niet in dit stuk; deze zin staat daarom in elk stuk van deze soort.",
    "en": "Where a law, or an order given under a law, forbids that something is mentioned, "
    "this document does not mention it; this sentence therefore stands in every document of this kind.",
}
"""Word for word the same in every certificate, whether or not there is anything to keep silent about."""
LARGEST = 4 << 20

Shape = type | None | Mapping[str, "Shape"] | tuple["Shape", ...] | list["Shape"]
"""A type; the fields of an object; one of several shapes; a list of one shape. `...` as the name is any name."""

_ENTRY: Shape = {"index": int, "entry": str, "proof": str}
_ENTRIES: Shape = {"...": int}
CERTIFICATE: Shape = {
    "format": str,
    "certificate": str,
    "organisation": str,
    "scope": str,
    "rule": str,
    "asked_at": str,
    "due": str,
    "ordered": {"at": str, "entry": (int, None)},
    "erased_here": {"at": str, "entries": _ENTRIES, "remaining": int, "excepted": int},
    "unreadable_in_every_earlier_copy": (None, {"at": str, "entries": _ENTRIES}),
    "issued_at": str,
    "log": {"origin": str, "vkey": str, "checkpoint": str},
    "statement": _ENTRY,
    "keys": [_ENTRY],
    "receipts": [{"index": int, "leaf": str, "path": [str]}],
    "law": {"nl": str, "en": str},
}
STATEMENT: Shape = {
    "erasure": str,
    "organisation": str,
    "scope": str,
    "rule": str,
    "asked_at": str,
    "due": str,
    "ordered_at": str,
    "certified_at": str,
    "unreadable_in_copies_at": (None, str),
    "services": [str],
    "order": (int, None),
    "completed": _ENTRIES,
    "retired": _ENTRIES,
    "remaining": int,
    "excepted": int,
    "at": str,
}


class Wrong(ValueError):
    """The first thing that is wrong: at which place of the certificate, and what."""

    def __init__(self, where: str, detail: str) -> None:
        super().__init__(f"{where}: {detail}")
        self.where, self.detail = where, detail


def read(raw: bytes) -> dict[str, Any]:
    """The certificate's fields, each of the type it must have. Raises Malformed where it is no JSON object; Wrong."""
    if len(raw) > LARGEST:
        raise Malformed("a certificate is smaller than 4 MiB")
    try:
        found = json.loads(raw.decode("utf-8"), object_pairs_hook=_once, parse_float=_no, parse_constant=_no)
        json.dumps(found, ensure_ascii=False).encode()
    except Malformed:
        raise
    except UnicodeError as error:
        raise Malformed("a certificate is UTF-8, without half characters") from error
    except (ValueError, RecursionError) as error:
        raise Malformed("a certificate is JSON") from error
    if not isinstance(found, dict):
        raise Malformed("a certificate is one JSON object")
    shaped(found, CERTIFICATE, "")
    return found


def shaped(value: object, shape: Shape, where: str) -> None:
    """Raises Wrong at the first place that has another shape."""
    match shape:
        case tuple():
            if not any(_fits(value, one) for one in shape):
                raise Wrong(where, "it is of another type")
            for one in shape:
                if one is not None and _fits(value, one):
                    shaped(value, one, where)
        case list():
            if not isinstance(value, list):
                raise Wrong(where, "it is no list")
            for at, one in enumerate(value):
                shaped(one, shape[0], f"{where}[{at}]")
        case Mapping():
            if not isinstance(value, dict):
                raise Wrong(where, "it is no object")
            _object(value, shape, where)
        case _:
            if not _fits(value, shape):
                raise Wrong(where, "it is of another type")


def _object(value: Mapping[str, object], shape: Mapping[str, Shape], where: str) -> None:
    anything = shape.get("...")
    for name in shape:
        if name not in value and anything is None:
            raise Wrong(_under(where, name), "it is missing")
    for name, inner in value.items():
        if name not in shape and anything is None:
            raise Wrong(where or "certificate", "it holds a field that no certificate has")
        shaped(inner, anything if anything is not None else shape[name], _under(where, name))


def _fits(value: object, shape: Shape) -> bool:
    """Whether the outermost type is right; a truth value is no number."""
    match shape:
        case None:
            return value is None
        case Mapping():
            return isinstance(value, dict)
        case type():
            return type(value) is shape
        case _:
            return isinstance(value, list)


def _under(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("an object names the same field twice")
    return found


def _no(_: str) -> Any:
    raise Malformed("it holds a number that is no whole one")
