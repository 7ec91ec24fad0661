"""One believable example of everything audit can say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.contracts.audit import (
    BreachScoped,
    CanaryDestroyed,
    CanaryPlanted,
    Channel,
    CheckKind,
    CheckOutcome,
    ComplaintAnswered,
    ComplaintOutcome,
    ComplaintRegistered,
    ComplaintTextErased,
    ComplaintViewed,
    ControllerInformed,
    EntryQuarantined,
    ErasureCompleted,
    GapDetected,
    GapHealed,
    IncidentClosed,
    IncidentOutcome,
    IncidentRegistered,
    IncidentSupplemented,
    IncidentTextErased,
    KeyEpochRetired,
    KeyRegistered,
    LogPruned,
    LogRolledBack,
    PeopleTold,
    PromiseState,
    PromiseTurned,
    ReplayExported,
    ReplayGroundErased,
    ReplayStarted,
    RollbackGroundErased,
    ScopeComputed,
    SealingChecked,
    SecurityCheckRecorded,
    SigningKeyHandedOver,
    StoreCameBack,
    StoreRestored,
)
from services.contracts.privacy import Category, Role
from tests.examples.canary import destroyed, planted
from tests.examples.disclosure import (
    authority_request_received as authority_request_received,
    beheerder_consulted as beheerder_consulted,
    consultation_answered as consultation_answered,
    consultation_barred as consultation_barred,
    consultation_lapsed as consultation_lapsed,
    disclosed_data_changed as disclosed_data_changed,
    disclosure_approved as disclosure_approved,
    disclosure_assembled as disclosure_assembled,
    disclosure_closed as disclosure_closed,
    disclosure_handed_over as disclosure_handed_over,
    disclosure_held as disclosure_held,
    disclosure_opened as disclosure_opened,
    disclosure_rejected as disclosure_rejected,
    disclosure_scoped as disclosure_scoped,
    disclosure_text_erased as disclosure_text_erased,
    notification_deferred as notification_deferred,
    recipient_informed as recipient_informed,
    request_authenticated as request_authenticated,
    secrecy_lifted as secrecy_lifted,
    secrecy_review_missed as secrecy_review_missed,
    secrecy_reviewed as secrecy_reviewed,
    subject_notified as subject_notified,
    suspicion_reported as suspicion_reported,
    written_form_received as written_form_received,
)

MORNING = datetime(2025, 3, 1, 9, tzinfo=UTC)


def key_registered(**but: Any) -> KeyRegistered:
    vkey = "crisisconnect.nl/log/0a1b2c/auth+5d1f7c3a+AbWUh0kFo3bQ0wq2bmNsm3l1p5C0sX8m0kq0rXo2Xb9n"
    return replace(KeyRegistered(source="/auth", vkey=vkey, at=MORNING), **but)


def erasure_completed(**but: Any) -> ErasureCompleted:
    made = ErasureCompleted(
        erasure="7c1d3a52-5d0e-4c7e-9a7e-3f6f2f0c9b11",
        account="0b6f6f0e-8a54-4f0f-8d5f-5d2d1f4b7a10",
        organisation="5a0f4b7e-2f0b-4f57-9d8d-0f5a3c9f7e01",
        order=43,
        keys=0,
        rows=0,
        remaining=0,
        at=MORNING,
    )
    return replace(made, **but)


def key_epoch_retired(**but: Any) -> KeyEpochRetired:
    made = KeyEpochRetired(
        retired="20250301T030000-9a8b7c6d", current="20250302T030000-0f1e2d3c", keys=3, after=60, at=MORNING
    )
    return replace(made, **but)


def gap_detected(**but: Any) -> GapDetected:
    made = GapDetected(source="/auth", missing_from=118, waiting=3, since=MORNING - timedelta(minutes=2), at=MORNING)
    return replace(made, **but)


def gap_healed(**but: Any) -> GapHealed:
    return replace(GapHealed(source="/auth", missing_from=118, at=MORNING), **but)


def store_restored(**but: Any) -> StoreRestored:
    return replace(StoreRestored(source="/org", given=40, known=57, at=MORNING), **but)


def store_came_back(**but: Any) -> StoreCameBack:
    return replace(StoreCameBack(source="/org", given=40, known=57, at=MORNING), **but)


def log_rolled_back(**but: Any) -> LogRolledBack:
    made = LogRolledBack(
        rollback="6b0e8a54-1f0a-4d5c-8a52-7c1d3a525d11",
        organisation="1a7e3f6f-2f0c-4b11-9d8d-0f5a3c9f7e02",
        case="2025-007",
        ground="Schijf verloren; de nieuwste kopie is van gisteren.",
        signed=4812,
        kept=4700,
        by="system/cli",
        at=MORNING,
    )
    return replace(made, **but)


def entry_quarantined(**but: Any) -> EntryQuarantined:
    digest = "9f2b7d0c4a6e81355d2c9a1e0f7b3c684e5d6a7980b1c2d3e4f5061728394a5b"
    made = EntryQuarantined(quarantine=1, source="/auth", reason="conflict", digest=digest, at=MORNING)
    return replace(made, **but)


def replay_started(**but: Any) -> ReplayStarted:
    made = ReplayStarted(
        replay="3c0e8a54-1f0a-4d5c-8a52-7c1d3a525d0e",
        organisation="1a7e3f6f-2f0c-4b11-9d8d-0f5a3c9f7e02",
        case="OM-2025-0142",
        ground="Vermoeden van misbruik, gemeld door de Beheerder.",
        since=MORNING - timedelta(days=30),
        until=MORNING,
        person="0b6f6f0e-8a54-4f0f-8d5f-5d2d1f4b7a10",
        of_organisation="5a0f4b7e-2f0b-4f57-9d8d-0f5a3c9f7e01",
        types=("SignedIn", "SignInFailed"),
        size=120,
        last=119,
        by="account/9d8d0f5a-3c9f-4e01-8f6b-5a0f4b7e2f0b",
        at=MORNING,
    )
    return replace(made, **but)


def replay_exported(**but: Any) -> ReplayExported:
    started = replay_started()
    made = ReplayExported(replay=started.replay, case=started.case, by=started.by, at=MORNING + timedelta(minutes=5))
    return replace(made, **but)


def signing_key_handed_over(**but: Any) -> SigningKeyHandedOver:
    made = SigningKeyHandedOver(
        old="crisisconnect.nl/log/0a1b2c3d4e5f/audit+de593461+Ad4NJd6mDIS7QR/RtXhKaqFJnXXOKMVD0hZANyfyreZL",
        vkey="crisisconnect.nl/log/0a1b2c3d4e5f/audit+c9b9b9e8+AZxs0uudadGLTf0U2w5wZKE8LkCbBzRYrrVuEEWydUCk",
        proof="2kgA/8gU1QFkIgSQ8LR4m4M7pEiJJzP6v4rueMlARiMwufOHIKSZ8ZgwPRvSWXWBMqllyoXCOGSZ5r95FIMjBQ==",
        at=MORNING,
    )
    return replace(made, **but)


def replay_ground_erased(**but: Any) -> ReplayGroundErased:
    started = replay_started()
    made = ReplayGroundErased(
        replay=started.replay,
        rule="replay_started:P5Y@1",
        due=MORNING.replace(year=2030),
        keys=1,
        at=MORNING.replace(year=2030, minute=2),
    )
    return replace(made, **but)


def rollback_ground_erased(**but: Any) -> RollbackGroundErased:
    made = RollbackGroundErased(
        rollback=log_rolled_back().rollback,
        rule="rollback_accepted:P5Y@1",
        due=MORNING.replace(year=2030),
        keys=1,
        at=MORNING.replace(year=2030, minute=2),
    )
    return replace(made, **but)


def log_pruned(**but: Any) -> LogPruned:
    made = LogPruned(
        minimum=512,
        numbers={"/audit": 40, "/auth": 400, "/org": 30, "/retention": 42},
        rule="entry_recorded:P10Y@1",
        recorded=MORNING.replace(year=2015),
        at=MORNING,
    )
    return replace(made, **but)


INCIDENT = "4d2e8a54-1f0a-4d5c-8a52-7c1d3a525d0f"
COMPLAINT = "5e3f8a54-1f0a-4d5c-8a52-7c1d3a525d10"
MAKER = "1a7e3f6f-2f0c-4b11-9d8d-0f5a3c9f7e02"
CONTROLLER = "5a0f4b7e-2f0b-4f57-9d8d-0f5a3c9f7e01"
PERSON = "0b6f6f0e-8a54-4f0f-8d5f-5d2d1f4b7a10"
OFFICER = "account/9d8d0f5a-3c9f-4e01-8f6b-5a0f4b7e2f0b"


def incident_registered(**but: Any) -> IncidentRegistered:
    made = IncidentRegistered(
        incident=INCIDENT,
        organisation=MAKER,
        facts="Een token van een Beheerder is buiten de organisatie gebruikt.",
        consequences="Namen en adressen kunnen bij een ander zijn.",
        measures="De sessie is ingetrokken.",
        contact="Privacyloket, privacy@maker.example",
        known_at=MORNING - timedelta(hours=2),
        since=MORNING - timedelta(days=1),
        until=MORNING - timedelta(hours=1),
        suspect=PERSON,
        categories=(Category.NAME, Category.EMAIL),
        by=OFFICER,
        at=MORNING,
    )
    return replace(made, **but)


def incident_supplemented(**but: Any) -> IncidentSupplemented:
    made = IncidentSupplemented(
        incident=INCIDENT,
        organisation=MAKER,
        phase=2,
        facts="Het gebruik begon een dag eerder dan gedacht.",
        consequences="Geen andere dan eerder gemeld.",
        measures="Alle sessies van die Beheerder zijn ingetrokken.",
        window_from=MORNING - timedelta(days=2),
        by=OFFICER,
        at=MORNING + timedelta(hours=1),
    )
    return replace(made, **but)


def breach_scoped(**but: Any) -> BreachScoped:
    made = BreachScoped(
        incident=INCIDENT,
        organisation=CONTROLLER,
        phase=2,
        people=12,
        records=15,
        people_by_category={Category.NAME: 12, Category.EMAIL: 12},
        records_by_category={Category.NAME: 15, Category.EMAIL: 15},
        exact=True,
        at=MORNING + timedelta(hours=1, seconds=2),
    )
    return replace(made, **but)


def scope_computed(**but: Any) -> ScopeComputed:
    made = ScopeComputed(
        incident=INCIDENT,
        organisation=MAKER,
        phase=2,
        first=0,
        last=811,
        entries=15,
        organisations=1,
        at=MORNING + timedelta(hours=1, seconds=2),
    )
    return replace(made, **but)


def controller_informed(**but: Any) -> ControllerInformed:
    made = ControllerInformed(
        incident=INCIDENT,
        organisation=CONTROLLER,
        phase=2,
        channel=Channel.TELEPHONE,
        informed_at=MORNING + timedelta(hours=2),
        rule="controller_within:PT24H@1",
        due=MORNING + timedelta(hours=22),
        document_sha256="9f2b7d0c4a6e81355d2c9a1e0f7b3c684e5d6a7980b1c2d3e4f5061728394a5b",
        by=OFFICER,
        at=MORNING + timedelta(hours=2),
    )
    return replace(made, **but)


def incident_closed(**but: Any) -> IncidentClosed:
    made = IncidentClosed(
        incident=INCIDENT,
        organisation=MAKER,
        outcome=IncidentOutcome.NOT_REPORTED,
        people=PeopleTold.NO_HIGH_RISK,
        why="De controller achtte een risico onwaarschijnlijk en meldde niet.",
        by=OFFICER,
        at=MORNING + timedelta(days=3),
    )
    return replace(made, **but)


def incident_text_erased(**but: Any) -> IncidentTextErased:
    made = IncidentTextErased(
        incident=INCIDENT,
        organisation=MAKER,
        rule="incident_closed:P5Y@1",
        due=MORNING.replace(year=2030, day=4),
        keys=1,
        at=MORNING.replace(year=2030, day=4, minute=2),
    )
    return replace(made, **but)


def complaint_registered(**but: Any) -> ComplaintRegistered:
    made = ComplaintRegistered(
        complaint=COMPLAINT,
        complainant=PERSON,
        organisation=CONTROLLER,
        known=True,
        channel=Channel.TELEPHONE,
        text="Mijn adres staat al een jaar fout, en niemand antwoordt.",
        contact="Na zessen te bellen op het bekende nummer.",
        received_at=MORNING - timedelta(hours=3),
        due=MORNING + timedelta(days=31),
        rule="complaint:P1M@notices 1",
        by=OFFICER,
        at=MORNING,
    )
    return replace(made, **but)


def complaint_viewed(**but: Any) -> ComplaintViewed:
    made = ComplaintViewed(
        complaint=COMPLAINT,
        complainant=PERSON,
        organisation=CONTROLLER,
        viewed_by=OFFICER,
        viewer_role=Role.COMPLIANCE,
        at=MORNING + timedelta(hours=1),
    )
    return replace(made, **but)


def complaint_answered(**but: Any) -> ComplaintAnswered:
    made = ComplaintAnswered(
        complaint=COMPLAINT,
        complainant=PERSON,
        organisation=CONTROLLER,
        outcome=ComplaintOutcome.UPHELD,
        answer="U heeft gelijk; het adres is verbeterd.",
        remedy=1,
        by=OFFICER,
        at=MORNING + timedelta(days=2),
    )
    return replace(made, **but)


def complaint_text_erased(**but: Any) -> ComplaintTextErased:
    made = ComplaintTextErased(
        complaint=COMPLAINT,
        organisation=CONTROLLER,
        rule="complaint_answered:P2Y@1",
        due=MORNING.replace(year=2027, day=3),
        keys=1,
        at=MORNING.replace(year=2027, day=3, minute=2),
    )
    return replace(made, **but)


def promise_turned(**but: Any) -> PromiseTurned:
    made = PromiseTurned(
        promise="P06",
        before=PromiseState.KEPT,
        state=PromiseState.AT_RISK,
        why=("retention.sweep: late",),
        at=MORNING,
    )
    return replace(made, **but)


def security_check_recorded(**but: Any) -> SecurityCheckRecorded:
    one = SecurityCheckRecorded(
        check="3b1f6a0e-7c2d-4e58-9f10-2a4b6c8d0e12",
        check_kind=CheckKind.RESTORE_DRILL,
        outcome=CheckOutcome.FINDINGS,
        findings=2,
        evidence_sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        performed_at=MORNING,
        by="account/0b6f6f0e-8a54-4f0f-8d5f-5d2d1f4b7a10",
        at=MORNING + timedelta(hours=2),
    )
    return replace(one, **but)


def sealing_checked(**but: Any) -> SealingChecked:
    return replace(SealingChecked(sealing="auth", events=200, values=711, columns=14, bare=0, at=MORNING), **but)


def canary_planted(**but: Any) -> CanaryPlanted:
    made: CanaryPlanted = planted(CanaryPlanted, "audit")
    return replace(made, **but)


def canary_destroyed(**but: Any) -> CanaryDestroyed:
    made: CanaryDestroyed = destroyed(CanaryDestroyed, "audit")
    return replace(made, **but)
