"""A receipt is for whoever wrote an event or may look after it; for anybody else there is no such event."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from services.audit import evidence
from services.audit.ledger import pruned, reading, searching, witnessed
from services.contracts.privacy import Role
from services.kernel.calls.rpc import Unavailable
from services.kernel.commands.unit import Store
from services.kernel.context import Context
from services.kernel.decider import Refused

LOOKS_AT_ALL = (Role.COMPLIANCE, Role.INVESTIGATOR)
LOOKS_AT_ITS_OWN = (Role.BEHEERDER, Role.AUDITOR)

Durable = Callable[[str], Mapping[str, Any] | None]
"""What one service says of an event that it committed: actor, organisation, source and number. Raises Unavailable."""


class Receipts:
    """`policy` is the digest of the quorum in force; `holders` are all who may have committed an event."""

    def __init__(self, store: Store, policy: str, holders: Sequence[Durable]) -> None:
        self._store, self._policy, self._holders = store, policy, holders

    def of(self, context: Context, event: str) -> dict[str, Any]:
        """Proof that an event is in the log. Raises Refused: not_found, and log_pruned where the entry has gone.

        What is another's takes the way of what never was, and its time: the services are asked for both (I9). While one
        of them is away nobody knows that an event never was, so then it is Unavailable for both.
        """
        with self._store.reading() as session:
            entry = reading.by_event(session, event)
            if entry is not None and not _may(context, searching.shown(entry.index, entry.note)["event"]):
                entry = None
            under = witnessed.newest(session, self._policy)
            sure = entry is not None and under > entry.index
            proof = reading.tlog_proof(session, entry.index, under if sure else None) if entry else None
        if entry is None or proof is None:
            durable, away = self._asked_everywhere(event)
            if durable is None or not _may(context, durable):
                raise away or Refused("not_found")
            if self._is_gone(durable):
                raise Refused("log_pruned")
            return {"event": event, "state": "durable", "index": None, "proof": None}
        state = "witnessed" if sure else "integrated"
        return {"event": event, "state": state, "index": entry.index, "proof": proof.decode()}

    def evidence(self, event: str) -> dict[str, Any] | None:
        """What proves the certificate of an erasure that retention stated so; None while the log does not hold it.

        Raises Refused log_pruned where it held it, and has let go of it.
        """
        with self._store.reading() as session:
            found, begins = evidence.of(session, event, self._policy), pruned.minimum(session)
        if found is None and begins:
            durable, away = self._asked_everywhere(event)
            if durable is None and away is not None:
                raise away
            if self._is_gone(durable):
                raise Refused("log_pruned")
        return found

    def _asked_everywhere(self, event: str) -> tuple[Mapping[str, Any] | None, Unavailable | None]:
        """What any of them says, and who was away. All are asked, whoever has it: the time it takes tells nobody."""
        told, away = None, None
        for holder in self._holders:
            try:
                told = holder(event) or told
            except Unavailable as silent:
                away = silent
        return told, away

    def _is_gone(self, durable: Mapping[str, Any] | None) -> bool:
        if durable is None:
            return False
        with self._store.reading() as session:
            return 0 < (durable.get("number") or 0) <= pruned.floor(session).numbers.get(durable["source"], 0)


def _may(context: Context, said: Mapping[str, Any]) -> bool:
    own = said.get("organisation") == context.organisation and context.role in LOOKS_AT_ITS_OWN
    return said.get("actor") == context.actor or context.role in LOOKS_AT_ALL or own
