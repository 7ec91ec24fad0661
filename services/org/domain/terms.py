"""Under which terms data is touched: an organisation's agreement, or the maker's rules for its own people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from services.contracts.privacy import Category, LegalBasis, ProcessingRole, Purpose
from services.kernel.ground import Agreed

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


def day_of(moment: datetime) -> date:
    """The calendar day in Amsterdam: agreements begin and end at midnight there."""
    return moment.astimezone(AMSTERDAM).date()


@dataclass(frozen=True, kw_only=True)
class Terms:
    """`agreement` is None where the maker is the controller itself. Durations are ISO 8601."""

    agreement: str | None
    version: int
    role: ProcessingRole
    purposes: Mapping[str, str]
    categories: Sequence[str]
    retention: Mapping[str, str]

    def agreed(self, organisation: str) -> Agreed:
        """What of it an event can be held against."""
        return Agreed(
            organisation=organisation,
            agreement=self.agreement,
            version=self.version,
            purposes=self.purposes,
            categories=frozenset(self.categories),
        )

    def said(self) -> dict[str, Any]:
        return {
            "agreement": self.agreement,
            "version": self.version,
            "role": self.role.value,
            "purposes": dict(self.purposes),
            "categories": list(self.categories),
            "retention": dict(self.retention),
        }


@dataclass(frozen=True, kw_only=True)
class OwnTerms:
    """What the maker laid down for its own people; the newest that has begun applies."""

    since: date
    terms: Terms


OWN = (
    OwnTerms(
        since=date(2018, 2, 21),
        terms=Terms(
            agreement=None,
            version=1,
            role=ProcessingRole.CONTROLLER,
            # Staff sign in because of their employment or assignment: AVG art. 6(1)(b).
            purposes={Purpose.BEHEER_ACCESS.value: LegalBasis.CONTRACT.value},
            categories=tuple(category.value for category in Category),
            retention={
                Category.NAME.value: "P0D",
                Category.EMAIL.value: "P0D",
                Category.CREDENTIALS.value: "P0D",
                Category.IP_ADDRESS.value: "P30D",
                Category.SESSION_COOKIE.value: "P0D",
                Category.TECHNICAL.value: "P30D",
                Category.LOG_RECORD.value: "P10Y",
            },
        ),
    ),
)


def own(today: date) -> Terms | None:
    """The maker's own terms on a day, None before there were any."""
    begun = [rule for rule in OWN if rule.since <= today]
    return max(begun, key=lambda rule: rule.since).terms if begun else None
