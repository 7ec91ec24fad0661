"""What waits for compliance with audit: controllers who have not been told, open incidents, complaints (P16, P19)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta

from sqlalchemy import Connection

from services.audit.cases.checks import checks_due, reviews_due
from services.audit.cases.clocks import clocks
from services.audit.domain.notices import Notices
from services.audit.ledger.keeping import own_notices, own_plans
from services.audit.views import complaints, incidents, security
from services.contracts.tasks import Asking, Look, Task, TaskKind
from services.kernel.codec import instant, moment

AHEAD = timedelta(days=14)
"""So long before it is due somebody may begin with what comes back."""


def _uninformed(session: Connection, asking: Asking) -> Iterator[Task]:
    notices: Sequence[Notices] = own_notices()
    open_ones = incidents.open_ones(session)
    parts = incidents.parts(session, asking.organisation, [row.incident for row in open_ones])
    for row in open_ones:
        of = [part.organisation for part in parts[row.incident]]
        terms = clocks(session, notices, moment(row.known_at), of)
        for part in parts[row.incident]:
            due = instant(terms[part.organisation].controller_due)
            if part.informed_at is None and part.organisation != row.organisation:
                yield Task(id=row.incident, organisation=part.organisation, since=row.known_at, due=due)


def _to_close(session: Connection, _: Asking) -> Iterator[Task]:
    """Those of which everybody was told who had to be."""
    open_ones = incidents.open_ones(session)
    parts = incidents.parts(session, None, [row.incident for row in open_ones])
    for row in open_ones:
        told = all(one.informed_at or one.organisation == row.organisation for one in parts[row.incident])
        if told and row.scoped_phase >= row.window_phase:
            yield Task(id=row.incident, organisation=row.organisation, since=row.known_at, due=None)


def _reviews(session: Connection, asking: Asking) -> Iterator[Task]:
    """A Beheerder goes through their own organisation, compliance through the maker's people."""
    mine = {
        one.organisation for one in security.standing(session, asking.organisation) if one.maker or asking.organisation
    }
    for one in reviews_due(session, own_plans(), asking.organisation, moment(asking.now)):
        if one.organisation in mine and one.due <= _soon(asking):
            yield Task(id=str(one.organisation), organisation=str(one.organisation), since=one.last_at, due=one.due)


def _checks(session: Connection, asking: Asking) -> Iterator[Task]:
    """By kind of check; they are the maker's."""
    maker = next((one.organisation for one in security.standing(session, None) if one.maker), "")
    for one in checks_due(session, own_plans(), moment(asking.now)):
        if one.due <= _soon(asking):
            yield Task(id=str(one.kind), organisation=maker, since=one.last_at, due=one.due)


def _soon(asking: Asking) -> str:
    return instant(moment(asking.now) + AHEAD)


def _unanswered(session: Connection, asking: Asking) -> Iterator[Task]:
    for row in complaints.unanswered(session, asking.organisation):
        yield Task(id=row.complaint, organisation=row.organisation, since=row.received_at, due=row.due)


LOOKS: Mapping[TaskKind, Look] = {
    TaskKind.CONTROLLER_TO_INFORM: _uninformed,
    TaskKind.INCIDENT_TO_CLOSE: _to_close,
    TaskKind.COMPLAINT_TO_ANSWER: _unanswered,
    TaskKind.ACCESS_TO_REVIEW: _reviews,
    TaskKind.SECURITY_TO_CHECK: _checks,
}
