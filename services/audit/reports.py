"""Reports, each as of the newest checkpoint that its views have taken in; page by page, and no row is left out."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection

from services.audit.alarms import Alarms
from services.audit.cases import checks, counted
from services.audit.disclosing import counted as handed
from services.audit.disclosing.showing import Showing
from services.audit.domain.notices import Notices
from services.audit.ledger import reading
from services.audit.ledger.keeping import own_plans
from services.audit.views import access, erasures, integrity, usage
from services.kernel.codec import instant, moment
from services.kernel.commands.unit import Store
from services.kernel.decider import Refused

Retention = Callable[[str, Mapping[str, Any]], dict[str, Any]]
"""A question to retention, by its name: what waits and under which terms, or the register of data requests."""


NO_SUMS = (None, None)
MIDNIGHT = instant(datetime(2000, 1, 1, tzinfo=UTC))[10:]


@dataclass(frozen=True)
class Asked:
    kind: str
    organisation: str | None
    begin: str | None
    end: str | None
    now: datetime
    after: str | None
    whole: bool


@dataclass(frozen=True)
class Paged:
    """`count` and `totals` are of all pages together."""

    rows: list[dict[str, Any]]
    next: str | None
    count: int | None
    totals: Mapping[str, Any] | None


def at_once(rows: list[dict[str, Any]], totals: Mapping[str, Any], after: str | None) -> Paged:
    """What has a row for each thing that an installation has, and so no pages. Raises Refused("cursor_invalid")."""
    if after is not None:
        raise Refused("cursor_invalid")
    return Paged(rows, None, len(rows), totals)


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
        after: str | None = None,
        whole: bool = True,
    ) -> dict[str, Any]:
        """A page of `rows` from behind `after` on, and what to ask for the `next` one; None with the last.

        `totals` and `count` are of all rows of the report, whatever page this is; None where `whole` is not asked for.
        Raises Refused: `period_invalid`, `cursor_invalid`, or `not_found` for a kind that there is not.
        """
        begin, end = _moment(since), _moment(until)
        if begin and end and end <= begin:
            raise Refused("period_invalid")
        now = datetime.now(UTC)
        asked = Asked(kind, organisation, begin, end, now, after, whole)
        # It is asked before anything is read here.
        made = self._told(asked)
        with self._store.reading() as session:
            made = made or self._paged(session, asked) or self._whole(session, asked)
            note = reading.checkpoint(session)
        return {
            "kind": kind,
            "organisation": organisation,
            "from": since,
            "to": until,
            "generated_at": instant(now),
            "checkpoint": note.decode() if note else None,
            "rows": made.rows,
            "next": made.next,
            "count": made.count,
            "totals": made.totals,
        }

    def _told(self, asked: Asked) -> Paged | None:
        """What is retention's or org's to tell, or stands behind an index of its own."""
        period = {"organisation": asked.organisation, "since": asked.begin, "until": asked.end}
        match asked.kind:
            case "retention":
                told = self._retention("report", {"organisation": asked.organisation})
            case "processing-register":
                told = self._register(period)
            case "requests":
                told = self._retention("request_report", period | {"after": asked.after, "whole": asked.whole})
                return Paged(told["rows"], told["next"], told["count"], told["totals"])
            case "disclosures":
                whose, span = asked.organisation, (asked.begin, asked.end)
                now, after, whole = instant(asked.now), asked.after, asked.whole
                ended = handed.report(self._store, self._disclosures, whose, *span, now, after, whole=whole)
                count = ended.totals["disclosures"] if ended.totals else None
                return Paged(ended.rows, ended.next, count, ended.totals)
            case _:
                return None
        return at_once(told["rows"], told["totals"], asked.after)

    def _paged(self, session: Connection, asked: Asked) -> Paged | None:
        """The kinds that grow with cases, people and days: a page is read of them, and its totals are kept."""
        period, now = (asked.organisation, asked.begin, asked.end), instant(asked.now)
        match asked.kind:
            case "erasures":
                part = erasures.page(session, *period, now, asked.after)
                totals = erasures.totals(session, *period, now) if asked.whole else None
                return Paged(part.rows, part.next, totals["requested"] if totals else None, totals)
            case "access":
                seen = access.page(session, *period, asked.after)
                sums = (access.count(session, *period), access.totals(session, *period)) if asked.whole else NO_SUMS
                return Paged(seen.rows, seen.next, *sums)
            case "usage":
                used = usage.page(session, *period, asked.after)
                sums = (usage.count(session, *period), usage.totals(session, *period)) if asked.whole else NO_SUMS
                return Paged(used.rows, used.next, *sums)
            case "incidents":
                found = counted.page(session, *period, self._notices, asked.after)
                totals = counted.totals(session, *period, asked.now, self._notices) if asked.whole else None
                return Paged(found.rows, found.next, totals["incidents"] if totals else None, totals)
        return None

    def _whole(self, session: Connection, asked: Asked) -> Paged:
        period = asked.organisation, asked.begin, asked.end
        match asked.kind:
            case "security":
                found = checks.report(session, own_plans(), *period, asked.now)
                return at_once(found.rows, found.totals, asked.after)
            case "integrity":
                older = self._alarms.older_copies(session)
                state = integrity.report(session, *period, self._policy, older)
                return at_once(state.rows, state.totals, asked.after)
        raise Refused("not_found")


def _moment(text: str | None) -> str | None:
    """The beginning of a day (UTC): numbers are kept by day, so a period is of whole ones."""
    if text is None:
        return None
    try:
        found = moment(text)
    except ValueError:
        raise Refused("invalid", errors={"from, to": ["Not a day."]}) from None
    begin = instant(found if found.tzinfo else found.replace(tzinfo=UTC))
    if begin[10:] != MIDNIGHT:
        raise Refused("invalid", errors={"from, to": ["Not a day."]})
    return begin
