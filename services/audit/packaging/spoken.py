"""What stands in a disclosure by a code, in words for who reads the page; as data it keeps its code."""

from __future__ import annotations

import re

from services.contracts.wording import CATEGORIES, LANGUAGES, ROLES, Words, said

FIELDS: Words = {
    "first_name": ("voornaam", "first name"),
    "infix": ("tussenvoegsel", "infix"),
    "last_name": ("achternaam", "last name"),
    "email": ("e-mailadres", "e-mail address"),
    "username": ("gebruikersnaam", "user name"),
    "organisation": ("organisatie", "organisation"),
    "ip": ("IP-adres", "IP address"),
    "device": ("apparaat", "device"),
    "os": ("besturingssysteem", "operating system"),
    "browser": ("browser", "browser"),
    "app_version": ("versie van de app", "version of the app"),
    "id": ("nummer", "number"),
}
WITHHELD: Words = {
    "since": ("begin van het tijdvak", "beginning of the period"),
    "until": ("einde van het tijdvak", "end of the period"),
}
_SESSION = re.compile(r"session_(\d+)_([a-z_]+)")
_OWN_FIELD = re.compile(r"field_(.+)")


def category(code: str, lang: str) -> str:
    return said(code, CATEGORIES, lang)


def role(code: str, lang: str) -> str:
    return said(code, ROLES, lang)


def field(name: str, lang: str) -> str:
    """A value's name: what auth calls `session_2_ip` is the IP address of session 2."""
    at = LANGUAGES.index(lang)
    if found := _SESSION.fullmatch(name):
        what = found[2].removesuffix("_since")
        of = said(what, {**CATEGORIES, **FIELDS}, lang)
        shown = of if what == found[2] else (f"begin ({of})", f"beginning ({of})")[at]
        return (f"sessie {found[1]}: {shown}", f"session {found[1]}: {shown}")[at]
    if found := _OWN_FIELD.fullmatch(name):
        return (f"eigen veld {found[1]}", f"own field {found[1]}")[at]
    return said(name, FIELDS, lang)


def withheld(what: str, lang: str) -> str:
    """What was asked and not given: `category/ip_address`, `person/2`, `since` or `until`."""
    kind, _, which = what.partition("/")
    at = LANGUAGES.index(lang)
    match kind:
        case "category":
            return (f"categorie: {category(which, lang)}", f"category: {category(which, lang)}")[at]
        case "person":
            return (f"persoon {which}", f"person {which}")[at]
        case _:
            return said(what, WITHHELD, lang)
