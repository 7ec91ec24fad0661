"""Values that are nobody's, planted to be looked for: what each service tells of its own, in the same words (P18)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from services.contracts.privacy import Category, LegalBasis, Purpose
from services.kernel.event import Personal, personal, personal_fields

CANARY = "canary"
"""What the owner of such a key is: no account, no session, no case."""


@dataclass(frozen=True, kw_only=True)
class Planting:
    """`planting` is the service, `canary` the owner of the keys, `organisation` the maker: it is nobody else's.

    One field of each category, each sealed as a person's would be.
    """

    GROUND: ClassVar[Mapping[str, str]] = {
        "purpose": Purpose.APP_ACCESS.value,
        "legal_basis": LegalBasis.LEGAL_OBLIGATION.value,
    }
    """Security is a duty of whoever processes (AVG art. 32), whatever is agreed."""

    planting: str
    canary: str
    organisation: str
    name: str | None = personal(Category.NAME, owner=CANARY)
    organisation_name: str | None = personal(Category.ORGANISATION, owner=CANARY)
    email: str | None = personal(Category.EMAIL, owner=CANARY)
    credentials: str | None = personal(Category.CREDENTIALS, owner=CANARY)
    ip_address: str | None = personal(Category.IP_ADDRESS, owner=CANARY)
    session_cookie: str | None = personal(Category.SESSION_COOKIE, owner=CANARY)
    technical: str | None = personal(Category.TECHNICAL, owner=CANARY)
    contact_phone: str | None = personal(Category.CONTACT_PHONE, owner=CANARY)
    correspondence: str | None = personal(Category.CORRESPONDENCE, owner=CANARY)
    log_record: str | None = personal(Category.LOG_RECORD, owner=CANARY)
    custom_field: str | None = personal(Category.CUSTOM_FIELD, owner=CANARY)
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Destruction:
    """`keys` went; before that, `looked` bytes of one whole look were read, and it was `found` in so many places."""

    planting: str
    canary: str
    planted_at: datetime
    keys: int
    looked: int
    found: int
    at: datetime


def of_people(event: type[Any]) -> Mapping[str, Personal]:
    """The personal fields of an event that hold somebody's value: of a canary none."""
    return {name: mark for name, mark in personal_fields(event).items() if mark.owner != CANARY}
