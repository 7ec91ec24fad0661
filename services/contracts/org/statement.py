"""What org tells of the statement and the register of cookies (P10, P14)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.kernel.event import Event, subject


class StoragePlace(StrEnum):
    """Where something rests on a person's equipment (Tw 11.7a knows no difference)."""

    COOKIE = "cookie"
    APP_STORAGE = "app_storage"


class CookieKind(StrEnum):
    """What it is for. Only the first two need no consent (Tw 11.7a)."""

    TECHNICAL = "technical"
    FUNCTIONAL = "functional"
    ANALYTICAL = "analytical"
    TRACKING = "tracking"


@dataclass(frozen=True, kw_only=True)
class StatementPublished(Event, kind="statement"):
    """A version of the maker's statement, with these texts and particulars, became part of its history (P14)."""

    statement_version: int
    effective_on: date
    nl_sha256: str
    en_sha256: str
    particulars_sha256: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class StatementParticularsWritten(Event, kind="statement"):
    """A compliance officer posted a version of the statement with these lists, and words for each promise (P14)."""

    statement_version: int
    lists: dict[str, dict[str, dict[str, str]]]
    additions: tuple[str, ...]
    changes: dict[str, tuple[str, ...]]
    authority: dict[str, str]
    promised: dict[str, dict[str, str]]
    at: datetime
    """`lists`: by name and code the words by language, and a `value`; `additions` are lines, as `<list>.<code>`."""


@dataclass(frozen=True, kw_only=True)
class StatementTextWritten(Event, kind="statement"):
    """The whole text, in one language, of a version that a compliance officer posted; Markdown (P14)."""

    statement_version: int
    lang: str
    text: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class StatementAcknowledged(Event, kind="acknowledgement"):
    """A person said that they had seen this version of the statement; nothing depends on it (P14)."""

    account: str = subject()
    organisation: str
    statement_version: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class CookieRegistered(Event, kind="cookie"):
    """Something that rests on people's equipment stands in the register, with these particulars from now on (P10)."""

    cookie: str
    place: StoragePlace
    party: str
    purpose_nl: str
    purpose_en: str
    cookie_kind: CookieKind
    lifetime: str
    link: str
    checked_on: date
    at: datetime


@dataclass(frozen=True, kw_only=True)
class CookieRemoved(Event, kind="cookie"):
    """Nothing of this name is set any more; it stands in the register no longer (P10)."""

    cookie: str
    at: datetime
