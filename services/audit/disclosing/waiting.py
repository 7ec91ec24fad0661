"""What waits in disclosures: an answer of the Beheerder, a decision, a paper, a notice, a look at secrecy (P08)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection

from services.audit.views import disclosures as view
from services.contracts.audit import Contact
from services.contracts.tasks import Asking, Look, Task, TaskKind
from services.kernel.codec import instant, moment

AHEAD = timedelta(days=14)
"""So long before a day of review somebody may begin to look."""
Looking = Callable[[Connection, Asking, view.Tenant], Iterator[Task]]


def looks(tenant: view.Tenant) -> dict[TaskKind, Look]:
    """Each look, within the reach of who asks: of a tenant the files that it may know of."""
    return {kind: _within(look, tenant) for kind, look in LOOKS.items()}


def _within(look: Looking, tenant: view.Tenant) -> Look:
    return lambda session, asking: look(session, asking, tenant)


def _answers(session: Connection, asking: Asking, tenant: view.Tenant) -> Iterator[Task]:
    for row in view.open_ones(session, tenant):
        if row.contact == Contact.BEHEERDER.value and row.consultation is None:
            yield _task(row, str(asking.organisation), row.consulted_at, row.consult_due)


def _decisions(session: Connection, _: Asking, tenant: view.Tenant) -> Iterator[Task]:
    """Scoped, and not approved by two yet."""
    for row in view.open_ones(session, tenant):
        if row.scope_version and row.approvals < 2:
            yield _task(row, row.organisation, row.began_at, None)


def _orders(session: Connection, _: Asking, tenant: view.Tenant) -> Iterator[Task]:
    """An authority waits, until a term of its own or of the law."""
    for row in view.open_ones(session, tenant):
        if row.answer_due and not row.handed_over_at:
            yield _task(row, row.organisation, row.began_at, row.answer_due)


def _papers(session: Connection, _: Asking, tenant: view.Tenant) -> Iterator[Task]:
    """An oral order without its written form."""
    for row in view.open_ones(session, tenant):
        if row.written_due and not row.written_at:
            yield _task(row, row.organisation, row.began_at, row.written_due)


def _notices(session: Connection, asking: Asking, tenant: view.Tenant) -> Iterator[Task]:
    """Handed over, and the people not told; where that was deferred, from that day on."""
    for row in view.unnotified(session, tenant):
        if not row.deferred_until or row.deferred_until <= asking.now:
            yield _task(row, row.organisation, row.handed_over_at, row.deferred_until)


def _changes(session: Connection, _: Asking, tenant: view.Tenant) -> Iterator[Task]:
    """What was handed over was corrected, restricted or erased since."""
    for row in view.changed_ones(session, tenant):
        yield _task(row, row.organisation, row.changed_at, None)


def _secrecy(session: Connection, asking: Asking, tenant: view.Tenant) -> Iterator[Task]:
    soon = instant(moment(asking.now) + AHEAD)
    for row in view.hidden_ones(session, tenant):
        if row.review_at and row.review_at <= soon:
            yield _task(row, row.organisation, row.began_at, row.review_at)


def _task(row: Any, organisation: str, since: str | None, due: str | None) -> Task:
    return Task(id=row.disclosure, organisation=organisation, since=since, due=due)


LOOKS: Mapping[TaskKind, Looking] = {
    TaskKind.CONSULTATION_TO_ANSWER: _answers,
    TaskKind.DISCLOSURE_TO_DECIDE: _decisions,
    TaskKind.DISCLOSURE_TO_ANSWER: _orders,
    TaskKind.WRITTEN_FORM_TO_GET: _papers,
    TaskKind.SUBJECT_TO_NOTIFY: _notices,
    TaskKind.RECEIVER_TO_INFORM: _changes,
    TaskKind.SECRECY_TO_REVIEW: _secrecy,
}
