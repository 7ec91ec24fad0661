"""What waits for a Beheerder or an operator with org: agreements that their side has not signed (P01)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime

from sqlalchemy import Connection

from services.contracts.org import Side
from services.contracts.privacy import Role
from services.contracts.tasks import Asking, Look, Task, TaskKind
from services.kernel.codec import instant, moment
from services.org.domain.terms import AMSTERDAM, day_of
from services.org.views import agreements


def _to_sign(session: Connection, asking: Asking) -> Iterator[Task]:
    """Due when it begins: from that midnight on people wait for it."""
    side = Side.PROCESSOR if asking.role is Role.OPERATOR else Side.CONTROLLER
    for row in agreements.unsigned_by(session, asking.organisation, side, day_of(moment(asking.now))):
        begins = datetime.combine(date.fromisoformat(row.starts_on), datetime.min.time(), AMSTERDAM)
        yield Task(id=row.agreement, organisation=row.organisation, since=None, due=instant(begins))


LOOKS: Mapping[TaskKind, Look] = {TaskKind.AGREEMENT_TO_SIGN: _to_sign}
