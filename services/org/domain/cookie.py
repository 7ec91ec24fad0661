"""The register says of each cookie what it is, and nothing twice (P10)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from services.contracts.org import CookieKind, CookieRegistered, CookieRemoved, StoragePlace
from services.kernel.decider import Decider

EXEMPT = frozenset({CookieKind.TECHNICAL, CookieKind.FUNCTIONAL})
"""What may be set before anybody consented (Tw 11.7a)."""


@dataclass(frozen=True, kw_only=True)
class Cookie:
    """`lifetime` is ISO 8601; `checked_on` is when the party's own statement, at `link`, was last read."""

    name: str
    place: StoragePlace
    party: str
    purpose_nl: str
    purpose_en: str
    kind: CookieKind
    lifetime: str
    link: str
    checked_on: date


@dataclass(frozen=True, kw_only=True)
class Register:
    """One version of the whole register."""

    version: int
    in_force_from: date
    cookies: tuple[Cookie, ...]


def parse(versions: Iterable[Mapping[str, Any]]) -> tuple[Register, ...]:
    """The versions of `cookies.json`, the oldest first. Raises KeyError, TypeError or ValueError for a wrong one."""
    made = [
        Register(
            version=said["version"],
            in_force_from=date.fromisoformat(said["in_force_from"]),
            cookies=tuple(_cookie(one) for one in said["cookies"]),
        )
        for said in versions
    ]
    return tuple(sorted(made, key=lambda register: register.in_force_from))


def _cookie(said: Mapping[str, Any]) -> Cookie:
    place, kind = StoragePlace(said["place"]), CookieKind(said["kind"])
    return Cookie(**{**said, "place": place, "kind": kind, "checked_on": date.fromisoformat(said["checked_on"])})


def in_force(registers: Sequence[Register], today: date) -> tuple[Cookie, ...]:
    """What the newest version that has begun lists; nothing before the first."""
    begun = [register for register in registers if register.in_force_from <= today]
    return begun[-1].cookies if begun else ()


@dataclass(frozen=True, kw_only=True)
class Enter:
    cookie: Cookie
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Remove:
    name: str
    at: datetime


def decide(present: Cookie | None, command: Enter | Remove) -> Sequence[CookieRegistered | CookieRemoved]:
    match command:
        case Enter() if command.cookie == present:
            return []
        case Enter(cookie=cookie):
            return [
                CookieRegistered(
                    cookie=cookie.name,
                    place=cookie.place,
                    party=cookie.party,
                    purpose_nl=cookie.purpose_nl,
                    purpose_en=cookie.purpose_en,
                    cookie_kind=cookie.kind,
                    lifetime=cookie.lifetime,
                    link=cookie.link,
                    checked_on=cookie.checked_on,
                    at=command.at,
                )
            ]
        case Remove() if present is None:
            return []
        case Remove():
            return [CookieRemoved(cookie=command.name, at=command.at)]


def evolve(_: Cookie | None, event: CookieRegistered | CookieRemoved) -> Cookie | None:
    match event:
        case CookieRemoved():
            return None
        case CookieRegistered():
            return Cookie(
                name=event.cookie,
                place=event.place,
                party=event.party,
                purpose_nl=event.purpose_nl,
                purpose_en=event.purpose_en,
                kind=event.cookie_kind,
                lifetime=event.lifetime,
                link=event.link,
                checked_on=event.checked_on,
            )


decider: Decider[Cookie | None, Enter | Remove, CookieRegistered | CookieRemoved] = Decider(None, decide, evolve)
