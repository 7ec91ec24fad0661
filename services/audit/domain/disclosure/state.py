"""What is known of a disclosure's file: how far it is, who opened and approved it, and whether the tenant may know."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.audit.domain.basis import Basis
from services.contracts.audit import (
    AuthorityRequestReceived,
    BeheerderConsulted,
    ConsultationAnswered,
    ConsultationBarred,
    ConsultationLapsed,
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
    NotificationDeferred,
    RecipientInformed,
    RequestAuthenticated,
    Secrecy,
    SecrecyLifted,
    SecrecyReviewed,
    SecrecyReviewMissed,
    SubjectNotified,
    SuspicionReported,
    WrittenFormReceived,
)

Begun = SuspicionReported | AuthorityRequestReceived
Step = (
    RequestAuthenticated
    | WrittenFormReceived
    | DisclosureHeld
    | BeheerderConsulted
    | ConsultationAnswered
    | ConsultationLapsed
    | ConsultationBarred
    | DisclosureScoped
    | DisclosureApproved
    | DisclosureRejected
    | DisclosureAssembled
    | DisclosureHandedOver
    | SubjectNotified
    | NotificationDeferred
    | DisclosedDataChanged
    | RecipientInformed
    | SecrecyReviewed
    | SecrecyReviewMissed
    | SecrecyLifted
    | DisclosureClosed
    | DisclosureTextErased
)
Told = Begun | DisclosureOpened | Step


class Consulted(StrEnum):
    """How the consultation ended, if it did."""

    NOT_YET = "not_yet"
    AGREED = "agreed"
    OBJECTED = "objected"
    LAPSED = "lapsed"
    BARRED = "barred"


@dataclass(frozen=True, kw_only=True)
class Open:
    """How it began, and the file; `basis` is the row of the table that it is opened on."""

    begun: Begun
    opened: DisclosureOpened
    basis: Basis


@dataclass(frozen=True, kw_only=True)
class Take:
    """The step to be told, if the file is where that step belongs; `basis` is the row it was opened on."""

    step: Step
    basis: Basis


Command = Open | Take


@dataclass(frozen=True, kw_only=True)
class Disclosure:
    """Everything personal in these events is left aside. `hidden` means: the tenant may not know of it."""

    opened: DisclosureOpened | None = None
    received: AuthorityRequestReceived | None = None
    authenticated: bool = False
    written: bool = True
    held: bool = False
    asked: BeheerderConsulted | None = None
    consulted: Consulted = Consulted.NOT_YET
    hidden: bool = False
    review_at: datetime | None = None
    missed: bool = False
    scope: DisclosureScoped | None = None
    approvals: tuple[str, ...] = ()
    assembled: DisclosureAssembled | None = None
    handed_over: bool = False
    notified: bool = False
    deferred: bool = False
    changed_through: int = -1
    told_through: int = -1
    rejected: bool = False
    closed: bool = False
    erased: bool = False


def evolve(state: Disclosure, event: Told) -> Disclosure:
    match event:
        case SuspicionReported():
            return replace(state, authenticated=True)
        case AuthorityRequestReceived():
            return replace(state, received=event, written=not event.oral)
        case DisclosureOpened():
            hidden = event.secrecy is not Secrecy.NONE
            return replace(state, opened=event, hidden=hidden, review_at=event.review_at)
        case RequestAuthenticated():
            return replace(state, authenticated=True)
        case WrittenFormReceived():
            return replace(state, written=True)
        case DisclosureHeld():
            return replace(state, held=True)
        case BeheerderConsulted():
            return replace(state, asked=event)
        case ConsultationAnswered():
            return replace(state, consulted=Consulted(event.outcome.value))
        case ConsultationLapsed():
            return replace(state, consulted=Consulted.LAPSED)
        case ConsultationBarred():
            return replace(state, consulted=Consulted.BARRED, review_at=event.review_at, missed=False)
        case SecrecyReviewed():
            return replace(state, review_at=event.review_at, missed=False)
        case SecrecyReviewMissed():
            return replace(state, missed=True)
        case SecrecyLifted():
            return replace(state, hidden=False)
        case DisclosureScoped():
            return replace(state, scope=event, approvals=())
        case DisclosureApproved():
            return replace(state, approvals=(*state.approvals, event.by))
        case DisclosureRejected():
            return replace(state, rejected=True)
        case DisclosureAssembled():
            return replace(state, assembled=event)
        case DisclosureHandedOver():
            return replace(state, handed_over=True)
        case SubjectNotified():
            return replace(state, notified=True)
        case NotificationDeferred():
            return replace(state, deferred=True)
        case DisclosedDataChanged():
            return replace(state, changed_through=event.through)
        case RecipientInformed():
            return replace(state, told_through=event.through)
        case DisclosureClosed():
            return replace(state, closed=True)
        case DisclosureTextErased():
            return replace(state, erased=True)
