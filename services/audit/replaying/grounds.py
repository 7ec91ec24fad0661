"""What somebody wrote in a case of audit has its own term; then its key is destroyed, the entry stays sealed (P06)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from services.audit.domain import complaint, disclosure, incident, replay, rollback
from services.audit.domain.basis import of_rule
from services.audit.domain.terms import Due, Terms, Trigger, due
from services.audit.ledger.keeping import own_bases
from services.audit.views import complaints, grounds as view, papers
from services.contracts.audit import DisclosureOpened, DisclosureTextErased
from services.contracts.privacy import Category
from services.contracts.retention import ErasureCleared
from services.kernel.calls.rpc import Unavailable
from services.kernel.codec import instant, moment
from services.kernel.commands.unit import Store, Unit
from services.kernel.context import Context
from services.kernel.durations import after
from services.kernel.store import eventstore
from services.kernel.store.database import scrub

log = logging.getLogger(__name__)

BATCH = 100
COMPLAINT = "complaint/"
Clear = Callable[[Mapping[str, Any]], object]
"""Asks retention to let something go, as `clear_erasure` takes it; what it says is in the log. Raises Unavailable."""
TRIGGERS = {
    "replay": Trigger.REPLAY_STARTED,
    "rollback": Trigger.ROLLBACK_ACCEPTED,
    "incident": Trigger.INCIDENT_CLOSED,
    "complaint": Trigger.COMPLAINT_ANSWERED,
    "disclosure": Trigger.DISCLOSURE_CLOSED,
}


class Grounds:
    """`context` makes the one in which audit speaks for itself."""

    def __init__(
        self,
        store: Store,
        context: Callable[[], Context],
        terms: Sequence[Terms],
        clear: Clear,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store, self._context, self._terms, self._clear, self._now = store, context, terms, clear, now
        self._all_terms = {one.by_trigger[trigger] for one in terms for trigger in TRIGGERS.values()}
        self._unscrubbed = False
        self._destroyed = dict[str, int]()
        """By owner the keys that went ahead of the transaction in which it is told."""

    def turn(self) -> int:
        """Erase every ground whose term is over, key first; returns how many. A crash between begins again.

        What people complained of may be held (P08): it is asked for here, and goes once the log says that it may.
        """
        count = 0
        for owner, found in list(self._over()):
            if owner.startswith(COMPLAINT):
                self._ask(owner, found)
                continue
            self._erase(owner, found)
            count += 1
        self._unscrubbed |= count > 0
        if self._unscrubbed and scrub(self._store.engine):
            self._unscrubbed = False
        return count

    def _over(self) -> Iterator[tuple[str, Due]]:
        seen, now = ("", ""), self._now()
        while True:
            with self._store.reading() as session:
                rows = view.left(session, seen, BATCH)
            for row in rows:
                given = moment(row.given_at)
                if all(after(given, term) > now for term in self._all_terms):
                    return  # nor is anything over that was given later
                found = due(self._terms, TRIGGERS[row.owner.partition("/")[0]], given)
                if found.at <= now:
                    yield row.owner, found
            if len(rows) < BATCH:
                return
            seen = rows[-1].given_at, rows[-1].owner

    def ahead(self, event: ErasureCleared) -> None:
        """Keys first, before the transaction; repeating it is harmless."""
        if self._mine(event):
            self._destroyed[event.owner] = self._store.keyring.erase([event.owner])

    def follow(self, unit: Unit, event: ErasureCleared) -> None:
        """What retention let go is gone: told with what let it go as its cause (I7)."""
        if not self._mine(event):
            return
        eventstore.bury(unit.session, [event.owner])
        keys = self._destroyed.pop(event.owner, 0)
        asked = complaint.EraseText(rule=event.rule, due=event.due, keys=keys, at=self._now())
        unit.do(event.owner, complaint.decider, asked)
        self._unscrubbed = True

    @staticmethod
    def _mine(event: ErasureCleared) -> bool:
        return event.service == "audit" and event.owner.startswith(COMPLAINT)

    def _ask(self, owner: str, found: Due) -> None:
        """Where nobody answers, it stays until the next turn."""
        with self._store.reading() as session:
            row = complaints.by_id(session, None, owner.removeprefix(COMPLAINT))
        if row is None or row.complainant is None:
            return
        asked = {"owner": owner, "organisation": row.organisation, "category": Category.CORRESPONDENCE.value}
        asked |= {"people": [row.complainant] if row.known else [], "rule": found.rule, "due": instant(found.at)}
        try:
            self._clear(asked)
        except Unavailable:
            log.info("the words of a complaint stay while retention does not say whether they are held")

    def _erase(self, owner: str, found: Due) -> None:
        owners = _with_papers(owner)
        keys, at = self._store.keyring.erase(owners), self._now()

        def work(unit: Unit) -> dict[str, Any]:
            eventstore.bury(unit.session, owners)
            said: dict[str, Any] = {"rule": found.rule, "due": found.at, "keys": keys, "at": at}
            match owner.partition("/")[0]:
                case "replay":
                    unit.do(owner, replay.decider, replay.EraseGround(**said))
                case "rollback":
                    unit.do(owner, rollback.decider, rollback.EraseGround(**said))
                case "incident":
                    unit.do(owner, incident.decider, incident.EraseText(**said))
                case "disclosure":
                    _erase_disclosure(unit, owner, said)
            return {}

        self._store.perform(self._context(), work)


def _with_papers(owner: str) -> list[str]:
    """Beside a case's key, that of a copy which its file kept to the end."""
    kind, _, case = owner.partition("/")
    return sorted({owner, *(papers.owner_of(case, one) for one in papers.Kind)}) if kind == "disclosure" else [owner]


def _erase_disclosure(unit: Unit, owner: str, said: dict[str, Any]) -> None:
    """Beside its words, what lies sealed beside them: originals, the copy, the package."""
    [opened] = [
        record.event for record in eventstore.read(unit.session, owner) if isinstance(record.event, DisclosureOpened)
    ]
    papers.drop(unit.session, opened.disclosure)
    step = DisclosureTextErased(disclosure=opened.disclosure, organisation=opened.organisation, **said)
    unit.do(owner, disclosure.decider, disclosure.Take(step=step, basis=of_rule(own_bases(), opened.rule)))
