"""What retention counts of the promises it keeps: what is late, what waits for a person, in numbers (P06, P08, P15)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.retention.views import dues, holds, waits

if TYPE_CHECKING:
    from services.retention.app import Retention

WAITING = ("scheduled", "held", "braked", "overdue")


def facts(retention: Retention, organisation: str | None) -> dict[str, Any]:
    now = retention.now()
    with retention.store.reading() as session:
        by = waits.by_organisation(session, organisation, now - retention.patience).values()
        reviews = sum(holds.to_review(session, organisation, now).values())
        stalled = dues.stalled(session) if organisation is None else 0
    requests = retention.requests.totals(organisation)
    return {
        "erasures": {name: sum(one[name] for one in by) for name in WAITING} | {"stalled": stalled},
        "holds": {"to_review": reviews},
        "requests": {name: requests[name] for name in ("received", "open", "to_remind", "overdue", "answered_late")},
    }
