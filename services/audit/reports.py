"""Reports, each as of the newest checkpoint that its views have taken in."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from services.audit.alarms import Alarms
from services.audit.cases import checks, counted
from services.audit.disclosing import counted as handed
from services.audit.disclosing.showing import Showing
from services.audit.domain.notices import Notices
from services.audit.ledger import reading
from services.audit.ledger.keeping import own_plans
from services.audit.views import access, erasures, integrity, usage
from services.kernel.codec import instant, moment
from services.kernel.decider import Refused
from services.kernel.unit import Store

Retention = Callable[[str, Mapping[str, Any]], dict[str, Any]]
"""A question to retention, by its name: what waits and under which terms, or the register of data requests."""


class Reports:
    """`policy` is the digest of what witnesses are enough."""

    def __init__(
        self,
        store: Store,
        alarms: Alarms,
        policy: str,
        notices: Sequence[Notices],
        retention: Retention,
        register: Callable[[Mapping[str, Any]], dict[str, Any]],
        disclosures: Showing,
    ) -> None:
        self._store, self._alarms, self._policy = store, alarms, policy
        self._notices, self._retention, self._register = notices, retention, register
        self._disclosures = disclosures

    def make(
        self,
        kind: str,
        organisation: str | None = None,
        since: str | None = None,
        until: str | None = None,
    ) -> dict[str, Any]:
        """Raises Refused: `period_invalid`, or `not_found` for a kind that there is not."""
        begin, end = _moment(since), _moment(until)
        if begin and end and end <= begin:
            raise Refused("period_invalid")
        now = datetime.now(UTC)
        # It is asked before anything is read here.
        told = self._told(kind, organisation, begin, end)
        files = self._disclosures.begun_in(organisation, begin, end) if kind == "disclosures" else []
        made: (
            erasures.Report
            | access.Report
            | usage.Report
            | integrity.Report
            | counted.Report
            | checks.Report
            | handed.Report
        )
        with self._store.reading() as session:
            match kind:
                case "erasures":
                    made = erasures.report(session, organisation, begin, end, instant(now))
                case "retention" | "requests" | "processing-register" if told is not None:
                    made = erasures.Report(told["rows"], told["totals"])
                case "access":
                    made = access.report(session, organisation, begin, end)
                case "usage":
                    made = usage.report(session, organisation, begin, end)
                case "security":
                    made = checks.report(session, own_plans(), organisation, begin, end, now)
                case "incidents":
                    made = counted.report(session, organisation, begin, end, now, self._notices)
                case "disclosures":
                    made = handed.report(files, instant(now))
                case "integrity":
                    older = self._alarms.older_copies(session)
                    made = integrity.report(session, organisation, begin, end, self._policy, older)
                case _:
                    raise Refused("not_found")
            note = reading.checkpoint(session)
        return {
            "kind": kind,
            "organisation": organisation,
            "from": since,
            "to": until,
            "generated_at": instant(now),
            "checkpoint": note.decode() if note else None,
            "rows": made.rows,
            "totals": made.totals,
        }

    def _told(self, kind: str, organisation: str | None, begin: str | None, end: str | None) -> dict[str, Any] | None:
        """What is retention's or org's to tell."""
        match kind:
            case "retention":
                return self._retention("report", {"organisation": organisation})
            case "requests":
                asked = {"organisation": organisation, "since": begin, "until": end}
                return self._retention("request_report", asked)
            case "processing-register":
                return self._register({"organisation": organisation, "since": begin, "until": end})
            case _:
                return None


def _moment(text: str | None) -> str | None:
    if text is None:
        return None
    try:
        found = moment(text)
    except ValueError:
        raise Refused("invalid", errors={"from, to": ["Not a moment."]}) from None
    return instant(found if found.tzinfo else found.replace(tzinfo=UTC))
