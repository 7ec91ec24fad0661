"""The report of conformance: the services are asked, the log is counted to its end, and each promise is judged."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from services.audit.alarms import Alarms
from services.audit.cases import counted
from services.audit.cases.checks import checks_due, reviews_due
from services.audit.conformance import report
from services.audit.conformance.asking import Told, ask_each
from services.audit.conformance.promises import OF_EVERYBODY, short
from services.audit.conformance.shape import Known, Log
from services.audit.conformance.tallying import Tallying
from services.audit.conformance.watching import Watching, states
from services.audit.disclosing import counted as handed
from services.audit.domain.notices import Notices, answer_due
from services.audit.domain.sealing import EVERY, PATIENCE as SEALING_PATIENCE
from services.audit.ledger import pruned, reading, witnessed
from services.audit.ledger.keeping import own_plans
from services.audit.views import complaints, sealing, tally
from services.audit.witnessing.policy import Policy
from services.kernel.clock import beating
from services.kernel.codec import instant, moment
from services.kernel.commands.unit import Store
from services.kernel.context import Context

OTHERS = ("auth", "org", "retention")


class Conformance:
    """`others` asks a service how it keeps its promises, `own` says it of audit."""

    def __init__(
        self,
        store: Store,
        alarms: Alarms,
        policy: Policy,
        notices: Sequence[Notices],
        maker: str,
        others: Callable[[str, str | None], Mapping[str, Any]],
        own: Callable[[str | None], Mapping[str, Any]],
        context: Callable[[], Context],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store, self._alarms, self._policy, self._notices = store, alarms, policy, notices
        self._plans = own_plans()
        self._maker, self._others, self._own, self._now = maker, others, own, now
        self.tallying = Tallying(store)
        self.watching = Watching(store, lambda: self.make(None)["rows"], context, now)

    def make(self, organisation: str | None) -> dict[str, Any]:
        """`rows` and `totals`, as of now; of one organisation, nothing that counts another (I9)."""

        def ask(service: str) -> Mapping[str, Any]:
            return self._others(service, organisation)

        told = ask_each(OTHERS, ask) | {"audit": self._own(organisation)}
        self.tallying.turn()
        with self._store.reading() as session:
            known = self._known(session, organisation, told)
            evidence = self._evidence(session, organisation)
            note = reading.checkpoint(session)
            # Why a promise turned may be another organisation's affair.
            said = states(self._store, session) if organisation is None else {}
        rows = report.rows(known, evidence, said)
        return {
            "kind": "conformance",
            "organisation": organisation,
            "from": None,
            "to": None,
            "generated_at": instant(known.now),
            "checkpoint": note.decode() if note else None,
            "rows": rows,
            "totals": report.totals(rows, known),
        }

    def _known(self, session: Connection, organisation: str | None, told: Told) -> Known:
        now = self._now()
        return Known(
            now=now,
            organisation=organisation,
            told=told,
            counts=tally.counted(session, organisation),
            log=self._log(session, organisation),
            incidents=counted.totals(session, organisation, None, None, now, self._notices),
            complaints=self._complaints(session, organisation, now),
            checks=self._checks(session, organisation, now),
            sealing=self._sealing(session, organisation, now),
            disclosures=self._disclosures(session, organisation, now),
        )

    def _log(self, session: Connection, organisation: str | None) -> Log:
        asked = bool(self._policy.witnesses)
        return Log(
            size=reading.size(session),
            counted=tally.place(session) + 1,
            gaps=self._alarms.gaps(session),
            ingest_at=beating.last(session, beating.INGEST),
            older_copies=tuple(sorted(self._alarms.older_copies(session))),
            quarantined=reading.refused(session) if organisation is None else None,
            witnessed=witnessed.newest(session, self._policy.digest) if asked else None,
        )

    def _checks(self, session: Connection, organisation: str | None, now: datetime) -> dict[str, int]:
        planned = {
            "reviews": list(reviews_due(session, self._plans, organisation, now)),
            "checks": list(checks_due(session, self._plans, now)),
        }
        found = {name: len(ones) for name, ones in planned.items()}
        return found | {
            f"{name}_overdue": sum(one.due < instant(now) for one in ones) for name, ones in planned.items()
        }

    def _sealing(self, session: Connection, organisation: str | None, now: datetime) -> dict[str, int]:
        newest = sealing.newest(session).values()
        late = instant(now - EVERY - SEALING_PATIENCE)
        found = {"services": len(newest), "overdue": sum(row.at < late for row in newest)}
        found["bare"] = sum(row.bare for row in newest)
        return found if organisation is not None else found | {"values": sum(row.values_seen for row in newest)}

    def _disclosures(self, session: Connection, organisation: str | None, now: datetime) -> dict[str, int]:
        """Of all of them, for who looks after all; for one organisation nothing, whatever there may be."""
        return handed.of_all(session, None, None, instant(now)) if organisation is None else {}

    def _complaints(self, session: Connection, organisation: str | None, now: datetime) -> dict[str, int]:
        open_ = complaints.unanswered(session, organisation)
        due = [moment(row.due) if row.due else answer_due(self._notices, moment(row.received_at))[0] for row in open_]
        late = sum(one < now for one in due)
        return {
            "registered": complaints.registered(session, organisation),
            "open": len(open_),
            "unanswered": late,
        }

    def _evidence(self, session: Connection, organisation: str | None) -> dict[str, Any]:
        """The newest entry of each type, with how far its proof goes."""
        under, first = witnessed.newest(session, self._policy.digest), pruned.minimum(session)
        own = tally.newest(session, None if organisation is None else (organisation,))
        found = {short(what): row for what, row in own.items()}
        if organisation is not None:
            maker = tally.newest(session, (self._maker, tally.NOBODY))
            found |= {short(what): row for what, row in maker.items() if short(what) in OF_EVERYBODY}

        def receipt(index: int) -> str:
            if index < first:
                return "log_pruned"
            return "witnessed" if index < under else "integrated"

        return {name: report.shown(row, receipt(row.idx)) for name, row in found.items() if name}
