"""What retention tells of an answer on its way to whom it is about, and of how it got there, or did not (P15)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.contracts.privacy import Category
from services.contracts.retention.request import Right
from services.kernel.event import Event, personal, subject


class VoidGround(StrEnum):
    """Why a delivery cannot be collected any more, though its term is not over."""

    WRONG_CODES = "wrong_codes"
    REPLACED = "replaced"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, kw_only=True)
class DeliveryPrepared(Event, kind="delivery"):
    """The answer to a data request was sealed for the person, to be collected once before `expires_at` (P15)."""

    delivery: str
    request: str
    account: str = subject()
    organisation: str
    right: Right
    token_digest: str
    code: str | None = personal(Category.CREDENTIALS, owner="delivery")
    size: int
    rule: str
    expires_at: datetime
    prepared_by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class DeliveryCodeRefused(Event, kind="delivery"):
    """Somebody with the link gave another code, for the time that `tries` says; until then no other is looked at."""

    delivery: str
    account: str = subject()
    organisation: str
    tries: int
    wait_until: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class DeliveryCollected(Event, kind="delivery"):
    """Who has the link and the code fetched the answer; it is erased here, and cannot be fetched again (P15)."""

    delivery: str
    request: str
    account: str = subject()
    organisation: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class DeliveryVoided(Event, kind="delivery"):
    """Nobody can collect the answer any more, for this reason; it is erased here, and another can be made (P15)."""

    delivery: str
    account: str = subject()
    organisation: str
    why: VoidGround
    at: datetime


@dataclass(frozen=True, kw_only=True)
class DeliveryExpired(Event, kind="delivery"):
    """Nobody collected the answer within its term; it is erased here (P06, P15)."""

    delivery: str
    account: str = subject()
    organisation: str
    at: datetime
