"""A line of the register of processing as a person reads it: sections, categories, terms and measures in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from services.contracts.privacy import ProcessingRole
from services.contracts.wording import (
    CATEGORIES,
    LANGUAGES,
    LEGAL_BASES,
    OF,
    PURPOSES,
    TRIGGERS,
    Words,
    duration,
    said,
)

SECTIONS: Words = {
    "party": ("partij", "party"),
    "purpose": ("doel en rechtsgrond", "purpose and legal basis"),
    "category": ("soort gegevens, en welke dienst die heeft", "category, and which service holds it"),
    "term": ("bewaartermijn", "retention term"),
    "recipient": ("ontvanger", "recipient"),
    "transfer": ("doorgifte buiten de EER", "transfer outside the EEA"),
    "measure": ("beveiligingsmaatregel", "security measure"),
}
ITEMS: Words = {
    "controller": ("verwerkingsverantwoordelijke", "controller"),
    "processor": ("verwerker", "processor"),
    "role": ("rol van de maker", "role of the maker"),
    "agreement": ("overeenkomst", "agreement"),
    "access": ("toegang", "access"),
    "erasure": ("wissing", "erasure"),
    "log": ("logboek", "log"),
    "passwords": ("wachtwoorden", "passwords"),
    "recovery": ("herstel", "recovery"),
    "sealing": ("verzegeling", "sealing"),
    "transport": ("verkeer", "transport"),
    "none": ("geen", "none"),
    **PURPOSES,
    **CATEGORIES,
}
OWN = ("onze eigen termijn", "our own term")
DUTY = ("eigen plicht", "own duty")
_AGREED = re.compile(r"(P\S+) after ([a-z_]+)")
_VERSION = re.compile(r"(?P<of>own terms|\S+), version (?P<number>\d+)")


def line(row: Mapping[str, Any], lang: str) -> dict[str, Any]:
    """The row with its section, item and values in words; what is somebody's own word stays."""
    section, item = str(row["section"]), str(row["item"])
    shown = {name: _value(section, row.get(name), lang) for name in ("value", "before")}
    return {**row, "section": said(section, SECTIONS, lang), "item": _item(section, item, lang), **shown}


def _item(section: str, item: str, lang: str) -> str:
    if section in ("recipient", "transfer") and item != "none":
        return item
    trigger = item.removesuffix(" (own)")
    if trigger != item:
        return f"{said(trigger, TRIGGERS, lang)} ({OWN[LANGUAGES.index(lang)]})"
    return said(item, ITEMS, lang)


def _value(section: str, value: str | None, lang: str) -> str | None:
    at = LANGUAGES.index(lang)
    match section, value:
        case _, None:
            return None
        case _, "none":
            return said("none", ITEMS, lang)
        case "purpose", _:
            return said(value, LEGAL_BASES, lang)
        case "party", _:
            found = _VERSION.fullmatch(value)
            own = found and found["of"] == "own terms"
            of = ("eigen voorwaarden", "own terms")[at] if own else found["of"] if found else ""
            ours = f"{of}, {('versie', 'version')[at]} {found['number']}" if found else value
            return said(ours, OF[ProcessingRole], lang)
        case "term", _:
            agreed = _AGREED.fullmatch(value)
            after = ("na", "after")[at]
            if agreed is None:
                return duration(value, lang)
            return f"{duration(agreed[1], lang)} {after}: {said(agreed[2], TRIGGERS, lang)}"
        case "category", _:
            return value.replace("own duty", DUTY[at])
        case "recipient", "named in the agreement":
            return ("genoemd in de overeenkomst", value)[at]
        case "measure", _:
            both = value.split(" / ")
            return both[at] if len(both) == len(LANGUAGES) else value
        case _:
            return value
