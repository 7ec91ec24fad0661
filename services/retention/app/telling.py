"""What a person is told of what is kept on them beyond its term, as far as the law lets us tell it (AVG 15, 17)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.contracts.retention import HoldPlaced, HoldReviewed
from services.kernel.context import Context
from services.kernel.store import eventstore
from services.retention.views import holds

SHOWN = ("ground", "placed_at", "expires_at", "reviewed_at")

if TYPE_CHECKING:
    from services.retention.app import Retention


class Telling:
    def __init__(self, retention: Retention) -> None:
        self._retention = retention

    def holds(self, context: Context) -> dict[str, Any]:
        """`items`: each hold in force on the person who asks, on a ground that the law's terms say is told.

        Of any other ground nothing is told, and neither that there is one: the standing sentence stands for it.
        """
        retention = self._retention
        grounds = retention.requests.clock.law(retention.now()).access_answer["holds_told"]
        items, words = [], []
        with retention.store.reading() as session:
            for row in holds.told_to(session, context.actor.removeprefix("account/"), grounds):
                history = eventstore.read(session, f"hold/{row.hold}")
                placed = next(one for one in history if isinstance(one.event, HoldPlaced))
                looked = [one for one in history if isinstance(one.event, HoldReviewed)]
                words += [(placed.sealed.get("reason"), "reason")]
                words += [(looked[-1].sealed.get("finding") if looked else None, "finding")]
                items.append(
                    {name: getattr(row, name) for name in ("ground", "placed_at", "expires_at", "reviewed_at")}
                )
        opened = iter(retention.keyring.open_many(words))
        return {"items": [{**one, "reason": next(opened), "finding": next(opened)} for one in items]}
