"""A certificate is what retention stated in the log, and what proves it there; nothing is said at the door alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from sqlalchemy import Connection
from uuid_utils.compat import uuid7

from services.contracts.retention import CertificateIssued
from services.kernel.commands.unit import Unit
from services.kernel.context import Context
from services.kernel.decider import Refused
from services.kernel.store import eventstore
from services.retention import schemas
from services.retention.app.locking import stream
from services.retention.domain import certificate as certifying
from services.retention.views import certificates

if TYPE_CHECKING:
    from services.retention.app import Retention


class Owed(NamedTuple):
    """One certificate to be issued, in a chain of its own: that of the request stands in the person's entries too."""

    erasure: str
    organisation: str
    correlation: str


class Certifying:
    """Issues what is owed, a step of the sweep, and shows what was issued."""

    def __init__(self, retention: Retention) -> None:
        self._retention = retention

    def owed(self, session: Connection, limit: int) -> Sequence[Owed]:
        return [Owed(row.erasure, row.organisation, str(uuid7())) for row in certificates.owed(session, limit)]

    def issue(self, unit: Unit, row: Owed) -> None:
        unit.flush()
        history = [record.event for record in eventstore.read(unit.session, stream(row.erasure))]
        asked = certifying.Issue(facts=certifying.gather(history), at=self._retention.now())
        unit.do(f"certificate/{row.erasure}", certifying.decider, asked)

    def certificate(self, context: Context, erasure: str) -> dict[str, Any]:
        """The newest statement that the log can prove; one that is still on its way leaves the earlier one standing.

        Raises Refused("not_yet").
        """
        with self._retention.store.reading() as session:
            issued = certificates.issued(session, erasure)
            found = {event: eventstore.by_id(session, event) for event in issued}
        own = replace(self._retention.own_context(), correlation=context.correlation or str(uuid7()))
        for event, record in found.items():
            evidence = self._retention.caller.call("audit", "evidence", {"event": event}, own)
            if evidence is not None and record is not None:
                stated = cast(CertificateIssued, record.event)
                return schemas.certificate(stated, self._retention.configuration.installation["log"], evidence)
        raise Refused("not_yet")
