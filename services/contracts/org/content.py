"""What org tells of the content that an organisation shows its people in the app (P05, P13)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.contracts.privacy import Category
from services.kernel.event import Event, personal


class ContentKind(StrEnum):
    """A card is read; a contact is somebody to turn to."""

    CARD = "card"
    CONTACT = "contact"


@dataclass(frozen=True, kw_only=True)
class ContentPublished(Event, kind="content"):
    """An organisation shows this to its people, or shows it changed; `external_links` are other sites (P13)."""

    content: str
    organisation: str
    revision: int
    content_kind: ContentKind
    title: str | None = personal(Category.ORGANISATION, owner="content")
    body: str | None = personal(Category.ORGANISATION, owner="content")
    contact_name: str | None = personal(Category.NAME, owner="content")
    contact_email: str | None = personal(Category.EMAIL, owner="content")
    contact_phone: str | None = personal(Category.CONTACT_PHONE, owner="content")
    external_links: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ContentWithdrawn(Event, kind="content"):
    """The organisation shows this no longer; whom it named is forgotten (P05, P06)."""

    content: str
    organisation: str
    revision: int
    at: datetime
