"""One believable example of everything that audit says of a disclosure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.contracts.audit import (
    AuthorityRequestReceived,
    BeheerderConsulted,
    Channel,
    ConsultationAnswered,
    ConsultationBarred,
    ConsultationLapsed,
    ConsultationOutcome,
    Contact,
    DisclosedDataChanged,
    DisclosureApproved,
    DisclosureAssembled,
    DisclosureClosed,
    DisclosureHandedOver,
    DisclosureHeld,
    DisclosureOpened,
    DisclosureRejected,
    DisclosureScoped,
    DisclosureTextErased,
    Kept,
    NotificationDeferred,
    RecipientInformed,
    RejectionGround,
    RequestAuthenticated,
    Secrecy,
    SecrecyLifted,
    SecrecyReviewed,
    SecrecyReviewMissed,
    SubjectNotified,
    SuspicionReported,
    WrittenFormReceived,
)
from services.contracts.privacy import Category

MORNING = datetime(2025, 3, 1, 9, tzinfo=UTC)
DISCLOSURE = "9f3b1c52-77aa-4d0c-8c1e-2f6f0a5d9b33"
SUSPECTED = "0c3b1c52-77aa-4d0c-8c1e-2f6f0a5d9b34"
MAKER = "1c2d3e4f-5a6b-4c7d-8e9f-0a1b2c3d4e5f"
TENANT = "77aa4b7e-2f0b-4f57-9d8d-0f5a3c9f7e99"
OPENER, SECOND, THIRD = (f"account/0b6f6f0e-8a54-4f0f-8d5f-5d2d1f4b7a1{n}" for n in (1, 2, 3))
BEHEERDER = "account/0b6f6f0e-8a54-4f0f-8d5f-5d2d1f4b7a14"
DIGEST = "5f" * 32


def _of(kind: Any, but: dict[str, Any], by: str | None = OPENER, hours: int = 0, **said: Any) -> Any:
    who = {} if by is None else {"by": by}
    at = MORNING + timedelta(hours=hours)
    return replace(kind(disclosure=DISCLOSURE, organisation=MAKER, at=at, **who, **said), **but)


def suspicion_reported(**but: Any) -> SuspicionReported:
    said = {"disclosure": SUSPECTED, **but}
    return _of(SuspicionReported, said, facts="Honderd accounts in een nacht, alle vanaf een adres.")


def authority_request_received(**but: Any) -> AuthorityRequestReceived:
    return _of(
        AuthorityRequestReceived,
        but,
        channel=Channel.LETTER,
        oral=False,
        received_at=MORNING - timedelta(hours=1),
        original_sha256="c0" * 32,
        authority="Openbaar Ministerie, arrondissementsparket Voorbeeld",
        official="mr. A. Officier",
        function="officier van justitie",
        reference="OM-2025-118",
    )


def disclosure_opened(**but: Any) -> DisclosureOpened:
    return _of(
        DisclosureOpened,
        but,
        basis="sv_126nd",
        rule="sv_126nd@1",
        secrecy=Secrecy.NONE,
        tenant=TENANT,
        people='{"1":{"account":"a9","pseudonym":"0b6f6f0e"}}',
        asked='{"categories":["email","name"],"salt":"00ff"}',
    )


def request_authenticated(**but: Any) -> RequestAuthenticated:
    return _of(
        RequestAuthenticated,
        but,
        hours=1,
        finding="De officier bevestigde de vordering.",
        number="+31 20 5550100",
        found_in="de site van het parket",
        called_at=MORNING + timedelta(minutes=40),
    )


def written_form_received(**but: Any) -> WrittenFormReceived:
    said = {"received_at": MORNING + timedelta(hours=30), "in_time": True, "original_sha256": "c1" * 32}
    return _of(WrittenFormReceived, but, hours=31, **said)


def disclosure_held(**but: Any) -> DisclosureHeld:
    return _of(
        DisclosureHeld,
        but,
        hours=2,
        kept=Kept.HOLD,
        people=1,
        rule="preserve_for:P90D@1",
        expires_at=MORNING + timedelta(days=90, hours=2),
        what='{"holds":{"1":"77aa"}}',
    )


def beheerder_consulted(**but: Any) -> BeheerderConsulted:
    return _of(
        BeheerderConsulted,
        but,
        hours=3,
        contact=Contact.BEHEERDER,
        asked=DIGEST,
        words="Het parket vraagt naar een account; wat vindt u daarvan?",
        rule="consult_within:P7D@1",
        due=MORNING + timedelta(days=7, hours=3),
    )


def consultation_answered(**but: Any) -> ConsultationAnswered:
    return _of(
        ConsultationAnswered,
        but,
        BEHEERDER,
        hours=26,
        outcome=ConsultationOutcome.OBJECTED,
        asked=DIGEST,
        reasons="De vordering noemt geen termijn.",
        signature="q" * 86 + "==",
        key='{"event":"0195f0a0","key":"MCowBQYDK2VwAyEA"}',
    )


def consultation_lapsed(**but: Any) -> ConsultationLapsed:
    return _of(ConsultationLapsed, but, None, hours=171, due=MORNING + timedelta(days=7, hours=3))


def consultation_barred(**but: Any) -> ConsultationBarred:
    said = {"ground": "Geheimhouding volgt uit artikel 126bb lid 5 Sv.", "review_at": MORNING + timedelta(days=90)}
    return _of(ConsultationBarred, but, SECOND, hours=3, **said)


def secrecy_reviewed(**but: Any) -> SecrecyReviewed:
    said = {"finding": "Het onderzoek loopt nog.", "review_at": MORNING + timedelta(days=180)}
    return _of(SecrecyReviewed, but, hours=24 * 89, **said)


def secrecy_review_missed(**but: Any) -> SecrecyReviewMissed:
    return _of(SecrecyReviewMissed, but, None, hours=24 * 90 + 1, due=MORNING + timedelta(days=90))


def secrecy_lifted(**but: Any) -> SecrecyLifted:
    return _of(SecrecyLifted, but, hours=24 * 100, reason="De officier heeft de geheimhouding opgeheven.")


def disclosure_scoped(**but: Any) -> DisclosureScoped:
    return _of(
        DisclosureScoped,
        but,
        hours=27,
        scope_version=1,
        digest="6e" * 32,
        rule="sv_126nd@1",
        asked=(Category.NAME, Category.EMAIL, Category.CONTACT_PHONE),
        granted=(Category.EMAIL,),
        unreached=(Category.CONTACT_PHONE,),
        people=1,
        scope='{"granted":{"categories":["email"]},"version":1}',
    )


def disclosure_approved(**but: Any) -> DisclosureApproved:
    return _of(DisclosureApproved, but, SECOND, hours=28, scope_version=1, digest="6e" * 32)


def disclosure_rejected(**but: Any) -> DisclosureRejected:
    said = {"ground": RejectionGround.NOT_AUTHENTIC, "reasons": "Op het parket weet niemand ervan."}
    return _of(DisclosureRejected, but, hours=4, **said)


def disclosure_assembled(**but: Any) -> DisclosureAssembled:
    return _of(
        DisclosureAssembled,
        but,
        hours=30,
        scope_version=1,
        digest="6e" * 32,
        people=1,
        size=48_000,
        sealed_sha256="ab" * 32,
        manifest_sha256="ac" * 32,
    )


def disclosure_handed_over(**but: Any) -> DisclosureHandedOver:
    return _of(
        DisclosureHandedOver,
        but,
        hours=32,
        sealed_sha256="ab" * 32,
        channel=Channel.IN_PERSON,
        handed_over_at=MORNING + timedelta(hours=31),
        receiver="mr. A. Officier",
        receipt="Getekend ontvangstbewijs nummer 12.",
    )


def subject_notified(**but: Any) -> SubjectNotified:
    return _of(
        SubjectNotified,
        but,
        hours=40,
        people=1,
        channel=Channel.LETTER,
        notified_at=MORNING + timedelta(hours=39),
        words="Wij hebben uw e-mailadres aan het parket gegeven.",
    )


def disclosed_data_changed(**but: Any) -> DisclosedDataChanged:
    return _of(DisclosedDataChanged, but, by=None, hours=60, through=4712, changes=2)


def recipient_informed(**but: Any) -> RecipientInformed:
    return _of(
        RecipientInformed,
        but,
        hours=70,
        through=4712,
        changes=2,
        channel=Channel.LETTER,
        told_at=MORNING + timedelta(hours=69),
        words="Het adres dat u kreeg, is gecorrigeerd.",
    )


def notification_deferred(**but: Any) -> NotificationDeferred:
    said = {"ground": "Het belang van het onderzoek.", "review_at": MORNING + timedelta(days=180)}
    return _of(NotificationDeferred, but, hours=33, **said)


def disclosure_closed(**but: Any) -> DisclosureClosed:
    return _of(DisclosureClosed, but, hours=24 * 101)


def disclosure_text_erased(**but: Any) -> DisclosureTextErased:
    made = DisclosureTextErased(
        disclosure=DISCLOSURE,
        organisation=MAKER,
        rule="disclosure_closed:P5Y@1",
        due=MORNING.replace(year=2030, month=6, day=10),
        keys=1,
        at=MORNING.replace(year=2030, month=6, day=10, minute=2),
    )
    return replace(made, **but)
