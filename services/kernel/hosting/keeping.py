"""What a service tells of the promises it keeps: how its jobs are doing, how its events reach the log, what it counts.

It is asked by audit for the report of conformance. Nobody is named in it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from services.kernel.clock import beating, turns
from services.kernel.clock.jobs import Jobs
from services.kernel.codec import instant
from services.kernel.commands.unit import Store
from services.kernel.configuration import Configuration
from services.kernel.decider import Refused
from services.kernel.following.feed import Feed
from services.kernel.store import eventstore
from services.kernel.sweep.canaries import Canaries

Facts = Callable[[str | None], Mapping[str, Any]]
"""Numbers by which a promise is judged that only this service can count; of one organisation, its own alone."""


class Keeping:
    def __init__(
        self, configuration: Configuration, store: Store, feed: Feed, canaries: Canaries, facts: Facts
    ) -> None:
        self.jobs = Jobs(configuration.longest_cycle_seconds)
        self._configuration, self._store, self._feed, self._facts = configuration, store, feed, facts
        self._canaries = canaries
        self.turns = turns.Turns(store.engine, self.jobs)

    def told(self, organisation: str | None) -> dict[str, Any]:
        """`unheard_since` is when the oldest event was recorded that the log has not, None where it has all."""
        with self._store.reading() as session:
            unheard = eventstore.oldest_unintegrated(session)
            parked = len(self._feed.parked(session))
            relay = beating.last(session, beating.RELAY)
            canary = self._canaries.told(session)
            jobs = self.jobs.told(turns.newest(session))
        since = self._store.keyring.status()["since"]
        return {
            "jobs": jobs,
            "unheard_since": None if unheard is None else instant(unheard),
            "parked": parked,
            "relay_at": None if relay is None else instant(relay),
            "epoch_since": None if since is None else str(since),
            "epoch_hours": self._configuration.key_epoch_hours,
            "canary": canary,
            "facts": dict(self._facts(organisation)),
        }

    def stop(self, job: str) -> dict[str, Any]:
        """Leave a job undone, to see what that breaks. Raises Refused: `forbidden` in production, `not_found`."""
        if not self._configuration.development:
            raise Refused("forbidden")
        self.jobs.stop(job)
        return {"stopped": self.jobs.stopped()}

    def resume(self, job: str) -> dict[str, Any]:
        self.jobs.resume(job)
        return {"stopped": self.jobs.stopped()}
