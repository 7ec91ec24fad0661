"""The one writer takes the bytes of pruned entries away: once LogPruned is integrated, and only if it decides the same.

Whoever decided may have been wrong, or an older copy, or somebody with audit's key: so the writer looks again at what
goes, with its own clock, under the lock that keeps every other writer out.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from sqlalchemy import Connection, Engine

from services.audit.domain import pruning
from services.audit.domain.terms import Terms
from services.audit.ingest import metrics, state
from services.audit.ingest.writer import Fenced, Writer
from services.audit.ledger import pruned
from services.audit.ledger.keeping import own_terms
from services.audit.ledger.pruned import Floor
from services.kernel.faultpoint import reached
from services.kernel.store.database import reading, scrub, writing

log = logging.getLogger(__name__)


class Disagreed(Exception):
    """An entry lets something go whose term is not over, or that is not as it says."""


class LettingGo:
    """Goes with one writer, and works while that one does not."""

    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        terms: Sequence[Terms] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`terms`: how long entries are kept; audit's own where none are given."""
        self._engine, self._writer, self._now = engine, writer, now
        self._terms = own_terms() if terms is None else terms
        self._refused: Floor | None = None
        self._unscrubbed = True
        """What the run before took away, and could not scrub any more, is scrubbed by this one."""

    def turn(self) -> Floor | None:
        """Take away what may go by now; returns where the log begins from then on, None where nothing went.

        Where the writer decides otherwise, nothing goes, and an alarm says so. Where another writer was at work, this
        one learns what it did, and leaves it for the next turn. Raises what a database that is away raises.
        """
        with reading(self._engine) as session:
            said = pruned.announced(session)
            metrics.MINIMUM.set(pruned.minimum(session))
        gone = self._let_go() if said is not None and said != self._refused else None
        if gone is not None:
            self._unscrubbed = True
            metrics.MINIMUM.set(gone.minimum)
            log.warning("the log begins at entry %d from now on, as entry %d says", gone.minimum, gone.index)
        self._scrub()
        return gone

    def _let_go(self) -> Floor | None:
        try:
            with writing(self._engine) as session:
                self._alone(session)
                gone = self._take_away(session)
                reached("before_let_go")
        except Fenced:
            metrics.FENCED.inc()
            self._writer.load()
            return None
        except Disagreed as no:
            metrics.DISAGREED.inc()
            log.critical("nothing is taken away: %s", no)
            return None
        return gone

    def _scrub(self) -> None:
        if self._unscrubbed and scrub(self._engine):
            self._unscrubbed = False

    def _alone(self, session: Connection) -> None:
        """Hold every other writer off until the transaction ends. Raises Fenced where one has been at work."""
        known = self._writer.state
        high_water, registered, _ = state.marks(session)
        if (high_water, registered) != (known.high_water, known.registered):
            raise Fenced("another writer moved a mark")

    def _take_away(self, session: Connection) -> Floor | None:
        said = pruned.announced(session)
        if said is None:
            return None
        known = pruned.floor(session)
        first, end = known.minimum // pruning.BUNDLE, said.minimum // pruning.BUNDLE
        again = pruning.Prune(
            bundles=pruned.bundles(session, first, end - first),
            numbers=known.numbers,
            read=said.minimum,
            terms=self._terms,
            at=self._now(),
        )
        decided = pruning.decide(pruning.Pruned(minimum=known.minimum), again)
        if not decided or (decided[0].minimum, decided[0].numbers) != (said.minimum, said.numbers):
            self._refused = said
            raise Disagreed(f"entry {said.index} lets go of what is below {said.minimum}")
        pruned.let_go(session, said)
        return said
