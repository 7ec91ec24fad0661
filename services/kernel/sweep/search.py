"""How far a search for a canary is, in numbers: another replica, or the next process, goes on where one stopped."""

from __future__ import annotations

from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime

from sqlalchemy import Connection, select

from services.kernel.store.cursor import put
from services.kernel.store.eventstore import cursors
from services.kernel.sweep.combing import BEGINNING

PREFIX = "canary-"


@dataclass(frozen=True)
class Search:
    """Moments are milliseconds since 1970, 0 before there was one.

    Of the look that is under way: `began`, at which `place` and `offset` it goes on, how many bytes it has `looked` at
    and in how many places it `found` something. Of the last whole one: `ended`, `whole_looked`, `whole_found`.
    `size` is how many bytes there are to look at, as was reckoned when it began. `word` is the number by which those
    without keys know the word, `overheard` how often they had heard one when it was last counted.
    `heard` is when the canary was planted that came back from the log, `planted` how many values it has, `reopened`
    how many of those before it can still be opened.
    """

    planted: int = 0
    heard: int = 0
    reopened: int = 0
    began: int = 0
    place: int = 0
    offset: int = BEGINNING
    looked: int = 0
    found: int = 0
    ended: int = 0
    whole_looked: int = 0
    whole_found: int = 0
    size: int = 0
    word: int = 0
    overheard: int = 0

    @property
    def anywhere(self) -> int:
        """In how many places it was seen last; until a whole look finds nothing, that it was found stands."""
        return max(self.found, self.whole_found)


def load(session: Connection) -> Search:
    names = [PREFIX + one.name for one in fields(Search)]
    rows = session.execute(select(cursors).where(cursors.c.name.in_(names))).all()
    return Search(**{row.name.removeprefix(PREFIX): int(row.after) for row in rows})


def save(session: Connection, before: Search, now: Search) -> None:
    """Writes what has changed alone."""
    was = asdict(before)
    for name, value in asdict(now).items():
        if value != was[name]:
            put(session, PREFIX + name, value)


def hear(session: Connection, at: datetime) -> None:
    """The canary that was planted then has come back from the log."""
    put(session, f"{PREFIX}heard", millis(at))


def millis(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def moment(found: int) -> datetime | None:
    return datetime.fromtimestamp(found / 1000, UTC) if found else None
