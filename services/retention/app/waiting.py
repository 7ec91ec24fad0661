"""What waits for a Beheerder or an officer with retention: requests, brakes, holds to look at again (P06, P15)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta

from sqlalchemy import Connection

from services.contracts.tasks import Asking, Look, Task, TaskKind
from services.kernel.codec import instant, moment
from services.retention.views import dues, holds, register

AHEAD = timedelta(days=14)
"""So long before it is due somebody may look at a hold again."""


def _requests(state: str) -> Look:
    def look(session: Connection, asking: Asking) -> Iterator[Task]:
        for row in register.open_in(session, asking.organisation, state):
            yield Task(id=row.request, organisation=row.organisation, since=row.received_at, due=row.due)

    return look


def _braked(session: Connection, asking: Asking) -> Iterator[Task]:
    """Those that only an officer lets go on."""
    for row in dues.braked_for_officer(session, asking.organisation):
        yield Task(id=row.erasure, organisation=row.organisation, since=row.asked_at, due=row.due)


def _recipients(session: Connection, asking: Asking) -> Iterator[Task]:
    """Answered requests whose change somebody who received the data before was not told of (AVG 19)."""
    for row in register.telling_in(session, asking.organisation):
        yield Task(id=row.request, organisation=row.organisation, since=row.closed_at, due=None)


def _to_review(session: Connection, asking: Asking) -> Iterator[Task]:
    for row in holds.reviewed_by(session, asking.organisation, instant(moment(asking.now) + AHEAD)):
        since = row.reviewed_at or row.placed_at
        yield Task(id=row.hold, organisation=row.organisation, since=since, due=row.review_at)


LOOKS: Mapping[TaskKind, Look] = {
    TaskKind.IDENTITY_TO_CHECK: _requests("received"),
    TaskKind.REQUEST_TO_ANSWER: _requests("verified"),
    TaskKind.RECIPIENT_TO_TELL: _recipients,
    TaskKind.ERASURE_TO_RELEASE: _braked,
    TaskKind.HOLD_TO_REVIEW: _to_review,
}
