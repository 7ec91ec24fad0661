"""What org tells of agreements, and of what was refused for want of one (P01)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from services.contracts.facts import Refusal
from services.contracts.privacy import Category, LegalBasis, Purpose, TermTrigger
from services.kernel.event import Event, personal


class Side(StrEnum):
    """The two parties to a processing agreement (AVG art. 28)."""

    PROCESSOR = "processor"
    CONTROLLER = "controller"


@dataclass(frozen=True, kw_only=True)
class AgreementProposed(Event, kind="agreement"):
    """One side proposed a processing agreement; it binds nobody before both have signed (P01, AVG art. 28)."""

    agreement: str
    organisation: str
    agreement_version: int
    proposed_by: Side
    purposes: dict[Purpose, LegalBasis]
    categories: tuple[Category, ...]
    retention: dict[Category, str]
    sub_processors: tuple[str, ...]
    starts_on: date
    ends_on: date | None = None
    triggers: dict[Category, TermTrigger] | None = None
    incident_hours: int | None = None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class AgreementAmended(Event, kind="agreement"):
    """One side proposed other terms for an agreement; until both have signed them the old ones hold (P01, AVG 28)."""

    agreement: str
    organisation: str
    agreement_version: int
    amends: int
    proposed_by: Side
    purposes: dict[Purpose, LegalBasis]
    categories: tuple[Category, ...]
    retention: dict[Category, str]
    sub_processors: tuple[str, ...]
    starts_on: date
    ends_on: date | None = None
    triggers: dict[Category, TermTrigger] | None = None
    incident_hours: int | None = None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class AgreementSigned(Event, kind="agreement"):
    """One side signed the agreement; `in_force` from when both have, within its period (P01)."""

    agreement: str
    organisation: str
    agreement_version: int
    side: Side
    signatory: str
    signatory_name: str | None = personal(Category.NAME, owner="signatory")
    signatory_function: str | None = personal(Category.NAME, owner="signatory")
    document_sha256: str
    signed_on: date
    at: datetime


@dataclass(frozen=True, kw_only=True)
class AgreementTerminated(Event, kind="agreement"):
    """The agreement ends on this day; nothing personal is recorded under it afterwards (P01, P06)."""

    agreement: str
    organisation: str
    ends_on: date
    side: Side
    at: datetime


@dataclass(frozen=True, kw_only=True)
class ProcessingRefused(Refusal, Event, kind="refusal"):
    """Touching personal data was refused, since the terms in force do not allow it (P01, P03)."""
