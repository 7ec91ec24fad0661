"""What org tells: organisations, and what they agreed with the maker."""

from services.contracts.org.agreement import (
    AgreementAmended as AgreementAmended,
    AgreementProposed as AgreementProposed,
    AgreementSigned as AgreementSigned,
    AgreementTerminated as AgreementTerminated,
    ProcessingRefused as ProcessingRefused,
    Side as Side,
)
from services.contracts.org.canary import CanaryDestroyed as CanaryDestroyed, CanaryPlanted as CanaryPlanted
from services.contracts.org.consent import (
    ConsentGiven as ConsentGiven,
    ConsentWithdrawn as ConsentWithdrawn,
)
from services.contracts.org.content import (
    ContentKind as ContentKind,
    ContentPublished as ContentPublished,
    ContentWithdrawn as ContentWithdrawn,
)
from services.contracts.org.field import (
    CustomFieldActivated as CustomFieldActivated,
    CustomFieldProposed as CustomFieldProposed,
    CustomFieldRetired as CustomFieldRetired,
    FieldKind as FieldKind,
)
from services.contracts.org.forgetting import (
    ErasureCompleted as ErasureCompleted,
    KeyEpochRetired as KeyEpochRetired,
    SigningKeyHandedOver as SigningKeyHandedOver,
)
from services.contracts.org.instruction import (
    InstructionCarriedOut as InstructionCarriedOut,
    InstructionChannel as InstructionChannel,
    InstructionParked as InstructionParked,
    InstructionRegistered as InstructionRegistered,
    InstructionTextErased as InstructionTextErased,
    InstructionWithdrawn as InstructionWithdrawn,
)
from services.contracts.org.leaving import (
    ExportDelivered as ExportDelivered,
    LeavingCancelled as LeavingCancelled,
    LeavingChoice as LeavingChoice,
    LeavingChosen as LeavingChosen,
    LeavingEnd as LeavingEnd,
    LeavingOrdered as LeavingOrdered,
)
from services.contracts.org.organisation import (
    ConsultationKeyRegistered as ConsultationKeyRegistered,
    ContactPublished as ContactPublished,
    FirstBeheerderInvited as FirstBeheerderInvited,
    OrganisationKind as OrganisationKind,
    OrganisationRegistered as OrganisationRegistered,
    OrganisationRenamed as OrganisationRenamed,
    SecondContactNamed as SecondContactNamed,
)
from services.contracts.org.register import RegisterGenerated as RegisterGenerated
from services.contracts.org.statement import (
    CookieKind as CookieKind,
    CookieRegistered as CookieRegistered,
    CookieRemoved as CookieRemoved,
    StatementAcknowledged as StatementAcknowledged,
    StatementParticularsWritten as StatementParticularsWritten,
    StatementPublished as StatementPublished,
    StatementTextWritten as StatementTextWritten,
    StoragePlace as StoragePlace,
)
from services.contracts.org.sub_processor import (
    EngagementGround as EngagementGround,
    ObjectionTextErased as ObjectionTextErased,
    SubProcessorActivated as SubProcessorActivated,
    SubProcessorAnnounced as SubProcessorAnnounced,
    SubProcessorObjected as SubProcessorObjected,
    SubProcessorRegistered as SubProcessorRegistered,
    SubProcessorWithdrawn as SubProcessorWithdrawn,
)
from services.contracts.org.supplement import (
    SupplementPublished as SupplementPublished,
    SupplementRefused as SupplementRefused,
    SupplementRequested as SupplementRequested,
)
from services.contracts.org.usage import UsageAggregated as UsageAggregated, UsageKind as UsageKind
