"""One believable example of everything retention can say: Sanne's account, closed on a Saturday morning."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.contracts.retention import (
    CopiesUnreadable,
    ErasureCertified,
    ErasureCompleted,
    ErasureConfirmed,
    ErasureOrdered,
    ErasureScheduled,
    ErasureStalled,
    KeyEpochRetired,
    RetirementNoted,
    SigningKeyHandedOver,
)

CLOSED = datetime(2025, 3, 1, 9, 30, tzinfo=UTC)
SECONDS_LATER = CLOSED + timedelta(seconds=2)
NEXT_NIGHT = CLOSED + timedelta(hours=18)

WHOSE: dict[str, Any] = {
    "erasure": "7c1d3a52-5d0e-4c7e-9a7e-3f6f2f0c9b11",
    "account": "0b6f6f0e-8a54-4f0f-8d5f-5d2d1f4b7a10",
    "organisation": "5a0f4b7e-2f0b-4f57-9d8d-0f5a3c9f7e01",
}


def erasure_scheduled(**but: Any) -> ErasureScheduled:
    made = ErasureScheduled(
        **WHOSE, asked_in=41, asked_at=CLOSED, rule="account_closed:P0D@1", due=CLOSED, at=SECONDS_LATER
    )
    return replace(made, **but)


def erasure_ordered(**but: Any) -> ErasureOrdered:
    services = ("auth", "org", "audit", "retention")
    return replace(ErasureOrdered(**WHOSE, asked_in=41, services=services, at=SECONDS_LATER), **but)


def erasure_stalled(**but: Any) -> ErasureStalled:
    return replace(ErasureStalled(**WHOSE, service="auth", entry=44, remaining=1, at=SECONDS_LATER), **but)


def erasure_confirmed(**but: Any) -> ErasureConfirmed:
    return replace(ErasureConfirmed(**WHOSE, service="auth", entry=45, number=17, at=SECONDS_LATER), **but)


def erasure_certified(**but: Any) -> ErasureCertified:
    entries = {"auth": 45, "org": 46, "audit": 47, "retention": 48}
    return replace(ErasureCertified(**WHOSE, entries=entries, at=SECONDS_LATER), **but)


def copies_unreadable(**but: Any) -> CopiesUnreadable:
    entries = {"auth": 72, "org": 73, "audit": 74, "retention": 75}
    return replace(CopiesUnreadable(**WHOSE, entries=entries, at=NEXT_NIGHT), **but)


def retirement_noted(**but: Any) -> RetirementNoted:
    retirement = "0195538e-2b1c-7d6a-8f3e-4c1d2b3a5f60"
    return replace(RetirementNoted(retirement=retirement, service="auth", entry=72, after=60, at=NEXT_NIGHT), **but)


def erasure_completed(**but: Any) -> ErasureCompleted:
    made = ErasureCompleted(**WHOSE, order=43, keys=0, rows=1, remaining=0, at=SECONDS_LATER)
    return replace(made, **but)


def key_epoch_retired(**but: Any) -> KeyEpochRetired:
    made = KeyEpochRetired(
        retired="20250301T030000-1f2e3d4c", current="20250302T030000-5b6a7988", keys=0, after=60, at=NEXT_NIGHT
    )
    return replace(made, **but)


def signing_key_handed_over(**but: Any) -> SigningKeyHandedOver:
    made = SigningKeyHandedOver(
        old="crisisconnect.nl/log/0a1b2c3d4e5f/retention+5455c31a+AaTpkbIBYYOZQSFv3L9I3k/1ojVue2QuRU+fKD6NQ+xx",
        vkey="crisisconnect.nl/log/0a1b2c3d4e5f/retention+15de6119+Abxp8gdNwAOrJInXYxNrImfu0jN8X3QYCRq4HxUaSe5r",
        proof="vfJT88EHo/XGGvgH/WofC3LrvIRmKbm/aSgKNowNvSZAwwuE4eMioqMcAwvnIvBiDTQe1xTxas5bL3ADw1IyDg==",
        at=NEXT_NIGHT,
    )
    return replace(made, **but)
