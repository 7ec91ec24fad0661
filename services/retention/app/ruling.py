"""How long an organisation's data is kept is what it agreed, for what is there already as well (P01, P06)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from sqlalchemy import Connection

from services.contracts.auth import AccountClosed
from services.contracts.facts import PERSON
from services.contracts.org import AgreementSigned
from services.contracts.privacy import TRIGGERS, Category, TermTrigger
from services.contracts.retention import Brake
from services.kernel.codec import moment
from services.kernel.commands.unit import Unit
from services.kernel.following.feed import Entry
from services.kernel.store import cursor
from services.kernel.store.database import writing
from services.retention.app.locking import lock_organisation, stream
from services.retention.domain import erasure as erasing, rule as ruling
from services.retention.domain.plan import Change, Open, changes, since_recorded, sooner
from services.retention.domain.terms import OF, Agreed, Due, Trigger, closing, earlier, shortest
from services.retention.views import erasures, holds, persons, proposals, recordings, rules, sessions

if TYPE_CHECKING:
    from services.retention.app import Retention

MAY_BE_RECORDED = tuple(category for category, triggers in TRIGGERS.items() if TermTrigger.RECORDED in triggers[1:])


LOOKED = "rules-beginning"
"""The day up to which rules that begin were looked for, as an ordinal."""


class Ruling:
    def __init__(self, retention: Retention) -> None:
        self._retention = retention
        self._day: date | None = None

    def signed(self, unit: Unit, entry: Entry) -> None:
        """The second signature makes the terms the organisation's; what waits is due by them from then on."""
        event = entry.record.event
        if not isinstance(event, AgreementSigned):
            return
        found = proposals.agreed(unit.session, event.agreement, event.agreement_version)
        if found is None:
            return
        command = ruling.Change(
            rule=found.rule,
            organisation=found.organisation,
            agreement_version=found.version,
            terms=found.terms,
            triggers=found.triggers,
            starts_on=found.starts_on,
            entry=entry.index,
            at=self._retention.now(),
        )
        if unit.do(f"rule/{found.rule}", ruling.decider, command):
            self._reschedule(unit, found.organisation)

    def begin(self) -> None:
        """A new day may put a rule in force that was signed before: what waits is due by it.

        Where none begins, nothing is looked through, however much waits.
        """
        today, store = self._retention.now().date(), self._retention.store
        if today == self._day:
            return
        with store.reading() as session:
            looked = date.fromordinal(cursor.position(session, LOOKED, date.min.toordinal()))
            beginning = rules.beginning(session, looked, today)
        for organisation in beginning:
            store.perform(self._retention.own_context(), partial(self._redo, organisation))
        with writing(store.engine) as session:
            cursor.put(session, LOOKED, today.toordinal())
        self._day = today

    def _redo(self, organisation: str, unit: Unit) -> dict[str, Any]:
        self._reschedule(unit, organisation)
        return {}

    def _reschedule(self, unit: Unit, organisation: str) -> None:
        lock_organisation(unit.session, organisation)
        agreed = rules.in_force(unit.session, organisation, self._retention.now().date())
        if agreed is not None:
            for change in list(self.changes(unit.session, organisation, agreed)):
                self._do(unit, organisation, agreed, change)

    def changes(self, session: Connection, organisation: str, agreed: Agreed) -> Iterator[Change]:
        """What these terms do to each date that stands in the organisation, by person."""
        mine: dict[str, list[Any]] = defaultdict(list)
        for row in persons.open_of(session, organisation):
            mine[row.account].append(row)
        for _, rows in sorted(mine.items()):
            yield from self.changes_of(session, agreed, rows)

    def changes_of(self, session: Connection, agreed: Agreed, rows: Sequence[Any]) -> list[Change]:
        """What these terms do to one person, whose open erasures all `rows` are."""
        account = rows[0].account
        gone, recorded = persons.gone_of(session, account), recordings.of(session, account)
        whole = next((row for row in rows if row.scope == PERSON and row.suspended_at is not None), None)
        free: Sequence[Category] = ()
        if whole is not None:
            free = _free(session, whole, holds.on_each(session, [whole.erasure]).get(whole.erasure, ()))
        return changes(self._retention.terms, agreed, [_open(row) for row in rows], gone, recorded, free)

    def _do(self, unit: Unit, organisation: str, agreed: Agreed, change: Change) -> None:
        now, because = self._retention.now(), agreed.entry
        match change:
            case Change(of=Open() as one, due=None):
                unit.do(stream(one.erasure), erasing.decider, erasing.Cancel(because=because, at=now))
            case Change(of=Open() as one, due=Due() as due):
                moved = erasing.Reschedule(because=because, rule=due.rule, due=due.at, at=now)
                unit.do(stream(one.erasure), erasing.decider, moved)
            case Change(beside=Open() as one, due=Due() as due):
                self._schedule_part(unit, organisation, one, change.scope, due, because)

    def _schedule_part(self, unit: Unit, organisation: str, one: Open, scope: str, due: Due, because: int) -> None:
        """`because` is the entry that made the rule: what one cancelled, a later one schedules anew."""
        erasure = str(uuid5(NAMESPACE_URL, f"{scope}/{one.account}/{because}"))
        asked = erasing.Schedule(
            erasure=erasure,
            account=one.account,
            organisation=organisation,
            scope=scope,
            asked_in=one.asked_in,
            asked_event=one.asked_event,
            asked_source=one.asked_source,
            asked_at=one.asked_at,
            rule=due.rule,
            due=due.at,
            grace_until=one.grace_until,
            at=self._retention.now(),
        )
        unit.do(stream(erasure), erasing.decider, asked)

    # -- people, of whom a category may go sooner than they do

    def closed(self, unit: Unit, event: AccountClosed, agreed: Agreed | None) -> None:
        """What of a person who goes is due before they are, each category when its own term is over."""
        if agreed is None:
            return
        row = erasures.by_id(unit.session, event.organisation, event.erasure)
        if row is None or row.account is None:
            return
        whole = _open(row)
        _, parts = closing(self._retention.terms, agreed, Trigger.ACCOUNT_CLOSED, whole.asked_at)
        for change in sooner(whole, parts, persons.scopes_of(unit.session, event.account)):
            self._do(unit, event.organisation, agreed, change)

    def held(self, unit: Unit, row: Any, by: Sequence[str]) -> None:
        """The person is due and stays; what no hold is on goes all the same, each category by itself."""
        whole = _open(row)
        due = Due(rule=row.rule, at=whole.due)
        free = dict.fromkeys(_free(unit.session, row, by), due)
        agreed = rules.in_force(unit.session, row.organisation, self._retention.now().date())
        # A rule may have cancelled one that was scheduled before it; what is scheduled after it is another one.
        because = max(row.asked_in, agreed.entry) if agreed is not None else row.asked_in
        for change in sooner(whole, free, persons.scopes_of(unit.session, whole.account)):
            self._schedule_part(unit, row.organisation, whole, change.scope, due, because)

    def recorded_over(self, session: Connection, limit: int) -> Sequence[Any]:
        """What has been there for its term, in organisations that agreed so; at most `limit` of each of them."""
        now, found = self._retention.now(), list[Any]()
        for organisation, agreed in rules.all_in_force(session, now.date()).items():
            for category in MAY_BE_RECORDED:
                if since_recorded(agreed, category, now) is None:
                    continue
                by = earlier(now, agreed.terms[category])
                for row in recordings.since_before(session, organisation, category, by, limit):
                    due = since_recorded(agreed, category, moment(row.at))
                    if due is not None and due.at <= now:
                        found.append(row)
        return found

    def schedule_recorded(self, unit: Unit, row: Any) -> None:
        """One category of one person has been there for its term."""
        agreed = rules.in_force(unit.session, row.organisation, self._retention.now().date())
        due = since_recorded(agreed, Category(row.category), moment(row.at))
        if agreed is None or due is None:
            return
        why = Open(
            erasure="",
            account=row.account,
            scope=PERSON,
            rule=due.rule,
            due=due.at,
            asked_in=row.entry,
            asked_event=row.event,
            asked_source="auth",
            asked_at=moment(row.at),
            grace_until=None,
        )
        self._schedule_part(unit, row.organisation, why, f"category/{row.category}", due, agreed.entry)

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


def _free(session: Connection, row: Any, by: Sequence[str]) -> Sequence[Category]:
    """What these holds let go of a person whom they keep; nothing where one keeps all."""
    kept = holds.kept_by(session, by)
    if not by or kept is None or not row.rule.startswith(f"{Trigger.ACCOUNT_CLOSED}:"):
        return ()
    mine = (*OF[Trigger.ACCOUNT_CLOSED], Category.CUSTOM_FIELD)
    return [category for category in mine if category not in kept]


def _open(row: Any) -> Open:
    return Open(
        erasure=row.erasure,
        account=row.account,
        scope=row.scope,
        rule=row.rule,
        due=moment(row.due),
        asked_in=row.asked_in,
        asked_event=row.asked_event,
        asked_source=row.asked_source,
        asked_at=moment(row.asked_at),
        grace_until=moment(row.brake_until) if row.brake == Brake.REMOVED and row.brake_until else None,
    )
