"""From a request to its decision: held, consulted or barred by law, scoped, approved by two others (P08)."""

from __future__ import annotations

from services.audit.domain.basis import Basis, Consulting, Rule
from services.audit.domain.disclosure.state import Consulted, Disclosure, Open
from services.contracts.audit import (
    AuthorityRequestReceived,
    BeheerderConsulted,
    ConsultationAnswered,
    ConsultationBarred,
    Contact,
    DisclosureApproved,
    DisclosureHeld,
    DisclosureOpened,
    DisclosureScoped,
    Kept,
    RequestAuthenticated,
    Secrecy,
    WrittenFormReceived,
)
from services.kernel.decider import Refused

APPROVALS = 2


def open_(command: Open) -> None:
    begun, opened, basis = command.begun, command.opened, command.basis
    asked = isinstance(begun, AuthorityRequestReceived)
    if asked == (basis.consultation is Consulting.ITSELF):
        raise Refused("basis_unknown")
    if isinstance(begun, AuthorityRequestReceived):
        if begun.received_at > begun.at:
            raise Refused("not_yet")
        if begun.answer_due is not None and begun.answer_due <= begun.received_at:
            raise Refused("period_invalid")
    if opened.secrecy is Secrecy.BY_LAW and basis.secrecy is Rule.NEVER:
        raise Refused("secrecy_not_allowed")
    if (opened.secrecy is Secrecy.NONE) != (opened.review_at is None):
        raise Refused("secrecy_not_allowed")
    if opened.review_at is not None and opened.review_at <= opened.at:
        raise Refused("period_invalid")


def authenticate(state: Disclosure, step: RequestAuthenticated) -> None:
    """Calling back comes after what was received, and before it is entered."""
    if state.authenticated:
        raise Refused("step_done")
    since = state.received.received_at if state.received else None
    if step.called_at is not None and since is not None and not since <= step.called_at <= step.at:
        raise Refused("moment_impossible")


def write_down(state: Disclosure, step: WrittenFormReceived) -> None:
    if state.written:
        raise Refused("step_done")
    if step.received_at > step.at:
        raise Refused("not_yet")


def hold(state: Disclosure, step: DisclosureHeld) -> None:
    if not state.authenticated:
        raise Refused("step_missing")
    if state.held:
        raise Refused("step_done")
    if (step.kept is Kept.COPY) != state.hidden:
        raise Refused("secrecy_not_allowed")


def consult(state: Disclosure, opened: DisclosureOpened, step: BeheerderConsulted, basis: Basis) -> None:
    if opened.secrecy is Secrecy.BY_LAW and state.hidden:
        raise Refused("consultation_barred")
    if basis.consultation is Consulting.ITSELF:
        raise Refused("consultation_not_due")
    _not_consulted_yet(state)
    if opened.secrecy is Secrecy.SUSPECT and step.contact is not Contact.SECOND_CONTACT:
        raise Refused("second_contact_needed")


def bar(state: Disclosure, opened: DisclosureOpened, step: ConsultationBarred) -> None:
    """Who confirms is another officer than the opener: the law, and not one person, keeps the organisation out."""
    if opened.secrecy is not Secrecy.BY_LAW or not state.hidden:
        raise Refused("secrecy_not_allowed")
    _not_consulted_yet(state)
    if step.by == opened.by:
        raise Refused("second_officer_needed")
    if step.review_at <= step.at:
        raise Refused("period_invalid")


def _not_consulted_yet(state: Disclosure) -> None:
    if not state.held:
        raise Refused("step_missing")
    if state.asked is not None or state.consulted is not Consulted.NOT_YET:
        raise Refused("step_done")


def answer(state: Disclosure, step: ConsultationAnswered) -> None:
    if state.asked is None:
        raise Refused("step_missing")
    if state.consulted is not Consulted.NOT_YET:
        raise Refused("step_done")
    if step.at >= state.asked.due:
        raise Refused("term_over")
    if step.asked != state.asked.asked:
        raise Refused("scope_changed")


def scope(state: Disclosure, step: DisclosureScoped, basis: Basis) -> None:
    """A consultation is no veto, but where the law leaves it to the controller: there nothing goes without its yes."""
    if not state.held:
        raise Refused("step_missing")
    if basis.consultation is not Consulting.ITSELF and state.consulted is Consulted.NOT_YET:
        raise Refused("step_missing")
    if basis.consultation is Consulting.DECIDES and state.consulted is not Consulted.AGREED:
        raise Refused("controller_decides")
    if not step.granted or not step.people or not set(step.granted) <= basis.reaches & set(step.asked):
        raise Refused("nothing_granted")
    if state.assembled is not None:
        raise Refused("step_done")
    if step.scope_version != (state.scope.scope_version + 1 if state.scope else 1):
        raise Refused("conflict")


def approve(state: Disclosure, opened: DisclosureOpened, step: DisclosureApproved) -> None:
    if state.scope is None:
        raise Refused("step_missing")
    if step.by == opened.by or step.by in state.approvals:
        raise Refused("second_officer_needed")
    if len(state.approvals) >= APPROVALS:
        raise Refused("step_done")
    if (step.scope_version, step.digest) != (state.scope.scope_version, state.scope.digest):
        raise Refused("scope_changed")
    if not state.written:
        raise Refused("written_form_missing")
