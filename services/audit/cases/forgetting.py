"""What somebody complained of goes with them, or with their organisation; each complaint says so first (P06)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from services.audit.cases.complaints import Complaints
from services.audit.views import complaints as view
from services.kernel.commands.unit import Store
from services.kernel.context import Context
from services.kernel.forgetting.erasing import ORGANISATION, PERSON, Holding, Holdings
from services.kernel.signing.entry import Entry


class Going:
    """`context` makes the one in which audit speaks for itself."""

    def __init__(self, store: Store, complaints: Complaints, context: Callable[..., Context]) -> None:
        self._store, self._complaints, self._context = store, complaints, context

    def with_complaints(self, base: Holdings) -> Holdings:
        """What audit has of a person and of an organisation: beside `base`, the words of their complaints."""
        return {
            **base,
            PERSON: self._beside(base[PERSON], self._of_person),
            ORGANISATION: self._beside(base[ORGANISATION], self._of_organisation),
        }

    def _beside(self, base: Holding, linked: Callable[[Connection, Any], set[str]]) -> Holding:
        def ahead(entry: Entry) -> None:
            order: Any = entry.record.event
            with self._store.reading() as session:
                owners = linked(session, order)
            context = self._context(causation=entry.record.envelope.id, case=order.erasure)
            self._complaints.forget(context, owners, order.erasure)

        return replace(
            base,
            # One that was registered since is a living key, for which the erasure begins again.
            owners=lambda session, order: base.owners(session, order) | linked(session, order),
            left=lambda session, order: base.left(session, order) + len(linked(session, order)),
            ahead=ahead,
        )

    @staticmethod
    def _of_person(session: Connection, order: Any) -> set[str]:
        return {f"complaint/{row.complaint}" for row in view.of_person(session, order.account)}

    @staticmethod
    def _of_organisation(session: Connection, order: Any) -> set[str]:
        return {f"complaint/{one}" for one in view.of_organisation(session, order.organisation, order.excepted or ())}
