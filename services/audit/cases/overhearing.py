"""Ingest, gateway and supervisor have no service's keys and see what is of all: they hear what to listen for (P18)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from typing import Any

from services.kernel.calls.rpc import Unavailable
from services.kernel.commands.unit import Store
from services.kernel.store.database import writing
from services.kernel.sweep import overhearing

log = logging.getLogger(__name__)


class Words:
    """`ask` has a service say the number of its word."""

    def __init__(self, store: Store, others: Sequence[str], ask: Callable[[str], int]) -> None:
        self._store, self._others, self._ask = store, others, ask

    def turn(self) -> None:
        """Keep the numbers of the others' words beside our own, where the ingest finds them."""
        for service in self._others:
            try:
                number = self._ask(service)
            except Unavailable:
                log.info("%s does not say by which number its canary is known", service)
                continue
            with writing(self._store.engine) as session:
                overhearing.know(session, service, number)

    def overheard(self, by: str, heard: int) -> dict[str, Any]:
        """This process heard one so many times more. Answers `numbers`, by which it knows those to listen for."""
        with writing(self._store.engine) as session:
            overhearing.add(session, by, heard)
            return {"numbers": overhearing.numbers(session)}
