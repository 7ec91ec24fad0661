"""Other people are left out of the answer to access, item by item, and each item says who and why (AVG 15(4))."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

ALWAYS: Mapping[str, str] = {
    "requests": "who_answered",
    "deliveries": "who_answered",
    "complaints": "who_decided",
    "holds": "who_decided",
    "disclosed": "officials",
}
"""By the part of the copy, why whoever had a hand in each of its items is not named there."""
LOOKS = "looks"


def redacted(
    copy: Mapping[str, Any], names: str, reasons: Mapping[str, Mapping[str, str]], lang: str
) -> dict[str, Any]:
    """The copy with `left_out` in each item that is about somebody else, too; `names` is how it was weighed."""
    own = copy["account"]["organisation"]

    def said(item: Mapping[str, Any], code: str | None) -> dict[str, Any]:
        why = [] if code is None else [{"code": code, "words": reasons[code][lang]}]
        return {**item, "left_out": why}

    parts = {name: [said(item, code) for item in copy[name]] for name, code in ALWAYS.items()}
    parts[LOOKS] = [said(look, _viewer(look, own, names)) for look in copy[LOOKS]]
    return {**copy, **parts}


def _viewer(look: Mapping[str, Any], own: str, names: str) -> str | None:
    """Why a look has no name; None where it has one."""
    if look.get("name") is not None:
        return None
    if look["organisation"] != own:
        return "viewer_elsewhere"
    return {"given": "viewer_gone", "withheld": "viewer_withheld"}.get(names, "viewer_not_asked")
