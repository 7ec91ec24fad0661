"""When the log's own term is over for its oldest entries, audit says so in the log; the one writer does it then (P06).

Nothing goes that some service has not read: each is asked how far it has come; where one does not answer, all stays.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

from prometheus_client import Gauge

from services.audit.domain import pruning
from services.audit.domain.terms import Terms
from services.audit.ledger import pruned
from services.kernel.calls.rpc import Unavailable
from services.kernel.commands.unit import Store, Unit
from services.kernel.context import Context

log = logging.getLogger(__name__)

DUE = Gauge("crisisconnect_log_due", "Entries whose term is over and that are still there; for days, it is a stall.")
AT_ONCE = 64
"""Bundles that one decision takes at most, so that taking them away is one short transaction."""
STREAM = "pruning/log"


class Pruning:
    """`context` makes the one in which audit speaks for itself."""

    def __init__(
        self,
        store: Store,
        context: Callable[[], Context],
        read: Callable[[], int],
        terms: Sequence[Terms],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`read`: the lowest index of the log that some service has yet to take in. It raises Unavailable."""
        self._store, self._context, self._read = store, context, read
        self._terms, self._now = terms, now

    def terms_kept(self) -> dict[str, Any]:
        """`terms`: by what begins it how long audit keeps what is its own, as ISO 8601 durations."""
        return {"terms": {str(trigger): term for trigger, term in self._terms[-1].by_trigger.items()}}

    def turn(self) -> bool:
        """Decide once; whether anything was said. What was said and is not done yet is not said again."""
        if not self._count():
            return False  # and nobody needs to be asked
        try:
            read = self._read()
        except Unavailable as away:
            log.info("the log lets go of nothing while %s does not say how far it has read", away)
            return False
        command = self._command(AT_ONCE, read)

        def work(unit: Unit) -> dict[str, Any]:
            unit.do(STREAM, pruning.decider, command)
            return {}

        return bool(self._store.perform(self._context(), work)["events"])

    def _count(self) -> int:
        """How many entries would go by now if everybody had read them; of many, those that go at once."""
        count = 0
        for bundles in (1, AT_ONCE):
            command = self._command(bundles)
            said = pruning.decide(pruning.Pruned(), command)
            count = said[0].minimum - command.bundles[0].n * pruning.BUNDLE if said else 0
            if not said:
                break  # as on all days but few: one bundle was looked at
        DUE.set(count)
        return count

    def _command(self, bundles: int, read: int | None = None) -> pruning.Prune:
        """Without `read`, as if everybody had read everything."""
        with self._store.reading() as session:
            known = pruned.floor(session)
            found = pruned.bundles(session, known.minimum // pruning.BUNDLE, bundles)
        end = known.minimum + bundles * pruning.BUNDLE if read is None else read
        return pruning.Prune(
            bundles=found, numbers=known.numbers, read=end, terms=self._terms, many=AT_ONCE, at=self._now()
        )
