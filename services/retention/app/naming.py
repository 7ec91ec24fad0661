"""The names of who looked at somebody leave only on a weighing that stands in the request for them (C-579/21, P09)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from services.kernel.context import Context
from services.retention.domain.naming import WeighNames
from services.retention.views import requests

if TYPE_CHECKING:
    from services.retention.app import Retention


class Naming:
    def __init__(self, retention: Retention) -> None:
        self._retention = retention

    def weigh(
        self, context: Context, organisation: str, request: str, *, disclose: bool, weighing: str
    ) -> dict[str, Any]:
        """Record what was weighed and which way it fell.

        Raises Refused: `not_found`, `identity_needed`, `request_closed`, or `invalid` for what is not about access.
        """
        retention = self._retention
        retention.requests.found(organisation, request)
        asked = WeighNames(disclosed=disclose, weighing=weighing, by=context.actor, at=retention.now())
        return retention.requests.step(context, organisation, request, asked)

    def weighed(self, organisation: str, request: str, person: str) -> dict[str, Any]:
        """`disclosed`: whether this person is to learn the names in the answer to this request."""
        with self._retention.store.reading() as session:
            row = requests.by_id(session, organisation, request)
        return {"disclosed": row is not None and row.account == person and bool(row.names_disclosed)}
