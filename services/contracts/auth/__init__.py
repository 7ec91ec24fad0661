"""What auth tells: people, how they sign in, and who looked at them."""

from services.contracts.auth.account import (
    AccountClosed as AccountClosed,
    InvitationExpired as InvitationExpired,
    InvitationRenewed as InvitationRenewed,
    InvitationWithdrawn as InvitationWithdrawn,
    PasswordChanged as PasswordChanged,
    PersonalDataCorrected as PersonalDataCorrected,
    PersonInvited as PersonInvited,
    RoleChanged as RoleChanged,
    UserRegistered as UserRegistered,
)
from services.contracts.auth.canary import CanaryDestroyed as CanaryDestroyed, CanaryPlanted as CanaryPlanted
from services.contracts.auth.custom_field import (
    CustomFieldErased as CustomFieldErased,
    CustomFieldSet as CustomFieldSet,
)
from services.contracts.auth.forgetting import (
    ErasureCompleted as ErasureCompleted,
    KeyEpochRetired as KeyEpochRetired,
    PeopleErased as PeopleErased,
    SigningKeyHandedOver as SigningKeyHandedOver,
)
from services.contracts.auth.look import (
    DataViewed as DataViewed,
    ProcessingRefused as ProcessingRefused,
)
from services.contracts.auth.notice import NoticeGiven as NoticeGiven, NoticeKind as NoticeKind
from services.contracts.auth.reset import PasswordResetAsked as PasswordResetAsked
from services.contracts.auth.restriction import (
    LiftAnnounced as LiftAnnounced,
    ProcessingRestricted as ProcessingRestricted,
    RestrictionLifted as RestrictionLifted,
)
from services.contracts.auth.review import AccessDecision as AccessDecision, AccessReviewed as AccessReviewed
from services.contracts.auth.session import (
    SessionEnded as SessionEnded,
    SessionStarted as SessionStarted,
    SignedIn as SignedIn,
    SignInFailed as SignInFailed,
)
