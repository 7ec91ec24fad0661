"""One believable example of everything retention can say: Sanne's account, closed on a Saturday morning."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from services.contracts.privacy import Category, Purpose
from services.contracts.retention import (
    Brake,
    CanaryDestroyed,
    CanaryPlanted,
    CertificateIssued,
    Channel,
    CopiesUnreadable,
    DataRequested,
    Decision,
    DeliveryCodeRefused,
    DeliveryCollected,
    DeliveryExpired,
    DeliveryPrepared,
    DeliveryVoided,
    ErasureBraked,
    ErasureCancelled,
    ErasureCertified,
    ErasureCleared,
    ErasureCompleted,
    ErasureConfirmed,
    ErasureExcepted,
    ErasureException,
    ErasureHeld,
    ErasureOrdered,
    ErasureReleased,
    ErasureRescheduled,
    ErasureScheduled,
    ErasureStalled,
    ExtensionGround,
    HoldGround,
    HoldPlaced,
    HoldReleased,
    HoldReviewed,
    HoldScope,
    IdentityCheck,
    IdentityVerified,
    KeyEpochRetired,
    NamesWeighed,
    ObjectionDecided,
    RecipientTold,
    RefusalGround,
    Reminder,
    RequestExtended,
    RequestFulfilled,
    RequestRefused,
    RequestReminded,
    RestrictionEnded,
    RestrictionEnding,
    RetirementNoted,
    Right,
    RuleChanged,
    SigningKeyHandedOver,
    VoidGround,
)
from tests.examples.canary import destroyed, planted

CLOSED = datetime(2025, 3, 1, 9, 30, tzinfo=UTC)
SECONDS_LATER = CLOSED + timedelta(seconds=2)
NEXT_NIGHT = CLOSED + timedelta(hours=18)

WHOSE: dict[str, Any] = {
    "erasure": "7c1d3a52-5d0e-4c7e-9a7e-3f6f2f0c9b11",
    "account": "0b6f6f0e-8a54-4f0f-8d5f-5d2d1f4b7a10",
    "organisation": "5a0f4b7e-2f0b-4f57-9d8d-0f5a3c9f7e01",
}

ASKED = "0195538e-1a2b-7c3d-8e4f-5a6b7c8d9e01"
OFFICER = "account/2d9a1f54-0c3e-4a77-b1c0-9f1d2e3a4b5c"
HOLD = "9e4b2c10-7f5d-4c1e-a3a9-6b8d1f2e3c44"


def erasure_scheduled(**but: Any) -> ErasureScheduled:
    made = ErasureScheduled(
        **WHOSE,
        asked_in=41,
        asked_event=ASKED,
        asked_source="auth",
        asked_at=CLOSED,
        rule="account_closed:P0D@1",
        due=CLOSED,
        at=SECONDS_LATER,
    )
    return replace(made, **but)


def erasure_rescheduled(**but: Any) -> ErasureRescheduled:
    later = CLOSED + timedelta(days=30)
    made = ErasureRescheduled(**WHOSE, because=57, rule="account_closed:P30D@agreement 2", due=later, at=NEXT_NIGHT)
    return replace(made, **but)


def erasure_cancelled(**but: Any) -> ErasureCancelled:
    return replace(ErasureCancelled(**WHOSE, because=57, at=NEXT_NIGHT), **but)


def erasure_held(**but: Any) -> ErasureHeld:
    return replace(ErasureHeld(**WHOSE, holds=(HOLD,), at=SECONDS_LATER), **but)


def erasure_braked(**but: Any) -> ErasureBraked:
    until = CLOSED + timedelta(days=14)
    return replace(ErasureBraked(**WHOSE, why=Brake.REMOVED, until=until, at=SECONDS_LATER), **but)


def erasure_released(**but: Any) -> ErasureReleased:
    return replace(ErasureReleased(**WHOSE, released_by=OFFICER, at=NEXT_NIGHT), **but)


def hold_placed(**but: Any) -> HoldPlaced:
    made = HoldPlaced(
        hold=HOLD,
        scope=HoldScope.PERSON,
        organisation=WHOSE["organisation"],
        account=WHOSE["account"],
        categories=(Category.NAME, Category.EMAIL),
        ground=HoldGround.FRAUD_OR_ABUSE,
        reason="Vermoeden van misbruik, aangifte volgt.",
        placed_by=OFFICER,
        expires_at=CLOSED + timedelta(days=90),
        review_at=CLOSED + timedelta(days=30),
        at=CLOSED,
    )
    return replace(made, **but)


def hold_reviewed(**but: Any) -> HoldReviewed:
    whose = {name: WHOSE[name] for name in ("account", "organisation")}
    again = CLOSED + timedelta(days=60)
    said: dict[str, Any] = {
        "finding": "De zaak loopt nog.",
        "reviewed_by": OFFICER,
        "review_at": again,
        "at": NEXT_NIGHT,
    }
    return replace(HoldReviewed(hold=HOLD, **whose, **said), **but)


def hold_released(**but: Any) -> HoldReleased:
    whose = {"organisation": WHOSE["organisation"], "account": WHOSE["account"]}
    return replace(HoldReleased(hold=HOLD, **whose, expired=False, released_by=OFFICER, at=NEXT_NIGHT), **but)


def rule_changed(**but: Any) -> RuleChanged:
    made = RuleChanged(
        rule="f3c1a7de-6d1b-4b0e-8f7e-2a9c5d4e1b20",
        organisation=WHOSE["organisation"],
        agreement_version=2,
        terms={Category.NAME: "P30D", Category.IP_ADDRESS: "P7D"},
        starts_on=date(2025, 3, 1),
        entry=57,
        at=NEXT_NIGHT,
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


def certificate_issued(**but: Any) -> CertificateIssued:
    made = CertificateIssued(
        erasure=WHOSE["erasure"],
        organisation=WHOSE["organisation"],
        scope="person",
        rule="account_closed:P0D@1",
        asked_at=CLOSED,
        due=CLOSED,
        ordered_at=SECONDS_LATER,
        certified_at=SECONDS_LATER,
        unreadable_in_copies_at=NEXT_NIGHT,
        services=("auth", "org", "audit", "retention"),
        order=43,
        completed={"auth": 45, "org": 46, "audit": 47, "retention": 48},
        retired={"auth": 72, "org": 73, "audit": 74, "retention": 75},
        remaining=0,
        excepted=0,
        at=NEXT_NIGHT,
    )
    return replace(made, **but)


REQUEST = "0195538e-2b3c-7d4e-9f50-6b7c8d9e0f12"
ASKED_ABOUT = {"request": REQUEST, "account": WHOSE["account"], "organisation": WHOSE["organisation"]}
BEHEERDER = "account/6f1d2c3b-4a59-4e8f-9c7d-1b2a3c4d5e6f"
BEFORE_CLOSING = CLOSED - timedelta(days=40)


def data_requested(**but: Any) -> DataRequested:
    made = DataRequested(
        **ASKED_ABOUT,
        right=Right.ACCESS,
        channel=Channel.TELEPHONE,
        said="Sanne wil weten wat er van haar bewaard wordt, en sinds wanneer.",
        received_at=BEFORE_CLOSING,
        taken_in_by=BEHEERDER,
        rule="request:P1M@law 1",
        due_on=date(2025, 2, 20),
        due=datetime(2025, 2, 20, 23, tzinfo=UTC),
        remind_at=datetime(2025, 2, 13, 23, tzinfo=UTC),
        at=BEFORE_CLOSING + timedelta(hours=2),
    )
    return replace(made, **but)


def identity_verified(**but: Any) -> IdentityVerified:
    made = IdentityVerified(
        **ASKED_ABOUT,
        how=IdentityCheck.CALLED_BACK,
        verified_by=BEHEERDER,
        rule="request:P1M@law 1",
        due_on=date(2025, 2, 21),
        due=datetime(2025, 2, 21, 23, tzinfo=UTC),
        at=BEFORE_CLOSING + timedelta(days=1),
    )
    return replace(made, **but)


def request_extended(**but: Any) -> RequestExtended:
    made = RequestExtended(
        **ASKED_ABOUT,
        ground=ExtensionGround.COMPLEXITY,
        reasons="Een deel van het antwoord moet bij een ander team worden nagevraagd.",
        extended_by=BEHEERDER,
        rule="request_extended:P3M@law 1",
        due_on=date(2025, 4, 22),
        due=datetime(2025, 4, 22, 22, tzinfo=UTC),
        remind_at=datetime(2025, 4, 15, 22, tzinfo=UTC),
        at=BEFORE_CLOSING + timedelta(days=8),
    )
    return replace(made, **but)


def request_fulfilled(**but: Any) -> RequestFulfilled:
    made = RequestFulfilled(
        **ASKED_ABOUT,
        outcome="Het overzicht is met Sanne doorgenomen en aan haar meegegeven.",
        fulfilled_by=BEHEERDER,
        at=BEFORE_CLOSING + timedelta(days=20),
    )
    return replace(made, **but)


def request_refused(**but: Any) -> RequestRefused:
    made = RequestRefused(
        **ASKED_ABOUT,
        ground=RefusalGround.RIGHTS_OF_OTHERS,
        reasons="Het gesprek gaat vooral over iemand anders.",
        remedies=("complaint_to_ap", "objection_and_appeal"),
        law=1,
        refused_by=BEHEERDER,
        at=BEFORE_CLOSING + timedelta(days=20),
    )
    return replace(made, **but)


def objection_decided(**but: Any) -> ObjectionDecided:
    made = ObjectionDecided(
        **ASKED_ABOUT,
        purpose=Purpose.USAGE_INSIGHT,
        decision=Decision.UPHELD,
        reasons="Zonder het gebruik van Sanne is het beeld even scherp.",
        decided_by=BEHEERDER,
        at=BEFORE_CLOSING + timedelta(days=9),
    )
    return replace(made, **but)


def erasure_excepted(**but: Any) -> ErasureExcepted:
    made = ErasureExcepted(
        **ASKED_ABOUT,
        erasure="6c1f0f0e-7a2b-4c3d-8e4f-5a6b7c8d9e10",
        category=Category.EMAIL,
        ground=ErasureException.LEGAL_CLAIM,
        reasons="Er loopt een zaak waarin de brieven van Sanne nodig zijn.",
        hold="7d2a1b1f-8b3c-4d4e-9f50-6b7c8d9e0f21",
        until=BEFORE_CLOSING + timedelta(days=400),
        review_at=BEFORE_CLOSING + timedelta(days=200),
        law=1,
        decided_by=BEHEERDER,
        at=BEFORE_CLOSING + timedelta(days=9),
    )
    return replace(made, **but)


def names_weighed(**but: Any) -> NamesWeighed:
    made = NamesWeighed(
        **ASKED_ABOUT,
        disclosed=True,
        weighing="Sanne vermoedt dat haar buurman keek; alleen met de naam kan zij dat nagaan.",
        weighed_by=BEHEERDER,
        at=BEFORE_CLOSING + timedelta(days=9),
    )
    return replace(made, **but)


def restriction_ending(**but: Any) -> RestrictionEnding:
    made = RestrictionEnding(
        **ASKED_ABOUT,
        reasons="De gegevens zijn nagezien en kloppen.",
        told="0195538e-5e6f-7081-9c83-9e0f1a2b3c45",
        lifts_at=BEFORE_CLOSING + timedelta(days=30),
        decided_by=BEHEERDER,
        at=BEFORE_CLOSING + timedelta(days=23),
    )
    return replace(made, **but)


def restriction_ended(**but: Any) -> RestrictionEnded:
    made = RestrictionEnded(**ASKED_ABOUT, entry=77, at=BEFORE_CLOSING + timedelta(days=30, seconds=4))
    return replace(made, **but)


def request_reminded(**but: Any) -> RequestReminded:
    made = RequestReminded(**ASKED_ABOUT, why=Reminder.DUE_SOON, told=2, at=BEFORE_CLOSING + timedelta(days=24))
    return replace(made, **but)


def recipient_told(**but: Any) -> RecipientTold:
    made = RecipientTold(
        **ASKED_ABOUT,
        reference="export/0195538e-7081-72a3-8eb5-102b3c4d5e67",
        recipient="De afdeling informatie van de gemeente, die het archief bewaart.",
        told_at=BEFORE_CLOSING + timedelta(days=21),
        recorded_by=BEHEERDER,
        at=BEFORE_CLOSING + timedelta(days=22),
    )
    return replace(made, **but)


DELIVERY = {
    "delivery": "0195538e-6a7b-7c8d-9e0f-1a2b3c4d5e05",
    "account": WHOSE["account"],
    "organisation": WHOSE["organisation"],
}


def delivery_prepared(**but: Any) -> DeliveryPrepared:
    made = DeliveryPrepared(
        **DELIVERY,
        request=ASKED_ABOUT["request"],
        right=Right.ACCESS,
        token_digest="5f2c1d7e9a3b4c6d8e0f1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f9a0b1c2d",
        code="9f1c5d2e7a3b4c6d8e0f1a2b3c4d5e6f:0a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718293a4b5c6d7e8f9",
        size=182_344,
        rule="delivery_prepared:P14D@1",
        expires_at=BEFORE_CLOSING + timedelta(days=34),
        prepared_by=BEHEERDER,
        at=BEFORE_CLOSING + timedelta(days=20),
    )
    return replace(made, **but)


def delivery_code_refused(**but: Any) -> DeliveryCodeRefused:
    at = BEFORE_CLOSING + timedelta(days=21)
    return replace(DeliveryCodeRefused(**DELIVERY, tries=1, wait_until=at + timedelta(seconds=2), at=at), **but)


def delivery_collected(**but: Any) -> DeliveryCollected:
    at = BEFORE_CLOSING + timedelta(days=21, seconds=9)
    return replace(DeliveryCollected(**DELIVERY, request=ASKED_ABOUT["request"], at=at), **but)


def delivery_voided(**but: Any) -> DeliveryVoided:
    at = BEFORE_CLOSING + timedelta(days=22)
    return replace(DeliveryVoided(**DELIVERY, why=VoidGround.WRONG_CODES, at=at), **but)


def delivery_expired(**but: Any) -> DeliveryExpired:
    return replace(DeliveryExpired(**DELIVERY, at=BEFORE_CLOSING + timedelta(days=34)), **but)


def erasure_cleared(**but: Any) -> ErasureCleared:
    made = ErasureCleared(
        clearance="0195538e-7a8b-7c9d-8eaf-2b3c4d5e6f07",
        organisation=WHOSE["organisation"],
        service="audit",
        owner="complaint/0195538e-7a8b-7c9d-8eaf-2b3c4d5e6f07",
        category=Category.CORRESPONDENCE,
        people=(WHOSE["account"],),
        rule="complaint_answered:P2Y@1",
        due=BEFORE_CLOSING,
        at=BEFORE_CLOSING + timedelta(minutes=1),
    )
    return replace(made, **but)


def canary_planted(**but: Any) -> CanaryPlanted:
    made: CanaryPlanted = planted(CanaryPlanted, "retention")
    return replace(made, **but)


def canary_destroyed(**but: Any) -> CanaryDestroyed:
    made: CanaryDestroyed = destroyed(CanaryDestroyed, "retention")
    return replace(made, **but)
