"""One believable example of everything auth can say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from services.contracts.auth import (
    AccessReviewed,
    AccountClosed,
    CanaryDestroyed,
    CanaryPlanted,
    CustomFieldErased,
    CustomFieldSet,
    DataViewed,
    ErasureCompleted,
    InvitationExpired,
    InvitationRenewed,
    InvitationWithdrawn,
    KeyEpochRetired,
    LiftAnnounced,
    NoticeGiven,
    NoticeKind,
    PasswordChanged,
    PasswordResetAsked,
    PeopleErased,
    PersonalDataCorrected,
    PersonInvited,
    ProcessingRefused,
    ProcessingRestricted,
    RestrictionLifted,
    RoleChanged,
    SessionEnded,
    SessionStarted,
    SignedIn,
    SignInFailed,
    SigningKeyHandedOver,
    UserRegistered,
)
from services.contracts.privacy import Purpose, Role
from tests.examples.canary import destroyed, planted

MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC)
SANNE = "0d6f9f0e-5d0f-4c57-9c3b-0d6a2f5b8c01"
BEHEERDER = "7c1e2d3f-4a5b-4c6d-8e7f-9a0b1c2d3e02"
GEMEENTE = "5b0f7c7e-2a57-4c0e-9d0c-6f1a4f1b7a01"
INVITATION = "a3c6d7e8-2f5b-4c79-8d8e-3c4d5e6f7a06"
SESSION = "0193f0a1-7b2c-7d3e-8f40-1a2b3c4d5e07"
LOOK = "0193f0a1-9c3d-7e4f-8a51-2b3c4d5e6f08"
ERASURE = "d4e5f6a7-8b9c-4d0e-9f1a-3c4d5e6f7a09"
DIGEST = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
HASHED = "$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHQ$bm90IGEgcmVhbCBoYXNo"


def person_invited(**but: Any) -> PersonInvited:
    one = PersonInvited(
        account=SANNE,
        organisation=GEMEENTE,
        invitation=INVITATION,
        email="sanne@voorbeeld.example",
        role=Role.MEMBER,
        token_digest=DIGEST,
        expires_at=MORNING + timedelta(days=7),
        at=MORNING,
    )
    return replace(one, **but)


def invitation_renewed(**but: Any) -> InvitationRenewed:
    one = InvitationRenewed(
        account=SANNE,
        organisation=GEMEENTE,
        invitation=INVITATION,
        token_digest=DIGEST[::-1],
        expires_at=MORNING + timedelta(days=9),
        at=MORNING + timedelta(days=2),
    )
    return replace(one, **but)


def invitation_withdrawn(**but: Any) -> InvitationWithdrawn:
    one = InvitationWithdrawn(account=SANNE, organisation=GEMEENTE, invitation=INVITATION, erasure=ERASURE, at=MORNING)
    return replace(one, **but)


def invitation_expired(**but: Any) -> InvitationExpired:
    over = MORNING + timedelta(days=7)
    one = InvitationExpired(account=SANNE, organisation=GEMEENTE, invitation=INVITATION, erasure=ERASURE, at=over)
    return replace(one, **but)


def user_registered(**but: Any) -> UserRegistered:
    one = UserRegistered(
        account=SANNE,
        organisation=GEMEENTE,
        invitation=INVITATION,
        role=Role.MEMBER,
        public_id="b7c8d9e0-1f2a-4b3c-8d4e-5f6a7b8c9d10",
        username="sanne.vandervelde",
        password=HASHED,
        first_name="Sanne",
        infix="van der",
        last_name="Velde",
        at=MORNING,
    )
    return replace(one, **but)


def personal_data_corrected(**but: Any) -> PersonalDataCorrected:
    one = PersonalDataCorrected(
        account=SANNE,
        organisation=GEMEENTE,
        corrected=("email", "infix"),
        email="s.vandervelde@voorbeeld.example",
        at=MORNING,
    )
    return replace(one, **but)


def password_changed(**but: Any) -> PasswordChanged:
    return replace(PasswordChanged(account=SANNE, organisation=GEMEENTE, password=HASHED, at=MORNING), **but)


def password_reset_asked(**but: Any) -> PasswordResetAsked:
    one = PasswordResetAsked(
        account=SANNE,
        organisation=GEMEENTE,
        reset="4b5c6d7e-8f9a-4bac-9d1e-3f4a5b6c7d14",
        token_digest=DIGEST[::-1],
        expires_at=MORNING + timedelta(hours=1),
        at=MORNING,
    )
    return replace(one, **but)


def role_changed(**but: Any) -> RoleChanged:
    one = RoleChanged(
        account=SANNE, organisation=GEMEENTE, role=Role.AUDITOR, changed_by=f"account/{BEHEERDER}", at=MORNING
    )
    return replace(one, **but)


def account_closed(**but: Any) -> AccountClosed:
    one = AccountClosed(account=SANNE, organisation=GEMEENTE, closed_by=f"account/{SANNE}", erasure=ERASURE, at=MORNING)
    return replace(one, **but)


def signed_in(**but: Any) -> SignedIn:
    one = SignedIn(
        session=SESSION,
        account=SANNE,
        organisation=GEMEENTE,
        ip="203.0.113.7",
        device="Samsung SM-G960F",
        os="Android 9",
        browser="Chrome Mobile 96",
        app_version="4.2.0",
        at=MORNING,
    )
    return replace(one, **but)


def session_started(**but: Any) -> SessionStarted:
    one = SessionStarted(
        session=SESSION,
        account=SANNE,
        organisation=GEMEENTE,
        token_digest=DIGEST,
        expires_at=MORNING + timedelta(days=30),
        at=MORNING,
    )
    return replace(one, **but)


def session_ended(**but: Any) -> SessionEnded:
    one = SessionEnded(session=SESSION, account=SANNE, organisation=GEMEENTE, reason="signed_out", at=MORNING)
    return replace(one, **but)


def sign_in_failed(**but: Any) -> SignInFailed:
    one = SignInFailed(account=SANNE, organisation=GEMEENTE, count=3, minute=MORNING, at=MORNING + timedelta(minutes=1))
    return replace(one, **but)


def data_viewed(**but: Any) -> DataViewed:
    one = DataViewed(
        look=LOOK,
        organisation=GEMEENTE,
        people=(SANNE,),
        viewed_by=f"account/{BEHEERDER}",
        viewer_role=Role.BEHEERDER,
        viewer_organisation=GEMEENTE,
        at=MORNING,
    )
    return replace(one, **but)


def people_erased(**but: Any) -> PeopleErased:
    made = PeopleErased(
        erasure="0d1e2f3a-4b5c-4d6e-8f70-8192a3b4c5d6",
        organisation=GEMEENTE,
        people=(BEHEERDER,),
        keys=4,
        rows=3,
        at=MORNING,
    )
    return replace(made, **but)


def custom_field_set(**but: Any) -> CustomFieldSet:
    made = CustomFieldSet(
        custom_value="2f3a4b5c-6d7e-4f8a-9b0c-1d2e3f4a5b12",
        field="3a4b5c6d-7e8f-4a9b-8c0d-2e3f4a5b6c13",
        account=SANNE,
        organisation=GEMEENTE,
        value="ploeg Noord",
        at=MORNING,
    )
    return replace(made, **but)


def custom_field_erased(**but: Any) -> CustomFieldErased:
    made = CustomFieldErased(
        field="3a4b5c6d-7e8f-4a9b-8c0d-2e3f4a5b6c13", organisation=GEMEENTE, people=(SANNE,), at=MORNING
    )
    return replace(made, **but)


def processing_refused(**but: Any) -> ProcessingRefused:
    one = ProcessingRefused(
        refusal="c5d6e7f8-9a0b-4c1d-8e2f-3a4b5c6d7e11",
        organisation=GEMEENTE,
        purpose=Purpose.APP_ACCESS,
        code="agreement_missing",
        at=MORNING,
    )
    return replace(one, **but)


def erasure_completed(**but: Any) -> ErasureCompleted:
    one = ErasureCompleted(
        erasure=ERASURE, account=SANNE, organisation=GEMEENTE, order=42, keys=6, rows=4, remaining=0, at=MORNING
    )
    return replace(one, **but)


def key_epoch_retired(**but: Any) -> KeyEpochRetired:
    one = KeyEpochRetired(
        retired="20260301T030000-1a2b3c4d", current="20260302T030000-5e6f7a8b", keys=120, after=60, at=MORNING
    )
    return replace(one, **but)


def signing_key_handed_over(**but: Any) -> SigningKeyHandedOver:
    made = SigningKeyHandedOver(
        old="crisisconnect.nl/log/0a1b2c3d4e5f/auth+e36ace9e+Abf+33Bs93C1dKfGs0NUv772aFCbtFmiIrSRhMpcwEGm",
        vkey="crisisconnect.nl/log/0a1b2c3d4e5f/auth+50073761+ATBnJJzoaLP2F9rZmH7gpXdKTgRMAhMBLZDPZRKV3e8/",
        proof="LE+6LU1sBDGqu7HhfG0O/pklFcrEYmI83jgWQXLh0eF2l/LcosKh/ODxeW3tRWs+fDWYEVe52Z2nxSPj9oUzDw==",
        at=MORNING,
    )
    return replace(made, **but)


RESTRICTING = "0195538e-4d5e-7f60-8b72-8d9e0f1a2b34"


def processing_restricted(**but: Any) -> ProcessingRestricted:
    one = ProcessingRestricted(
        account=SANNE,
        organisation=GEMEENTE,
        request=RESTRICTING,
        decided_by=f"account/{BEHEERDER}",
        at=MORNING + timedelta(days=3),
    )
    return replace(one, **but)


def lift_announced(**but: Any) -> LiftAnnounced:
    one = LiftAnnounced(
        account=SANNE,
        organisation=GEMEENTE,
        request=RESTRICTING,
        decided_by=f"account/{BEHEERDER}",
        lifts_at=MORNING + timedelta(days=20),
        at=MORNING + timedelta(days=13),
    )
    return replace(one, **but)


def restriction_lifted(**but: Any) -> RestrictionLifted:
    one = RestrictionLifted(
        account=SANNE, organisation=GEMEENTE, request=RESTRICTING, at=MORNING + timedelta(days=20, seconds=2)
    )
    return replace(one, **but)


def access_reviewed(**but: Any) -> AccessReviewed:
    one = AccessReviewed(
        review="0b7c2d41-9a1e-4e57-8f7a-3f6e2a1d5c10",
        organisation=GEMEENTE,
        accounts=41,
        by_role={Role.AUDITOR: 1, Role.BEHEERDER: 2, Role.MEMBER: 38},
        without_session=5,
        kept=38,
        changed=1,
        removed=2,
        by=f"account/{BEHEERDER}",
        at=MORNING,
    )
    return replace(one, **but)


def notice_given(**but: Any) -> NoticeGiven:
    one = NoticeGiven(
        notice="0195538e-6f70-7182-8d94-af00b1c2d3e4",
        organisation=GEMEENTE,
        about=NoticeKind.SUB_PROCESSOR,
        case="2b8f0c1d-4e5a-4f6b-8c7d-9e0f1a2b3c55",
        until=MORNING + timedelta(days=30),
        told=2,
        at=MORNING + timedelta(seconds=2),
    )
    return replace(one, **but)


def canary_planted(**but: Any) -> CanaryPlanted:
    made: CanaryPlanted = planted(CanaryPlanted, "auth")
    return replace(made, **but)


def canary_destroyed(**but: Any) -> CanaryDestroyed:
    made: CanaryDestroyed = destroyed(CanaryDestroyed, "auth")
    return replace(made, **but)
