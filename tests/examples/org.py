"""One believable example of everything org can say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from services.contracts.org import (
    AgreementAmended,
    AgreementProposed,
    AgreementSigned,
    AgreementTerminated,
    CanaryDestroyed,
    CanaryPlanted,
    ConsentGiven,
    ConsentWithdrawn,
    ConsultationKeyRegistered,
    ContactPublished,
    ContentKind,
    ContentPublished,
    ContentWithdrawn,
    CookieKind,
    CookieRegistered,
    CookieRemoved,
    CustomFieldActivated,
    CustomFieldProposed,
    CustomFieldRetired,
    EngagementGround,
    ErasureCompleted,
    ExportDelivered,
    FieldKind,
    FirstBeheerderInvited,
    InstructionCarriedOut,
    InstructionChannel,
    InstructionParked,
    InstructionRegistered,
    InstructionTextErased,
    InstructionWithdrawn,
    KeyEpochRetired,
    LeavingCancelled,
    LeavingChoice,
    LeavingChosen,
    LeavingEnd,
    LeavingOrdered,
    ObjectionTextErased,
    OrganisationKind,
    OrganisationRegistered,
    OrganisationRenamed,
    ProcessingRefused,
    RegisterGenerated,
    SecondContactNamed,
    Side,
    SigningKeyHandedOver,
    StatementAcknowledged,
    StatementParticularsWritten,
    StatementPublished,
    StatementTextWritten,
    StoragePlace,
    SubProcessorActivated,
    SubProcessorAnnounced,
    SubProcessorObjected,
    SubProcessorRegistered,
    SubProcessorWithdrawn,
    SupplementPublished,
    SupplementRefused,
    SupplementRequested,
    UsageAggregated,
    UsageKind,
)
from services.contracts.privacy import Category, LegalBasis, Purpose
from tests.examples.canary import destroyed, planted

MORNING = datetime(2026, 3, 2, 9, tzinfo=UTC)
GEMEENTE = "5b0f7c7e-2a57-4c0e-9d0c-6f1a4f1b7a01"
INVITEE = "8f6f2a38-6d0e-4b0b-8a5e-0f2b6b9f2c02"
CONTACT = "c1d9f3c4-52c9-4d0e-bb1e-9d8f0a6b3d03"
SECOND_CONTACT = "c2d9f3c4-52c9-4d0e-bb1e-9d8f0a6b3d13"
CONSULTATION_KEY = "MCowBQYDK2VwAyEASyFuuHsx0AWXGEb1/NF2hl6SJMHyeUloQy52krgXlt8="
AGREEMENT = "e7a4b2d1-0c3f-4f57-8d6b-1a2b3c4d5e04"
SIGNATORY = "f2b5c6d7-1e4a-4b68-9c7d-2b3c4d5e6f05"
INVITATION = "a3c6d7e8-2f5b-4c79-8d8e-3c4d5e6f7a06"
DOCUMENT = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def organisation_registered(**but: Any) -> OrganisationRegistered:
    one = OrganisationRegistered(
        organisation=GEMEENTE,
        name="Gemeente Voorbeeld",
        organisation_kind=OrganisationKind.PUBLIC,
        invitee=INVITEE,
        beheerder_email="sanne@voorbeeld.example",
        at=MORNING,
    )
    return replace(one, **but)


def organisation_renamed(**but: Any) -> OrganisationRenamed:
    return replace(OrganisationRenamed(organisation=GEMEENTE, name="Gemeente Voorbeeldstad", at=MORNING), **but)


def first_beheerder_invited(**but: Any) -> FirstBeheerderInvited:
    one = FirstBeheerderInvited(organisation=GEMEENTE, invitee=INVITEE, invitation=INVITATION, at=MORNING)
    return replace(one, **but)


def contact_published(**but: Any) -> ContactPublished:
    one = ContactPublished(
        organisation=GEMEENTE,
        contact=CONTACT,
        contact_name="Sanne Bakker",
        contact_email="crisis@voorbeeld.example",
        contact_phone="+31 20 555 0100",
        at=MORNING,
    )
    return replace(one, **but)


def second_contact_named(**but: Any) -> SecondContactNamed:
    one = SecondContactNamed(
        organisation=GEMEENTE,
        contact=SECOND_CONTACT,
        contact_name="Youssef El Amrani",
        contact_email="griffie@voorbeeld.example",
        contact_phone="+31 20 555 0199",
        at=MORNING,
    )
    return replace(one, **but)


def consultation_key_registered(**but: Any) -> ConsultationKeyRegistered:
    return replace(ConsultationKeyRegistered(organisation=GEMEENTE, key=CONSULTATION_KEY, at=MORNING), **but)


def agreement_proposed(**but: Any) -> AgreementProposed:
    one = AgreementProposed(
        agreement=AGREEMENT,
        organisation=GEMEENTE,
        agreement_version=1,
        proposed_by=Side.PROCESSOR,
        purposes={
            Purpose.APP_ACCESS: LegalBasis.PUBLIC_TASK,
            Purpose.BEHEER_ACCESS: LegalBasis.PUBLIC_TASK,
        },
        categories=(Category.NAME, Category.EMAIL, Category.CREDENTIALS, Category.IP_ADDRESS),
        retention={Category.NAME: "P0D", Category.EMAIL: "P0D", Category.IP_ADDRESS: "P30D"},
        sub_processors=("Voorbeeld Hosting B.V.",),
        starts_on=date(2026, 3, 1),
        ends_on=date(2027, 2, 28),
        at=MORNING,
    )
    return replace(one, **but)


def agreement_amended(**but: Any) -> AgreementAmended:
    one = AgreementAmended(
        agreement=AGREEMENT,
        organisation=GEMEENTE,
        agreement_version=2,
        amends=1,
        proposed_by=Side.CONTROLLER,
        purposes={Purpose.APP_ACCESS: LegalBasis.PUBLIC_TASK, Purpose.BEHEER_ACCESS: LegalBasis.PUBLIC_TASK},
        categories=(Category.NAME, Category.EMAIL, Category.CREDENTIALS),
        retention={Category.NAME: "P0D", Category.EMAIL: "P30D"},
        sub_processors=("Voorbeeld Hosting B.V.",),
        starts_on=date(2026, 3, 2),
        ends_on=date(2027, 2, 28),
        incident_hours=12,
        at=MORNING,
    )
    return replace(one, **but)


def agreement_signed(**but: Any) -> AgreementSigned:
    one = AgreementSigned(
        agreement=AGREEMENT,
        organisation=GEMEENTE,
        agreement_version=1,
        side=Side.PROCESSOR,
        signatory=SIGNATORY,
        signatory_name="Pieter de Vries",
        signatory_function="directeur",
        document_sha256=DOCUMENT,
        signed_on=date(2026, 3, 2),
        at=MORNING,
    )
    return replace(one, **but)


def agreement_terminated(**but: Any) -> AgreementTerminated:
    one = AgreementTerminated(
        agreement=AGREEMENT,
        organisation=GEMEENTE,
        ends_on=date(2026, 6, 30),
        side=Side.CONTROLLER,
        at=MORNING,
    )
    return replace(one, **but)


LEFT = "d7a0b1c2-6d9f-4aad-91c2-7a8b9c0d1e10"


def leaving_chosen(**but: Any) -> LeavingChosen:
    one = LeavingChosen(
        organisation=GEMEENTE,
        agreement=AGREEMENT,
        ends_on=date(2026, 6, 30),
        choice=LeavingChoice.RETURN,
        chosen_by="account/d6f9a0b1-5c8e-4fac-90b1-6f7a8b9c0d09",
        erasure=LEFT,
        at=MORNING,
    )
    return replace(one, **but)


def leaving_cancelled(**but: Any) -> LeavingCancelled:
    one = LeavingCancelled(organisation=GEMEENTE, erasure=LEFT, why=LeavingEnd.AGREEMENT, at=MORNING)
    return replace(one, **but)


def export_delivered(**but: Any) -> ExportDelivered:
    one = ExportDelivered(
        organisation=GEMEENTE,
        erasure=LEFT,
        export="e8b1c2d3-7ea0-4bbe-a2d3-8b9c0d1e2f11",
        delivered_to="account/d6f9a0b1-5c8e-4fac-90b1-6f7a8b9c0d09",
        manifest_sha256=DOCUMENT,
        files=9,
        people=412,
        at=MORNING,
    )
    return replace(one, **but)


def leaving_ordered(**but: Any) -> LeavingOrdered:
    return replace(LeavingOrdered(organisation=GEMEENTE, erasure=LEFT, entry=120, at=MORNING), **but)


def processing_refused(**but: Any) -> ProcessingRefused:
    one = ProcessingRefused(
        refusal="b4d7e8f9-3a6c-4d8a-9e9f-4d5e6f7a8b07",
        organisation=GEMEENTE,
        purpose=Purpose.APP_ACCESS,
        code="agreement_missing",
        at=MORNING,
    )
    return replace(one, **but)


def erasure_completed(**but: Any) -> ErasureCompleted:
    one = ErasureCompleted(
        erasure="c5e8f9a0-4b7d-4e9b-8fa0-5e6f7a8b9c08",
        account="d6f9a0b1-5c8e-4fac-90b1-6f7a8b9c0d09",
        organisation=GEMEENTE,
        order=120,
        keys=0,
        rows=0,
        remaining=0,
        at=MORNING,
    )
    return replace(one, **but)


def key_epoch_retired(**but: Any) -> KeyEpochRetired:
    one = KeyEpochRetired(
        retired="20260301T040000-1a2b3c4d", current="20260302T040000-5e6f7a8b", keys=12, after=60, at=MORNING
    )
    return replace(one, **but)


def signing_key_handed_over(**but: Any) -> SigningKeyHandedOver:
    made = SigningKeyHandedOver(
        old="crisisconnect.nl/log/0a1b2c3d4e5f/org+0ac32da0+ATex+frXtVjq5vNKQnszxY3+wH5EUm4OGQJvdTSbMZgR",
        vkey="crisisconnect.nl/log/0a1b2c3d4e5f/org+b497670c+AdrUuF6vJlc6pzXlzZ5zMGaIyuRub0Y8JwPawpxigQBD",
        proof="KljkLyvi/uHJayS18iTZq7P5fMPbQ2XGWJOawVUYtAgY++4HpiYPSmQr2IhezyzKILsxW5c0dsB3oODI4BoYBg==",
        at=MORNING,
    )
    return replace(made, **but)


def statement_published(**but: Any) -> StatementPublished:
    one = StatementPublished(
        statement_version=2,
        effective_on=date(2026, 1, 1),
        nl_sha256=DOCUMENT,
        en_sha256="b1946ac92492d2347c6235b4d2611184b1946ac92492d2347c6235b4d2611184",
        particulars_sha256="591785b794601e212b260e25925636fd591785b794601e212b260e25925636fd",
        at=MORNING,
    )
    return replace(one, **but)


def statement_particulars_written(**but: Any) -> StatementParticularsWritten:
    one = StatementParticularsWritten(
        statement_version=3,
        lists={
            "purposes": {"app_access": {"nl": "Toegang tot de app.", "en": "Access to the app."}},
            "terms": {"session_ended": {"nl": "30 dagen.", "en": "30 days.", "value": "P30D"}},
        },
        additions=("categories.custom_field",),
        changes={"nl": ("De toegang is anders omschreven.",), "en": ("Access is described otherwise.",)},
        authority={"name": "Autoriteit Persoonsgegevens", "link": "https://www.autoriteitpersoonsgegevens.nl/"},
        promised={"P18": {"nl": "behandelen wij vertrouwelijk", "en": "we treat as confidential"}},
        at=MORNING,
    )
    return replace(one, **but)


def statement_text_written(**but: Any) -> StatementTextWritten:
    one = StatementTextWritten(
        statement_version=3, lang="en", text="# Privacy and cookie statement\n\n- Access to the app.\n", at=MORNING
    )
    return replace(one, **but)


FIELD = "3a4b5c6d-7e8f-4a9b-8c0d-2e3f4a5b6c13"
SUPPLEMENT = "4b5c6d7e-8f9a-4b0c-9d1e-3f4a5b6c7d14"


def custom_field_proposed(**but: Any) -> CustomFieldProposed:
    one = CustomFieldProposed(
        field=FIELD,
        organisation=GEMEENTE,
        label_nl="Piketploeg",
        label_en="Duty team",
        description_nl="Bij welke ploeg u oproepbaar bent.",
        description_en="With which team you are on call.",
        field_kind=FieldKind.CHOICE,
        choices=("ploeg Noord", "ploeg Zuid"),
        serves=Purpose.APP_ACCESS,
        at=MORNING,
    )
    return replace(one, **but)


def custom_field_activated(**but: Any) -> CustomFieldActivated:
    one = CustomFieldActivated(
        field=FIELD, organisation=GEMEENTE, supplement=SUPPLEMENT, supplement_version=1, at=MORNING
    )
    return replace(one, **but)


def custom_field_retired(**but: Any) -> CustomFieldRetired:
    return replace(CustomFieldRetired(field=FIELD, organisation=GEMEENTE, at=MORNING), **but)


def supplement_requested(**but: Any) -> SupplementRequested:
    one = SupplementRequested(
        supplement=SUPPLEMENT,
        organisation=GEMEENTE,
        fields=(FIELD,),
        reasons="Wij bellen 's nachts alleen wie dienst heeft.",
        rule="supplement_requested:P14D@1",
        due=datetime(2026, 3, 16, 9, tzinfo=UTC),
        at=MORNING,
    )
    return replace(one, **but)


def supplement_published(**but: Any) -> SupplementPublished:
    one = SupplementPublished(
        supplement=SUPPLEMENT,
        organisation=GEMEENTE,
        supplement_version=1,
        fields=(FIELD,),
        nl="## Piketploeg\n\nBij welke ploeg u oproepbaar bent.\n",
        en="## Duty team\n\nWith which team you are on call.\n",
        at=MORNING,
    )
    return replace(one, **but)


def supplement_refused(**but: Any) -> SupplementRefused:
    one = SupplementRefused(
        supplement=SUPPLEMENT, organisation=GEMEENTE, reasons="Dit staat al in het rooster.", at=MORNING
    )
    return replace(one, **but)


CONTENT = "5c6d7e8f-9a0b-4c1d-8e2f-4a5b6c7d8e15"


def content_published(**but: Any) -> ContentPublished:
    one = ContentPublished(
        content=CONTENT,
        organisation=GEMEENTE,
        revision=1,
        content_kind=ContentKind.CONTACT,
        title="Crisisteam",
        body="Bel eerst. Daarna [de wachtlijst](https://rooster.example/vandaag).",
        contact_name="Loket Crisis",
        contact_email="crisis@voorbeeld.example",
        contact_phone="+31 20 5550100",
        external_links=("https://rooster.example",),
        at=MORNING,
    )
    return replace(one, **but)


def content_withdrawn(**but: Any) -> ContentWithdrawn:
    return replace(ContentWithdrawn(content=CONTENT, organisation=GEMEENTE, revision=2, at=MORNING), **but)


def statement_acknowledged(**but: Any) -> StatementAcknowledged:
    one = StatementAcknowledged(
        account="d6f9a0b1-5c8e-4fac-90b1-6f7a8b9c0d09", organisation=GEMEENTE, statement_version=2, at=MORNING
    )
    return replace(one, **but)


def cookie_registered(**but: Any) -> CookieRegistered:
    one = CookieRegistered(
        cookie="__Host-session",
        place=StoragePlace.COOKIE,
        party="ConnectTools B.V.",
        purpose_nl="Onthoudt dat u in de Beheeromgeving bent ingelogd.",
        purpose_en="Remembers that you are signed in to the Beheeromgeving.",
        cookie_kind=CookieKind.FUNCTIONAL,
        lifetime="PT12H",
        link="/v1/statement",
        checked_on=date(2026, 1, 1),
        at=MORNING,
    )
    return replace(one, **but)


def cookie_removed(**but: Any) -> CookieRemoved:
    return replace(CookieRemoved(cookie="__Host-session", at=MORNING), **but)


def consent_given(**but: Any) -> ConsentGiven:
    one = ConsentGiven(
        account="d6f9a0b1-5c8e-4fac-90b1-6f7a8b9c0d09",
        organisation=GEMEENTE,
        consents_to=Purpose.USAGE_INSIGHT,
        statement_version=2,
        at=MORNING,
    )
    return replace(one, **but)


def consent_withdrawn(**but: Any) -> ConsentWithdrawn:
    one = ConsentWithdrawn(
        account="d6f9a0b1-5c8e-4fac-90b1-6f7a8b9c0d09",
        organisation=GEMEENTE,
        consents_to=Purpose.USAGE_INSIGHT,
        at=MORNING,
    )
    return replace(one, **but)


def usage_aggregated(**but: Any) -> UsageAggregated:
    one = UsageAggregated(
        usage=f"{GEMEENTE}/2026-02-26",
        organisation=GEMEENTE,
        day=date(2026, 2, 26),
        least=5,
        people={UsageKind.APP_OPENED: 25, UsageKind.ALERT_ACKNOWLEDGED: 15},
        facts={UsageKind.APP_OPENED: 140, UsageKind.ALERT_ACKNOWLEDGED: 15},
        at=MORNING,
    )
    return replace(one, **but)


HOSTING = "a9b1c2d3-8fb1-4ccf-a3e4-9cad1e2f3012"
OFFICER = "account/b0c1d2e3-9ac2-4dd0-b4f5-0dbe2f304113"
ENGAGEMENT = {
    "engagement": "c1d2e3f4-0bd3-4ee1-85a6-1ecf30415214",
    "sub_processor": HOSTING,
    "organisation": GEMEENTE,
}


def sub_processor_registered(**but: Any) -> SubProcessorRegistered:
    one = SubProcessorRegistered(
        sub_processor=HOSTING,
        name="Voorbeeld Hosting B.V.",
        task="Servers in twee rekencentra.",
        purposes=(Purpose.APP_ACCESS, Purpose.BEHEER_ACCESS),
        categories=(Category.NAME, Category.EMAIL),
        country="NL",
        everywhere=True,
        by=OFFICER,
        at=MORNING,
    )
    return replace(one, **but)


def sub_processor_announced(**but: Any) -> SubProcessorAnnounced:
    one = SubProcessorAnnounced(
        **ENGAGEMENT,
        rule="sub_processor_announced:P30D@1",
        objections_until=datetime(2026, 4, 1, 9, tzinfo=UTC),
        at=MORNING,
    )
    return replace(one, **but)


def sub_processor_objected(**but: Any) -> SubProcessorObjected:
    one = SubProcessorObjected(**ENGAGEMENT, reasons="Wij werken met een ander.", by="account/b", at=MORNING)
    return replace(one, **but)


def sub_processor_activated(**but: Any) -> SubProcessorActivated:
    return replace(SubProcessorActivated(**ENGAGEMENT, ground=EngagementGround.ACCEPTED, at=MORNING), **but)


def sub_processor_withdrawn(**but: Any) -> SubProcessorWithdrawn:
    return replace(SubProcessorWithdrawn(**ENGAGEMENT, by=OFFICER, at=MORNING), **but)


def objection_text_erased(**but: Any) -> ObjectionTextErased:
    one = ObjectionTextErased(
        engagement=ENGAGEMENT["engagement"],
        organisation=GEMEENTE,
        rule="objection_settled:P2Y@1",
        due=datetime(2028, 3, 2, 9, tzinfo=UTC),
        keys=1,
        at=datetime(2028, 3, 2, 10, tzinfo=UTC),
    )
    return replace(one, **but)


INSTRUCTION = {"instruction": "0195538e-2b3c-7d4e-9f50-6b7c8d9e0f15", "organisation": GEMEENTE}


def instruction_registered(**but: Any) -> InstructionRegistered:
    one = InstructionRegistered(
        **INSTRUCTION,
        channel=InstructionChannel.EMAIL,
        given_at=MORNING,
        said="Zet het rooster van de brandweer in de app.",
        giver="Sanne Bakker, crisiscoördinator",
        by=OFFICER,
        at=MORNING,
    )
    return replace(one, **but)


def instruction_parked(**but: Any) -> InstructionParked:
    one = InstructionParked(**INSTRUCTION, reasons="Daar is geen grondslag voor.", by=OFFICER, at=MORNING)
    return replace(one, **but)


def instruction_carried_out(**but: Any) -> InstructionCarriedOut:
    one = InstructionCarriedOut(**INSTRUCTION, done="Het rooster staat erin.", by=OFFICER, at=MORNING)
    return replace(one, **but)


def instruction_withdrawn(**but: Any) -> InstructionWithdrawn:
    return replace(InstructionWithdrawn(**INSTRUCTION, by="account/b", at=MORNING), **but)


def instruction_text_erased(**but: Any) -> InstructionTextErased:
    one = InstructionTextErased(
        **INSTRUCTION,
        rule="instruction_closed:P2Y@1",
        due=datetime(2028, 3, 2, 9, tzinfo=UTC),
        keys=1,
        at=datetime(2028, 3, 2, 10, tzinfo=UTC),
    )
    return replace(one, **but)


def register_generated(**but: Any) -> RegisterGenerated:
    one = RegisterGenerated(
        organisation=GEMEENTE,
        register_version=1,
        entries={"party/controller": "Gemeente Voorbeeld", "purpose/app_access": "public_task"},
        at=MORNING,
    )
    return replace(one, **but)


def canary_planted(**but: Any) -> CanaryPlanted:
    made: CanaryPlanted = planted(CanaryPlanted, "org")
    return replace(made, **but)


def canary_destroyed(**but: Any) -> CanaryDestroyed:
    made: CanaryDestroyed = destroyed(CanaryDestroyed, "org")
    return replace(made, **but)
