"""The clock of an incident for each organisation: by its own agreement, or by our own terms (P19)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from services.audit.domain.notices import Clock, Notices, clock
from services.audit.views import agreed


def clocks(
    session: Connection, notices: Sequence[Notices], known_at: datetime, organisations: Collection[str]
) -> Mapping[str, Clock]:
    """By organisation, each of them."""
    found = agreed.within(session, organisations, known_at)
    hours = {one: (held.hours, held.version) for one, held in found.items() if held.hours is not None}
    return {one: clock(notices, known_at, hours.get(one)) for one in organisations}
