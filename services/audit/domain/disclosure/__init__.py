"""A disclosure is a file of steps in one order, and each step is refused where it does not belong (P07, P08)."""

from __future__ import annotations

from collections.abc import Sequence

from services.audit.domain.basis import Basis
from services.audit.domain.disclosure import deciding, handing_over
from services.audit.domain.disclosure.state import Command, Consulted, Disclosure, Open, Step, Take, Told, evolve
from services.contracts.audit import (
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
    SecrecyLifted,
    SecrecyReviewed,
    SecrecyReviewMissed,
    SubjectNotified,
    WrittenFormReceived,
)
from services.kernel.decider import Decider, Refused

__all__ = ["Command", "Consulted", "Disclosure", "Open", "Step", "Take", "Told", "decider"]


def decide(state: Disclosure, command: Command) -> Sequence[Told]:
    match state.opened, command:
        case None, Open():
            deciding.open_(command)
            return [command.begun, command.opened]
        case None, _:
            raise Refused("not_found")
        case _, Open():
            return []
        case DisclosureOpened() as opened, Take():
            if _already_so(state, command.step):
                return []
            _must_be_open(state, command.step)
            _step(state, opened, command.step, command.basis)
            return [command.step]
    raise Refused("not_found")


def _already_so(state: Disclosure, step: Step) -> bool:
    """What the clock makes happen may be too late by then, and so may a second close."""
    match step:
        case ConsultationLapsed():
            waits = state.asked is not None and state.consulted is Consulted.NOT_YET
            return not waits or state.rejected or step.due > step.at
        case SecrecyReviewMissed():
            due = state.review_at is not None and state.review_at <= step.at
            return not state.hidden or state.missed or not due
        case DisclosedDataChanged():
            known = max(state.changed_through, state.told_through)
            return state.hidden or not state.notified or state.erased or step.through <= known
        case DisclosureTextErased():
            return state.erased
        case DisclosureClosed():
            return state.closed
        case _:
            return False


def _must_be_open(state: Disclosure, step: Step) -> None:
    match step:
        case DisclosureTextErased() if state.closed and step.due <= step.at:
            return
        case DisclosureTextErased():
            raise Refused("not_yet")
        case SubjectNotified() | NotificationDeferred() | RecipientInformed() if not state.erased:
            return  # whoever was not told when the file was closed is told later
        case DisclosedDataChanged():
            return
        case SecrecyReviewed() | SecrecyReviewMissed() | SecrecyLifted() | DisclosureClosed():
            return
        case _ if state.rejected or state.closed:
            raise Refused("disclosure_closed")


def _step(state: Disclosure, opened: DisclosureOpened, step: Step, basis: Basis) -> None:
    """Raises Refused where the step does not belong."""
    match step:
        case RequestAuthenticated():
            deciding.authenticate(state, step)
        case WrittenFormReceived():
            deciding.write_down(state, step)
        case DisclosureHeld():
            deciding.hold(state, step)
        case BeheerderConsulted():
            deciding.consult(state, opened, step, basis)
        case ConsultationBarred():
            deciding.bar(state, opened, step)
        case ConsultationAnswered():
            deciding.answer(state, step)
        case DisclosureScoped():
            deciding.scope(state, step, basis)
        case DisclosureApproved():
            deciding.approve(state, opened, step)
        case DisclosureRejected():
            handing_over.reject(state)
        case DisclosureAssembled():
            handing_over.assemble(state, step)
        case DisclosureHandedOver():
            handing_over.hand_over(state, step)
        case SubjectNotified():
            handing_over.notify(state, step)
        case NotificationDeferred():
            handing_over.defer(state, step)
        case RecipientInformed():
            handing_over.inform(state, step)
        case SecrecyReviewed():
            handing_over.review(state, step)
        case SecrecyLifted():
            handing_over.lift(state)
        case DisclosureClosed():
            handing_over.close(state, basis)
        case ConsultationLapsed() | SecrecyReviewMissed() | DisclosedDataChanged() | DisclosureTextErased():
            return


decider: Decider[Disclosure, Command, Told] = Decider(Disclosure(), decide, evolve)
