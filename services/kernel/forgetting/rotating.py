"""A service's key epochs end on time, and the log says of each when nothing can be opened by it any more (I6)."""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from uuid_utils.compat import uuid7

from services.kernel.commands.unit import Store, Unit
from services.kernel.context import Context
from services.kernel.event import Event
from services.kernel.forgetting import reindexing, retiring
from services.kernel.store import eventstore
from services.kernel.store.lease import Busy

log = logging.getLogger(__name__)


class Rotations:
    """The rotations of one service; `retired` is its event that tells of one."""

    def __init__(self, store: Store, retired: type[Any], hours: float) -> None:
        """`hours` is how long an epoch lasts."""
        self._store, self._retired, self._age = store, retired, timedelta(hours=hours)

    def rotate(self, context: Context) -> dict[str, Any]:
        """Re-key the indexes, wrap the living keys under a new epoch, destroy the old one, and say so in the log.

        Where the provider takes its time to destroy, it is said when that has passed.
        Raises Busy while another rotates.
        """
        with self._store.reading() as session:
            after = eventstore.last_number(session)
        rotation = reindexing.rotate(self._store)
        done = {"retired": rotation.retired, "current": rotation.current, "keys": rotation.keys}
        if rotation.going:
            retiring.wait(self._store, rotation, after)
            return done
        event = self._retired(
            retired=rotation.retired, current=rotation.current, keys=rotation.keys, after=after, at=rotation.at
        )

        def record(unit: Unit) -> dict[str, Any]:
            unit.append(f"keyring/{uuid4()}", 0, [event])
            return done

        return self._store.perform(context, record)

    def say_what_went(self) -> None:
        """Say of each epoch that a provider has given up meanwhile that it is retired."""
        for one in retiring.gone(self._store):
            event = self._retired(
                retired=one.retired,
                current=str(self._store.keyring.status()["epoch"]),
                keys=one.keys,
                after=one.after,
                at=datetime.now(UTC),
            )

            def record(unit: Unit, one: retiring.Waiting = one, event: Event = event) -> dict[str, Any]:
                if retiring.said(unit.session, one):
                    unit.append(f"keyring/{uuid4()}", 0, [event])
                return {}

            self._store.perform(self._own(), record)

    def when_due(self) -> None:
        """Rotate when the epoch is over; another replica may be first."""
        self.say_what_went()
        since = self._store.keyring.status()["since"]
        # Without any epoch there is nothing to open, and still the certificate waits for this service's word.
        if since is None or datetime.fromisoformat(str(since)) + self._age < datetime.now(UTC):
            try:
                self.rotate(self._own())
            except Busy:
                log.info("another replica retires the epoch")

    def _own(self) -> Context:
        return Context(actor=f"system/{self._store.source}", correlation=str(uuid7()))
