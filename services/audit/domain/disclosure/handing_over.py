"""From a decision to the end: assembled, handed over for a receipt, the person told or not yet, closed once known."""

from __future__ import annotations

from services.audit.domain.basis import Basis
from services.audit.domain.disclosure.deciding import APPROVALS
from services.audit.domain.disclosure.state import Disclosure
from services.contracts.audit import (
    DisclosureAssembled,
    DisclosureHandedOver,
    NotificationDeferred,
    RecipientInformed,
    SecrecyReviewed,
    SubjectNotified,
)
from services.kernel.decider import Refused


def reject(state: Disclosure) -> None:
    if state.assembled is not None:
        raise Refused("step_done")


def assemble(state: Disclosure, step: DisclosureAssembled) -> None:
    if state.scope is None or len(state.approvals) < APPROVALS:
        raise Refused("step_missing")
    if state.assembled is not None:
        raise Refused("step_done")
    if (step.scope_version, step.digest) != (state.scope.scope_version, state.scope.digest):
        raise Refused("scope_changed")


def hand_over(state: Disclosure, step: DisclosureHandedOver) -> None:
    if state.assembled is None:
        raise Refused("step_missing")
    if state.handed_over:
        raise Refused("step_done")
    if step.sealed_sha256 != state.assembled.sealed_sha256:
        raise Refused("package_differs")
    if not state.assembled.at <= step.handed_over_at <= step.at:
        raise Refused("not_yet")


def notify(state: Disclosure, step: SubjectNotified) -> None:
    if not state.handed_over:
        raise Refused("step_missing")
    if state.notified:
        raise Refused("step_done")
    if state.hidden:
        raise Refused("secrecy_unlifted")
    if step.notified_at > step.at:
        raise Refused("not_yet")


def defer(state: Disclosure, step: NotificationDeferred) -> None:
    if not state.handed_over:
        raise Refused("step_missing")
    if state.notified:
        raise Refused("step_done")
    if step.review_at <= step.at:
        raise Refused("period_invalid")


def inform(state: Disclosure, step: RecipientInformed) -> None:
    if not state.handed_over:
        raise Refused("step_missing")
    if step.through <= state.told_through:
        raise Refused("step_done")
    if (step.told_at is None) == (step.why_not is None):
        raise Refused("invalid")
    if step.told_at is not None and step.told_at > step.at:
        raise Refused("not_yet")


def review(state: Disclosure, step: SecrecyReviewed) -> None:
    if not state.hidden:
        raise Refused("step_done")
    if step.review_at <= step.at:
        raise Refused("period_invalid")


def lift(state: Disclosure) -> None:
    if not state.hidden:
        raise Refused("step_done")


def close(state: Disclosure, basis: Basis) -> None:
    """While the tenant may not know of it a file stays open, and its review a deadline: so no lift is forgotten."""
    told = state.handed_over and (state.notified or state.deferred)
    if not (told or state.rejected or (basis.preserves and state.held)):
        raise Refused("step_missing")
    if state.hidden:
        raise Refused("secrecy_unlifted")
