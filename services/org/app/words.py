"""What was written in a case of org's goes a term after the case was closed: key first, then the words (P06)."""

from __future__ import annotations

from abc import ABC
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from services.contracts.privacy import LegalBasis, Purpose
from services.kernel.codec import instant, moment
from services.kernel.commands.unit import Unit
from services.kernel.decider import Decider
from services.kernel.store import eventstore
from services.org.app.instructions import Instructions
from services.org.app.sub_processors import SubProcessors
from services.org.domain import engagement, instruction
from services.org.domain.periods import Due, Trigger, due
from services.org.domain.words import EraseText
from services.org.views import instructions, sub_processors

HOUR = 3600.0
AT_ONCE = 100


class Words(SubProcessors, Instructions, ABC):
    """Objections and instructions; that there was one, when and how it ended stays."""

    def timers(self) -> Sequence[tuple[float, Callable[[], object]]]:
        return (*super().timers(), (HOUR, self.forget_words))

    def forget_words(self) -> None:
        """At most a hundred of each kind at a time; what a crash leaves half done is done again."""
        now = self.now()
        with self.store.reading() as session:
            settled = sub_processors.settled_before(session, instant(now), AT_ONCE)
            closed = instructions.closed_before(session, instant(now), AT_ONCE)
        for row in settled:
            over = due(self.periods, Trigger.OBJECTION_SETTLED, moment(row.settled_at))
            self._forget(f"engagement/{row.engagement}", over, engagement.decider, now)
        for row in closed:
            over = due(self.periods, Trigger.INSTRUCTION_CLOSED, moment(row.closed_at))
            self._forget(f"instruction/{row.instruction}", over, instruction.decider, now)

    def _forget(self, owner: str, over: Due, decider: Decider[Any, Any, Any], now: datetime) -> None:
        if over.at > now:
            return
        keys = self.keyring.erase([owner])

        def work(unit: Unit) -> dict[str, Any]:
            eventstore.bury(unit.session, [owner])
            unit.do(owner, decider, EraseText(rule=over.rule, due=over.at, keys=keys, at=now))
            return {}

        basis = LegalBasis.LEGAL_OBLIGATION.value
        self.store.perform(self.own_context(purpose=Purpose.BEHEER_ACCESS.value, legal_basis=basis), work)
