"""Every service looks at its own store, and audit tells what was found: numbers, and never a value (P18)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from services.audit.domain import sealing as rules
from services.kernel.calls.rpc import Unavailable
from services.kernel.commands.unit import Store, Unit
from services.kernel.context import Context

log = logging.getLogger(__name__)
SERVICES = ("auth", "org", "audit", "retention")
Asking = Callable[[str], Mapping[str, int]]
"""A service looks at its store. Raises Unavailable."""


class Sealing:
    """`context` makes the one in which audit speaks for itself."""

    def __init__(
        self,
        store: Store,
        context: Callable[..., Context],
        ask: Asking,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store, self._context, self._ask, self._now = store, context, ask, now

    def turn(self) -> None:
        """Ask each; one that is away is asked again at the next turn, and is overdue if that goes on."""
        away = []
        for service in SERVICES:
            try:
                found = self._ask(service)
            except Unavailable:
                away.append(service)
                continue
            told = rules.Tell(service=service, at=self._now(), **found)
            if bare := rules.readable(told):
                log.error("%s values can be read with %s", bare, service)
            self._tell(told)
        if away:
            raise Unavailable(away[0])

    def _tell(self, command: rules.Tell) -> None:
        def work(unit: Unit) -> dict[str, Any]:
            unit.do(f"sealing/{command.service}", rules.decider, command)
            return {}

        self._store.perform(self._context(), work)
