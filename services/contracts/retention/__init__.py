"""What retention tells: when something is due, what suspends it, when it is ordered, done and proven gone."""

from services.contracts.retention.canary import CanaryDestroyed as CanaryDestroyed, CanaryPlanted as CanaryPlanted
from services.contracts.retention.clearance import ErasureCleared as ErasureCleared
from services.contracts.retention.delivery import (
    DeliveryCodeRefused as DeliveryCodeRefused,
    DeliveryCollected as DeliveryCollected,
    DeliveryExpired as DeliveryExpired,
    DeliveryPrepared as DeliveryPrepared,
    DeliveryVoided as DeliveryVoided,
    VoidGround as VoidGround,
)
from services.contracts.retention.effect import (
    Decision as Decision,
    ErasureExcepted as ErasureExcepted,
    ErasureException as ErasureException,
    NamesWeighed as NamesWeighed,
    NotTold as NotTold,
    ObjectionDecided as ObjectionDecided,
    RecipientTold as RecipientTold,
    Reminder as Reminder,
    RequestReminded as RequestReminded,
    RestrictionEnded as RestrictionEnded,
    RestrictionEnding as RestrictionEnding,
    RestrictionGround as RestrictionGround,
)
from services.contracts.retention.erasure import (
    Brake as Brake,
    CertificateIssued as CertificateIssued,
    CopiesUnreadable as CopiesUnreadable,
    ErasureBraked as ErasureBraked,
    ErasureCancelled as ErasureCancelled,
    ErasureCertified as ErasureCertified,
    ErasureConfirmed as ErasureConfirmed,
    ErasureHeld as ErasureHeld,
    ErasureOrdered as ErasureOrdered,
    ErasureReleased as ErasureReleased,
    ErasureRescheduled as ErasureRescheduled,
    ErasureScheduled as ErasureScheduled,
    ErasureStalled as ErasureStalled,
)
from services.contracts.retention.forgetting import (
    ErasureCompleted as ErasureCompleted,
    KeyEpochRetired as KeyEpochRetired,
    SigningKeyHandedOver as SigningKeyHandedOver,
)
from services.contracts.retention.hold import (
    HoldGround as HoldGround,
    HoldPlaced as HoldPlaced,
    HoldReleased as HoldReleased,
    HoldReviewed as HoldReviewed,
    HoldScope as HoldScope,
)
from services.contracts.retention.request import (
    Channel as Channel,
    DataRequested as DataRequested,
    ExtensionGround as ExtensionGround,
    IdentityCheck as IdentityCheck,
    IdentityVerified as IdentityVerified,
    RefusalGround as RefusalGround,
    RequestExtended as RequestExtended,
    RequestFulfilled as RequestFulfilled,
    RequestRefused as RequestRefused,
    Right as Right,
)
from services.contracts.retention.rule import RetirementNoted as RetirementNoted, RuleChanged as RuleChanged
