"""What another service lets go by a term of its own is decided here, where a hold is: one of them is first (P08)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from services.contracts.privacy import Category
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.retention.app.locking import lock_organisation
from services.retention.domain import clearance as rules
from services.retention.views import holds

if TYPE_CHECKING:
    from services.retention.app import Retention


class Clearing:
    def __init__(self, retention: Retention) -> None:
        self._retention = retention

    def clear(
        self,
        context: Context,
        *,
        owner: str,
        organisation: str,
        category: Category,
        people: Sequence[str],
        rule: str,
        due: datetime,
    ) -> dict[str, Any]:
        """Let it go as far as no hold keeps it; who asked acts on the event, once the log has it (I7).

        Asked again it writes nothing. Raises Refused("not_yet") before it is due.
        """
        clearance = owner.partition("/")[2]

        def work(unit: Unit) -> dict[str, Any]:
            lock_organisation(unit.session, organisation)
            # Read under the lock: a hold that is durable by now is seen, and a later one sees what was let go.
            everybody, held = holds.held_in(unit.session, organisation, category)
            asked = rules.Clear(
                clearance=clearance,
                organisation=organisation,
                service=context.caller,
                owner=owner,
                category=category,
                people=tuple(people),
                rule=rule,
                due=due,
                everybody=everybody,
                held=tuple(held),
                at=self._retention.now(),
            )
            unit.do(f"clearance/{clearance}", rules.decider, asked)
            return {}

        own = self._retention.own_context(
            organisation=organisation, correlation=context.correlation, case=context.case or clearance
        )
        return self._retention.store.perform(own, work)
