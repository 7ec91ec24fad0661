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


Made = tuple[list[dict[str, Any]], Mapping[str, Any]]
PAGE = 1_000
MIDNIGHT = instant(datetime(2000, 1, 1, tzinfo=UTC))[10:]
PLACES: Mapping[str, tuple[str, ...]] = {
    "requests": ("received_at", "request"),
    "incidents": ("known_at", "incident"),
    "disclosures": ("began_at", "disclosure"),
}
"""Kinds that grow with cases, by the names in a row that they are in order of. Of what is not here and not paged by its
view there is a row for each thing that an installation has.
"""


@dataclass(frozen=True)
class Asked:
    kind: str
    organisation: str | None
    begin: str | None
    end: str | None
    now: datetime
    after: str | None


@dataclass(frozen=True)
class Paged:
    """`count` and `totals` are of all pages together."""

    rows: list[dict[str, Any]]
    next: str | None
    count: int | None
    totals: Mapping[str, Any] | None


def sliced(made: Made, kind: str, after: str | None) -> Paged:
    """A page of rows that were all made. Raises Refused("cursor_invalid") for a place in what has no pages."""
    rows, totals = made
    names = PLACES.get(kind)
    if names is None:
        if after is not None:
            raise Refused("cursor_invalid")
        return Paged(rows, None, len(rows), totals)

    def place(row: Mapping[str, Any]) -> str:
        return "/".join(str(row[name]) for name in names)

    left = rows if after is None else [row for row in rows if place(row) > after]
    shown = left[:PAGE]
    return Paged(shown, place(shown[-1]) if len(shown) < len(left) else None, len(rows), totals)


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
        asked = Asked(kind, organisation, begin, end, now, after)
        # It is asked before anything is read here.
        told = self._told(kind, organisation, begin, end)
        files = self._disclosures.begun_in(organisation, begin, end) if kind == "disclosures" else []
        with self._store.reading() as session:
            made = self._paged(session, asked, whole) or sliced(self._made(session, asked, told, files), kind, after)
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

    def _paged(self, session: Connection, asked: Asked, whole: bool) -> Paged | None:
        """The kinds that grow with people and days: rows and sums are read a page at a time."""
        period = asked.organisation, asked.begin, asked.end
        match asked.kind:
            case "erasures":
                part = erasures.page(session, *period, instant(asked.now), asked.after)
                totals = erasures.totals(session, *period, instant(asked.now)) if whole else None
                return Paged(part.rows, part.next, totals["requested"] if totals else None, totals)
            case "access":
                seen = access.page(session, *period, asked.after)
                sums = (access.count(session, *period), access.totals(session, *period)) if whole else (None, None)
                return Paged(seen.rows, seen.next, *sums)
            case "usage":
                used = usage.page(session, *period, asked.after)
                sums = (usage.count(session, *period), usage.totals(session, *period)) if whole else (None, None)
                return Paged(used.rows, used.next, *sums)
        return None

    def _made(self, session: Connection, asked: Asked, told: dict[str, Any] | None, files: Sequence[Any]) -> Made:
        period = asked.organisation, asked.begin, asked.end
        match asked.kind:
            case "retention" | "requests" | "processing-register" if told is not None:
                return told["rows"], told["totals"]
            case "security":
                found = checks.report(session, own_plans(), *period, asked.now)
                return found.rows, found.totals
            case "incidents":
                register = counted.report(session, *period, asked.now, self._notices)
                return register.rows, register.totals
            case "disclosures":
                ended = handed.report(files, instant(asked.now))
                return ended.rows, ended.totals
            case "integrity":
                older = self._alarms.older_copies(session)
                state = integrity.report(session, *period, self._policy, older)
                return state.rows, state.totals
        raise Refused("not_found")

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
