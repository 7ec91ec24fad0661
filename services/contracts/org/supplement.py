"""What org tells of the supplements to the statement that organisations ask for (P05)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.contracts.privacy import Category
from services.kernel.event import Event, personal


@dataclass(frozen=True, kw_only=True)
class SupplementRequested(Event, kind="supplement"):
    """A Beheerder asked for the statement to be supplemented for these fields; the answer has a term (P05)."""

    supplement: str
    organisation: str
    fields: tuple[str, ...]
    reasons: str | None = personal(Category.CORRESPONDENCE, owner="supplement")
    rule: str
    due: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class SupplementPublished(Event, kind="supplement"):
    """The maker supplemented the statement for this organisation, in this text, which names these fields (P05)."""

    supplement: str
    organisation: str
    supplement_version: int
    fields: tuple[str, ...]
    nl: str
    en: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class SupplementRefused(Event, kind="supplement"):
    """The maker did not supplement the statement as was asked, and said why (P05)."""

    supplement: str
    organisation: str
    reasons: str | None = personal(Category.CORRESPONDENCE, owner="supplement")
    at: datetime
