"""What audit tells: whose signatures the log takes, and what it erased itself."""

from services.contracts.audit.canary import CanaryDestroyed as CanaryDestroyed, CanaryPlanted as CanaryPlanted
from services.contracts.audit.channel import Channel as Channel
from services.contracts.audit.check import (
    CheckKind as CheckKind,
    CheckOutcome as CheckOutcome,
    SealingChecked as SealingChecked,
    SecurityCheckRecorded as SecurityCheckRecorded,
)
from services.contracts.audit.complaint import (
    ComplaintAnswered as ComplaintAnswered,
    ComplaintOutcome as ComplaintOutcome,
    ComplaintRegistered as ComplaintRegistered,
    ComplaintTextErased as ComplaintTextErased,
    ComplaintViewed as ComplaintViewed,
)
from services.contracts.audit.consultation import (
    BeheerderConsulted as BeheerderConsulted,
    ConsultationAnswered as ConsultationAnswered,
    ConsultationBarred as ConsultationBarred,
    ConsultationLapsed as ConsultationLapsed,
    ConsultationOutcome as ConsultationOutcome,
    Contact as Contact,
    SecrecyLifted as SecrecyLifted,
    SecrecyReviewed as SecrecyReviewed,
    SecrecyReviewMissed as SecrecyReviewMissed,
)
from services.contracts.audit.disclosure import (
    AuthorityRequestReceived as AuthorityRequestReceived,
    DisclosureApproved as DisclosureApproved,
    DisclosureHeld as DisclosureHeld,
    DisclosureOpened as DisclosureOpened,
    DisclosureRejected as DisclosureRejected,
    DisclosureScoped as DisclosureScoped,
    Kept as Kept,
    RejectionGround as RejectionGround,
    RequestAuthenticated as RequestAuthenticated,
    Secrecy as Secrecy,
    SuspicionReported as SuspicionReported,
    WrittenFormReceived as WrittenFormReceived,
)
from services.contracts.audit.forgetting import ErasureCompleted as ErasureCompleted, KeyEpochRetired as KeyEpochRetired
from services.contracts.audit.handover import (
    DisclosedDataChanged as DisclosedDataChanged,
    DisclosureAssembled as DisclosureAssembled,
    DisclosureClosed as DisclosureClosed,
    DisclosureHandedOver as DisclosureHandedOver,
    DisclosureTextErased as DisclosureTextErased,
    NotificationDeferred as NotificationDeferred,
    RecipientInformed as RecipientInformed,
    SubjectNotified as SubjectNotified,
)
from services.contracts.audit.incident import (
    BreachScoped as BreachScoped,
    ControllerInformed as ControllerInformed,
    IncidentClosed as IncidentClosed,
    IncidentOutcome as IncidentOutcome,
    IncidentRegistered as IncidentRegistered,
    IncidentSupplemented as IncidentSupplemented,
    IncidentTextErased as IncidentTextErased,
    PeopleTold as PeopleTold,
    ScopeComputed as ScopeComputed,
)
from services.contracts.audit.log import (
    EntryQuarantined as EntryQuarantined,
    GapDetected as GapDetected,
    GapHealed as GapHealed,
    KeyRegistered as KeyRegistered,
    LogPruned as LogPruned,
    LogRolledBack as LogRolledBack,
    RollbackGroundErased as RollbackGroundErased,
    SigningKeyHandedOver as SigningKeyHandedOver,
    StoreCameBack as StoreCameBack,
    StoreRestored as StoreRestored,
)
from services.contracts.audit.promise import PromiseState as PromiseState, PromiseTurned as PromiseTurned
from services.contracts.audit.replay import (
    ReplayExported as ReplayExported,
    ReplayGroundErased as ReplayGroundErased,
    ReplayStarted as ReplayStarted,
)
