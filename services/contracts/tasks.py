"""What waits for somebody, for whom, and where to go with it: a closed list, each kind known to one service."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.contracts.privacy import Role


class TaskKind(StrEnum):
    """A new kind has a row in WAITS, and a look in its service's `LOOKS`."""

    IDENTITY_TO_CHECK = "identity_to_check"
    REQUEST_TO_ANSWER = "request_to_answer"
    ERASURE_TO_RELEASE = "erasure_to_release"
    HOLD_TO_REVIEW = "hold_to_review"
    AGREEMENT_TO_SIGN = "agreement_to_sign"
    LEAVING_TO_CHOOSE = "leaving_to_choose"
    SUPPLEMENT_TO_ANSWER = "supplement_to_answer"
    CONTROLLER_TO_INFORM = "controller_to_inform"
    INCIDENT_TO_CLOSE = "incident_to_close"
    COMPLAINT_TO_ANSWER = "complaint_to_answer"
    CONSULTATION_TO_ANSWER = "consultation_to_answer"
    DISCLOSURE_TO_DECIDE = "disclosure_to_decide"
    DISCLOSURE_TO_ANSWER = "disclosure_to_answer"
    WRITTEN_FORM_TO_GET = "written_form_to_get"
    SUBJECT_TO_NOTIFY = "subject_to_notify"
    RECEIVER_TO_INFORM = "receiver_to_inform"
    RECIPIENT_TO_TELL = "recipient_to_tell"
    SECRECY_TO_REVIEW = "secrecy_to_review"
    ACCESS_TO_REVIEW = "access_to_review"
    SECURITY_TO_CHECK = "security_to_check"
    SUB_PROCESSOR_TO_JUDGE = "sub_processor_to_judge"
    OBJECTION_TO_SETTLE = "objection_to_settle"
    INSTRUCTION_TO_CARRY_OUT = "instruction_to_carry_out"
    INSTRUCTION_PARKED = "instruction_parked"


@dataclass(frozen=True)
class Waits:
    """`roles` that can do it, and the `path` at the door where it is seen, with `{id}` and `{organisation}` in it."""

    path: str
    roles: frozenset[Role]


def _for(path: str, *roles: Role) -> Waits:
    return Waits(path, frozenset(roles))


WAITS: Mapping[TaskKind, Waits] = {
    TaskKind.IDENTITY_TO_CHECK: _for("/v1/organisations/{organisation}/requests/{id}", Role.BEHEERDER),
    TaskKind.REQUEST_TO_ANSWER: _for("/v1/organisations/{organisation}/requests/{id}", Role.BEHEERDER),
    TaskKind.ERASURE_TO_RELEASE: _for("/v1/erasures/{id}", Role.COMPLIANCE),
    TaskKind.HOLD_TO_REVIEW: _for("/v1/holds", Role.COMPLIANCE),
    TaskKind.AGREEMENT_TO_SIGN: _for("/v1/organisations/{organisation}/agreements/{id}", Role.OPERATOR, Role.BEHEERDER),
    TaskKind.LEAVING_TO_CHOOSE: _for("/v1/organisations/{organisation}/leaving", Role.BEHEERDER),
    TaskKind.SUPPLEMENT_TO_ANSWER: _for("/v1/organisations/{organisation}/supplements", Role.COMPLIANCE),
    TaskKind.CONTROLLER_TO_INFORM: _for("/v1/incidents/{id}", Role.COMPLIANCE),
    TaskKind.INCIDENT_TO_CLOSE: _for("/v1/incidents/{id}", Role.COMPLIANCE),
    TaskKind.COMPLAINT_TO_ANSWER: _for("/v1/complaints/{id}", Role.COMPLIANCE),
    TaskKind.CONSULTATION_TO_ANSWER: _for("/v1/organisations/{organisation}/consultations/{id}", Role.BEHEERDER),
    TaskKind.DISCLOSURE_TO_DECIDE: _for("/v1/disclosures/{id}", Role.COMPLIANCE),
    TaskKind.DISCLOSURE_TO_ANSWER: _for("/v1/disclosures/{id}", Role.COMPLIANCE),
    TaskKind.WRITTEN_FORM_TO_GET: _for("/v1/disclosures/{id}", Role.COMPLIANCE),
    TaskKind.SUBJECT_TO_NOTIFY: _for("/v1/disclosures/{id}", Role.COMPLIANCE),
    TaskKind.RECEIVER_TO_INFORM: _for("/v1/disclosures/{id}", Role.COMPLIANCE),
    TaskKind.RECIPIENT_TO_TELL: _for("/v1/organisations/{organisation}/requests/{id}", Role.BEHEERDER),
    TaskKind.SECRECY_TO_REVIEW: _for("/v1/disclosures/{id}", Role.COMPLIANCE),
    TaskKind.ACCESS_TO_REVIEW: _for("/v1/access-reviews/sheet", Role.BEHEERDER, Role.COMPLIANCE),
    TaskKind.SECURITY_TO_CHECK: _for("/v1/security-checks", Role.COMPLIANCE),
    TaskKind.SUB_PROCESSOR_TO_JUDGE: _for("/v1/sub-processors", Role.BEHEERDER),
    TaskKind.OBJECTION_TO_SETTLE: _for("/v1/sub-processors", Role.COMPLIANCE),
    TaskKind.INSTRUCTION_TO_CARRY_OUT: _for("/v1/instructions/{id}", Role.COMPLIANCE),
    TaskKind.INSTRUCTION_PARKED: _for("/v1/instructions/{id}", Role.BEHEERDER),
}


@dataclass(frozen=True, kw_only=True)
class Task:
    """One thing that waits: whose it is, `since` when and until when (`due`), as instants; None where there is none."""

    id: str
    organisation: str
    since: str | None
    due: str | None


@dataclass(frozen=True, kw_only=True)
class Asking:
    """Who asks what waits: in which role, of one `organisation` or of all (None), and `now`, an instant."""

    role: Role
    organisation: str | None
    now: str


Look = Callable[[Any, Asking], Iterable[Task]]
"""What waits of one kind, in a session of the service's own database."""


def told(looks: Mapping[TaskKind, Look], session: Any, asking: Asking) -> dict[str, Any]:
    """What a service answers to `tasks`: `items` of each kind that is for this role, whole."""
    items = [
        {
            "kind": kind.value,
            "id": one.id,
            "organisation": one.organisation,
            "since": one.since,
            "due": one.due,
            "overdue": one.due is not None and one.due < asking.now,
            "path": WAITS[kind].path.format(id=one.id, organisation=one.organisation),
        }
        for kind, look in looks.items()
        if asking.role in WAITS[kind].roles
        for one in look(session, asking)
    ]
    return {"items": items}
