"""A log older than what was signed last is gone on with only when a person says so, and the log tells of it (I4).

Nothing runs meanwhile. The decision is an event of audit's, durable before the ingest may forget what it had signed;
whatever the services have beyond the older log is sent to it again.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from sqlalchemy import Connection, Engine, select, update

from crisisconnect.topology import SERVICES
from crisisconnect.views import Nobody
from services.audit.app import Audit
from services.audit.domain import rollback
from services.audit.ingest import state
from services.audit.ingest.remembered import Remembered
from services.audit.ingest.state import Untrustworthy
from services.audit.ledger import reading
from services.audit.ledger.checkpoint import Head
from services.audit.replaying.replays import CASE
from services.contracts.audit import LogRolledBack
from services.contracts.privacy import LegalBasis, Purpose
from services.kernel.commands.unit import Unit
from services.kernel.configuration import Configuration
from services.kernel.decider import Refused
from services.kernel.hosting.migrating import migrate
from services.kernel.signing.note import PreparedVerifier, Verifier
from services.kernel.store.database import open_engine, writing
from services.kernel.store.eventstore import cursors, relay_state

BY = "system/cli"


class NothingToAccept(Exception):
    """The log here is the one that was signed last, or one that no decision can make whole."""


def is_rolled_back(configuration: Configuration) -> bool:
    """Whether the ingest would refuse the log that is in place. Raises NothingToAccept where it is damaged."""
    engine = open_engine(configuration.database_url, "audit", configuration.var / "data", pool=2)
    try:
        return _heads(configuration, engine) is not None
    finally:
        engine.dispose()


def accept(configuration: Configuration, case: str, ground: str) -> tuple[int, int]:
    """Go on from the log that is in place. Returns how many entries had been signed, and how many are kept.

    Repeating it after a crash ends the same. Raises NothingToAccept, and Refused without a case and a ground.
    """
    if not CASE.match(case):
        raise Refused("case_needed")
    for service in SERVICES:
        migrate(service, configuration)
    audit = Audit(configuration, Nobody())
    try:
        found = _heads(configuration, audit.engine)
        if found is None:
            raise NothingToAccept("the log is the one that was signed last")
        signed, kept = found
        _say(audit, signed, kept, case, ground)
        with audit.store.reading() as session:
            marks = reading.marks(session)
        for service in SERVICES:
            _set_back(configuration, service, marks.get(f"/{service}", 0), kept.size)
        Remembered(configuration.var / "log" / "head", _verifier(configuration)).set_back(kept)
    finally:
        audit.engine.dispose()
    return signed.size, kept.size


def _heads(configuration: Configuration, engine: Engine) -> tuple[Head, Head] | None:
    """What was signed last, and what is in place; None where the second continues the first."""
    verifier = _verifier(configuration)
    signed = Remembered(configuration.var / "log" / "head", verifier).read()
    pins = {f"/{name}": vkey for name, vkey in configuration.installation["pins"].items()}
    with writing(engine) as session:
        try:
            kept = state.load(session, verifier, pins, None).head
        except Untrustworthy as error:
            raise NothingToAccept(f"the log is damaged: {error}") from error
        try:
            state.load(session, verifier, pins, signed)
        except Untrustworthy:
            if kept is None or signed is None:
                raise NothingToAccept("there is no signed log here; restore a backup first") from None
            return signed, kept
    return None


def _say(audit: Audit, signed: Head, kept: Head, case: str, ground: str) -> None:
    # The same decision has the same id, however often it is begun.
    identity = str(uuid5(NAMESPACE_OID, f"{signed.size}/{signed.root.hex()}/{kept.size}/{kept.root.hex()}"))
    told = LogRolledBack(
        rollback=identity,
        organisation=audit.configuration.maker,
        case=case,
        ground=ground,
        signed=signed.size,
        kept=kept.size,
        by=BY,
        at=datetime.now(UTC),
    )

    def work(unit: Unit) -> dict[str, Any]:
        unit.do(f"rollback/{identity}", rollback.decider, rollback.Accept(told=told))
        return {}

    keys = [(f"rollback/{identity}", "correspondence")]
    # The maker has to show what became of its log (AVG art. 5(2), 32).
    ground_of_ours = {"purpose": Purpose.BEHEER_ACCESS.value, "legal_basis": LegalBasis.LEGAL_OBLIGATION.value}
    context = audit.own_context(organisation=audit.configuration.maker, **ground_of_ours)
    audit.store.perform(context, work, keys=keys)


def _set_back(configuration: Configuration, service: str, mark: int, size: int) -> None:
    """What this service knew of the entries that are gone: it sends its own again, and follows the log from there."""
    engine = open_engine(configuration.database_url, service, configuration.var / "data", pool=1)
    try:
        with writing(engine) as session:
            session.execute(
                update(relay_state)
                .where(relay_state.c.integrated > mark)
                .values(integrated=mark, term=relay_state.c.term + 1)
            )
            _follow_from(session, f"{service}-feed", size - 1)
    finally:
        engine.dispose()


def _follow_from(session: Connection, feed: str, last: int) -> None:
    found = session.execute(select(cursors.c.after).where(cursors.c.name == feed)).scalar()
    if found is not None and found > last:
        session.execute(update(cursors).where(cursors.c.name == feed).values(after=last))


def _verifier(configuration: Configuration) -> PreparedVerifier:
    return Verifier.parse(configuration.installation["log"]).prepared()
