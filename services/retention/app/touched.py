"""Each date that terms would move, one after the other, from any place on: read along indexes, a few rows at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection

from services.contracts.facts import PERSON
from services.contracts.privacy import Category
from services.kernel.codec import moment
from services.kernel.decider import Refused
from services.retention.app.ruling import MAY_BE_RECORDED
from services.retention.domain.plan import Change, since_recorded
from services.retention.domain.terms import OF, Agreed, Trigger, shortest
from services.retention.views import erasures, persons, recordings, sessions

if TYPE_CHECKING:
    from services.retention.app import Retention

A_READ = 200


@dataclass(frozen=True, kw_only=True)
class Touched:
    """One date of one person that moves. `person` is a pseudonym, `erasure` one that stands."""

    person: str
    erasure: str | None
    categories: tuple[Category, ...]
    before: datetime | None
    due: datetime | None


@dataclass(frozen=True, kw_only=True)
class Looked:
    """One date that was looked at, and the place to go on after it; `touched` where it moves."""

    place: str
    touched: Touched | None


@dataclass(frozen=True, kw_only=True)
class Walk:
    """Through what stands, what may go a term after it was recorded, and what sessions leave, in this order.

    `now` are the terms in force, None where there are none; `then` those that would be. A date that comes, goes or
    moves while somebody walks is told as it is where they come by.
    """

    retention: Retention
    session: Connection
    organisation: str
    now: Agreed | None
    then: Agreed

    def after(self, place: str) -> Iterator[Looked]:
        """From the beginning where `place` is empty. Raises Refused("cursor_invalid") for what is no place."""
        section, _, key = place.partition("|")
        if section in ("", "1"):
            yield from self._standing(_split(key, 3))
        if section in ("", "1", "2"):
            yield from self._recorded(_split(key if section == "2" else "", 3))
        if section in ("", "1", "2", "3"):
            yield from self._sessions(_split(key if section == "3" else "", 2))
        else:
            raise Refused("cursor_invalid")

    def _standing(self, after: Sequence[str]) -> Iterator[Looked]:
        """Each person at the first of their erasures, whose changes are all told together."""
        first = after[0].isdecimal() or not after[0]
        place = (int(after[0]), after[1]) if after[0] and first else None
        if not first:
            raise Refused("cursor_invalid")
        beyond = after[2]
        while rows := erasures.page_of(self.session, self.organisation, place, A_READ):
            theirs = self._theirs({row.account for row in rows if row.account})
            for row in rows:
                mine = theirs.get(row.account, ())
                told = self._changes(mine) if mine and mine[0].erasure == row.erasure else []
                for change in told:
                    if (row.asked_in, row.erasure) != place or change.scope > beyond:
                        yield Looked(place=f"1|{row.asked_in}|{row.erasure}|{change.scope}", touched=_moved(change))
                if not told:
                    yield Looked(place=f"1|{row.asked_in}|{row.erasure}|~", touched=None)
            place, beyond = (rows[-1].asked_in, rows[-1].erasure), "~"
            if len(rows) < A_READ:
                return

    def _recorded(self, after: Sequence[str]) -> Iterator[Looked]:
        for category in sorted(MAY_BE_RECORDED):
            if category < after[0] or not self._counts_from_recorded(category):
                continue
            place = (after[1], after[2]) if category == after[0] else ("", "")
            while rows := recordings.page_of(self.session, self.organisation, category, place, A_READ):
                going = self._going({row.account for row in rows})
                for row in rows:
                    since, (gone_before, gone) = moment(row.at), going.get(row.account, (None, None))
                    old, new = since_recorded(self.now, category, since), since_recorded(self.then, category, since)
                    before, due = _alone(old.at if old else None, gone_before), _alone(new.at if new else None, gone)
                    yield Looked(
                        place=f"2|{category}|{row.at}|{row.account}",
                        touched=_alone_moved(row.account, (category,), before, due),
                    )
                place = rows[-1].at, rows[-1].account
                if len(rows) < A_READ:
                    break

    def _counts_from_recorded(self, category: Category) -> bool:
        """Whether either terms begin with that: else there is no date of its own to look at, however many people."""
        return any(since_recorded(agreed, category, self.retention.now()) for agreed in (self.now, self.then))

    def _sessions(self, after: Sequence[str]) -> Iterator[Looked]:
        terms, trigger, place = self.retention.terms, Trigger.SESSION_ENDED, (after[0], after[1])
        while rows := sessions.page_of(self.session, self.organisation, place, A_READ):
            going = self._going({row.account for row in rows})
            for row in rows:
                ended, (gone_before, gone) = moment(row.ends_at), going.get(row.account, (None, None))
                before = _alone(shortest(terms, self.now, trigger, ended).at, gone_before)
                due = _alone(shortest(terms, self.then, trigger, ended).at, gone)
                yield Looked(
                    place=f"3|{row.ends_at}|{row.session}", touched=_alone_moved(row.account, OF[trigger], before, due)
                )
            place = rows[-1].ends_at, rows[-1].session
            if len(rows) < A_READ:
                return

    # -- of a few people at a time

    def _theirs(self, people: set[str]) -> Mapping[str, Sequence[Any]]:
        """The open erasures of each, the first asked for first."""
        found: dict[str, list[Any]] = {}
        for row in persons.open_of_each(self.session, self.organisation, people):
            found.setdefault(row.account, []).append(row)
        return found

    def _changes(self, rows: Sequence[Any]) -> list[Change]:
        told = self.retention.ruling.changes_of(self.session, self.then, rows)
        return sorted(told, key=lambda one: one.scope)

    def _going(self, people: set[str]) -> Mapping[str, tuple[datetime, datetime]]:
        """When each of those who go is due, by what holds now and by what would."""
        found = {}
        for person, rows in self._theirs(people).items():
            whole = next((row for row in rows if row.scope == PERSON), None)
            if whole is not None:
                moved = [one.due.at for one in self._changes(rows) if one.scope == PERSON and one.due is not None]
                found[person] = moment(whole.due), moved[0] if moved else moment(whole.due)
        return found


def _split(key: str, parts: int) -> Sequence[str]:
    found = key.split("|") if key else [""] * parts
    if len(found) != parts:
        raise Refused("cursor_invalid")
    return found


def _moved(change: Change) -> Touched:
    return Touched(
        person=change.account,
        erasure=change.of.erasure if change.of else None,
        categories=change.categories,
        before=change.before,
        due=change.due.at if change.due else None,
    )


def _alone_moved(
    person: str, categories: tuple[Category, ...], before: datetime | None, due: datetime | None
) -> Touched | None:
    if before == due:
        return None
    return Touched(person=person, erasure=None, categories=categories, before=before, due=due)


def _alone(due: datetime | None, with_the_person: datetime | None) -> datetime | None:
    """None where there is no date of its own, or the person goes first and takes it along."""
    if due is None or (with_the_person is not None and with_the_person <= due):
        return None
    return due
