"""What auth counts of the promises it keeps: how long sessions last, what waits too long (P02, P06, P11)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from services.auth.views import invited, restrictions, sessions, work
from services.kernel.codec import instant, moment
from services.kernel.commands.unit import Store

A_MINUTE = timedelta(minutes=1)


def facts(store: Store, organisation: str | None, now: datetime) -> dict[str, Any]:
    """Numbers alone. A moment's delay is none: what was due within the last minute does not count."""
    late = instant(now - A_MINUTE)
    with store.reading() as session:
        lasting = [
            (moment(row.expires_at) - moment(row.started_at)).total_seconds()
            for row in sessions.lasting_longest(session, organisation)
        ]
        return {
            "sessions": {
                "open": sessions.open_at(session, organisation, instant(now)),
                "longest_seconds": max(lasting, default=0.0),
            },
            "invitations": {"expired_and_kept": invited.expired_and_kept(session, organisation, late)},
            "failed_sign_ins": {"uncounted": work.uncounted(session, organisation, instant(now - 3 * A_MINUTE))},
            "restrictions": {"lifted_late": restrictions.lifted_late(session, organisation, late)},
            "mail": {"late": work.mails_late(session, late) if organisation is None else 0},
        }
