"""How long an organisation's data is kept is what it agreed, for what is there already as well (P01, P06)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Connection

from services.contracts.org import AgreementSigned
from services.contracts.privacy import Category
from services.kernel.codec import moment
from services.kernel.feed import Entry
from services.kernel.unit import Unit
from services.retention.app.locking import lock_organisation, stream
from services.retention.domain import erasure as erasing
from services.retention.domain import rule as ruling
from services.retention.domain.terms import Agreed, Due, Trigger, earlier, shortest
from services.retention.views import erasures, proposals, rules, sessions

if TYPE_CHECKING:
    from services.retention.app import Retention


class Ruling:
    def __init__(self, retention: Retention) -> None:
        self._retention = retention
        self._day: date | None = None

    def signed(self, unit: Unit, entry: Entry) -> None:
        """The second signature makes the terms the organisation's; what waits is due by them from then on."""
        event = entry.record.event
        if not isinstance(event, AgreementSigned):
            return
        found = proposals.agreed(unit.session, event.agreement)
        if found is None:
            return
        row, terms = found
        at = self._retention.now()
        command = ruling.Change(
            rule=row.agreement,
            organisation=row.organisation,
            agreement_version=row.version,
            terms={Category(name): term for name, term in terms.items()},
            starts_on=datetime.fromisoformat(row.starts_on).date(),
            entry=entry.index,
            at=at,
        )
        if unit.do(f"rule/{row.agreement}", ruling.decider, command):
            self._reschedule(unit, row.organisation)

    def begin(self) -> None:
        """A new day may put a rule in force that was signed before: what waits is due by it."""
        today = self._retention.now().date()
        if today == self._day:
            return
        with self._retention.store.reading() as session:
            waiting = erasures.organisations(session)
        for organisation in waiting:
            self._retention.store.perform(self._retention.own_context(), partial(self._redo, organisation))
        self._day = today

    def _redo(self, organisation: str, unit: Unit) -> dict[str, Any]:
        self._reschedule(unit, organisation)
        return {}

    def _reschedule(self, unit: Unit, organisation: str) -> None:
        lock_organisation(unit.session, organisation)
        now = self._retention.now()
        agreed = rules.in_force(unit.session, organisation, now.date())
        if agreed is None:
            return
        for row in erasures.open_of(unit.session, organisation):
            found = shortest(self._retention.terms, agreed, Trigger(row.rule.partition(":")[0]), moment(row.asked_at))
            asked = erasing.Reschedule(because=agreed.entry, rule=found.rule, due=found.at, at=now)
            unit.do(stream(row.erasure), erasing.decider, asked)

    # -- sessions, which have a term of their own

    def over(self, session: Connection, limit: int) -> Sequence[Any]:
        """Sessions whose term is over by now, at most `limit` of each term that is agreed somewhere."""
        now = self._retention.now()
        by_term: dict[str, list[str]] = defaultdict(list)
        for organisation, agreed in rules.all_in_force(session, now.date()).items():
            by_term[self._due(agreed, now).rule].append(organisation)
        found = []
        for organisations in by_term.values():
            found += self._over(session, now, limit, organisations)
        others = [organisation for some in by_term.values() for organisation in some]
        return found + self._over(session, now, limit, (), others)

    def _over(
        self, session: Connection, now: datetime, limit: int, of: Sequence[str], but: Sequence[str] = ()
    ) -> list[Any]:
        agreed = rules.in_force(session, of[0], now.date()) if of else None
        term = self._due(agreed, now).rule.partition(":")[2].partition("@")[0]
        rows = sessions.ended_before(session, earlier(now, term), limit, of=of, but=but)
        return [row for row in rows if self._due(agreed, moment(row.ends_at)).at <= now]

    def schedule(self, unit: Unit, row: Any) -> None:
        """What is kept of one session that is over is due."""
        ended = moment(row.ends_at)
        found = self._due(rules.in_force(unit.session, row.organisation, self._retention.now().date()), ended)
        erasure = str(uuid5(NAMESPACE_URL, f"session/{row.session}"))
        asked = erasing.Schedule(
            erasure=erasure,
            account=row.account,
            organisation=row.organisation,
            scope=f"session/{row.session}",
            asked_in=row.entry,
            asked_event=row.event,
            asked_source="auth",
            asked_at=ended,
            rule=found.rule,
            due=found.at,
            at=self._retention.now(),
        )
        unit.do(stream(erasure), erasing.decider, asked)

    def _due(self, agreed: Agreed | None, ended: datetime) -> Due:
        return shortest(self._retention.terms, agreed, Trigger.SESSION_ENDED, ended.astimezone(UTC))
