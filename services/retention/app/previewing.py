"""Before an agreement is signed it can be seen whom and what its terms would touch, and to which dates (P01, P06).

The dates are those that the rule gives once it is signed: `domain/plan.py` and `domain/terms.py` make both.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from services.contracts.facts import PERSON
from services.contracts.privacy import Category
from services.kernel.codec import moment
from services.kernel.decider import Refused
from services.retention import schemas
from services.retention.app.ruling import MAY_BE_RECORDED
from services.retention.domain.plan import since_recorded
from services.retention.domain.terms import OF, Agreed, Trigger, shortest
from services.retention.views import erasures, proposals, recordings, rules, sessions

if TYPE_CHECKING:
    from services.retention.app import Retention


@dataclass(frozen=True, kw_only=True)
class Touched:
    """One date of one person that moves. `key` orders them; `person` is a pseudonym, `erasure` one that stands."""

    key: str
    person: str
    erasure: str | None
    categories: tuple[Category, ...]
    before: datetime | None
    due: datetime | None


class Previewing:
    def __init__(self, retention: Retention) -> None:
        self._retention = retention

    def preview(self, organisation: str, agreement: str, after: str, limit: int) -> dict[str, Any]:
        """A page of what the terms of a proposal would touch, and the numbers of all of it.

        Raises Refused: `not_found`, or `agreement_not_open` once both sides have signed.
        """
        limit = max(1, min(limit, 100))
        page: list[Touched] = []
        people, categories, dates = set[str](), Counter[str](), 0
        with self._retention.store.reading() as session:
            proposal = proposals.by_id(session, organisation, agreement)
            if proposal is None:
                raise Refused("not_found")
            if proposals.agreed(session, agreement, proposal.version) is not None:
                raise Refused("agreement_not_open")
            then = Agreed(proposal.version, proposal.terms, 0, proposal.triggers)
            for one in self._touched(session, organisation, then):
                people.add(one.person)
                categories.update(category.value for category in one.categories)
                dates += 1
                if one.key > after and len(page) < limit:
                    page.append(one)
        totals = {"people": len(people), "dates": dates, "by_category": dict(sorted(categories.items()))}
        following = page[-1].key if len(page) == limit else None
        return schemas.preview(proposal, page, totals, following)

    def _touched(self, session: Connection, organisation: str, then: Agreed) -> Iterator[Touched]:
        """In the order of their keys. A version that a newer one has overtaken touches nothing."""
        now = rules.in_force(session, organisation, self._retention.now().date())
        if now is not None and now.version >= then.version:
            return
        opened = {row.account: row for row in erasures.open_of(session, organisation) if row.scope == PERSON}
        gone_before = {account: moment(row.due) for account, row in opened.items()}
        gone = dict(gone_before)
        standing = self._retention.ruling.changes(session, organisation, then)
        for change in sorted(standing, key=lambda one: (one.account, one.scope)):
            if change.scope == PERSON and change.due is not None:
                gone[change.account] = change.due.at
            yield Touched(
                key=f"1/{change.account}/{change.scope}",
                person=change.account,
                erasure=change.of.erasure if change.of else None,
                categories=change.categories,
                before=change.before,
                due=change.due.at if change.due else None,
            )
        yield from self._recorded(session, organisation, now, then, gone_before, gone)
        yield from self._sessions(session, organisation, now, then, gone_before, gone)

    def _recorded(
        self,
        session: Connection,
        organisation: str,
        now: Agreed | None,
        then: Agreed,
        gone_before: Mapping[str, datetime],
        gone: Mapping[str, datetime],
    ) -> Iterator[Touched]:
        for category in sorted(MAY_BE_RECORDED):
            for row in recordings.waiting(session, organisation, category):
                since = moment(row.at)
                old, new = since_recorded(now, category, since), since_recorded(then, category, since)
                before = _alone(old.at if old else None, gone_before.get(row.account))
                due = _alone(new.at if new else None, gone.get(row.account))
                if before != due:
                    key = f"2/{category}/{row.account}"
                    yield Touched(
                        key=key, person=row.account, erasure=None, categories=(category,), before=before, due=due
                    )

    def _sessions(
        self,
        session: Connection,
        organisation: str,
        now: Agreed | None,
        then: Agreed,
        gone_before: Mapping[str, datetime],
        gone: Mapping[str, datetime],
    ) -> Iterator[Touched]:
        terms, trigger = self._retention.terms, Trigger.SESSION_ENDED
        for row in sessions.waiting(session, organisation):
            ended = moment(row.ends_at)
            before = _alone(shortest(terms, now, trigger, ended).at, gone_before.get(row.account))
            due = _alone(shortest(terms, then, trigger, ended).at, gone.get(row.account))
            if before != due:
                key = f"3/{row.session}"
                yield Touched(key=key, person=row.account, erasure=None, categories=OF[trigger], before=before, due=due)


def _alone(due: datetime | None, with_the_person: datetime | None) -> datetime | None:
    """None where there is no date of its own, or the person goes first and takes it along."""
    if due is None or (with_the_person is not None and with_the_person <= due):
        return None
    return due
