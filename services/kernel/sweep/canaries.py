"""Each service plants values that are nobody's, and looks for them in all it can reach: found is read bare (P18).

They go through the event store, the relay, the broker, the log and the feed as anybody's do. The word in them is in
memory alone: it is opened for a turn, and whoever looks for it writes it nowhere.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from prometheus_client import generate_latest
from sqlalchemy import Connection, Engine

from services.kernel.codec import instant
from services.kernel.commands.unit import Store, Unit
from services.kernel.context import Context
from services.kernel.envelope import Recorded
from services.kernel.event import owner_of, personal_fields
from services.kernel.store import eventstore
from services.kernel.store.database import writing
from services.kernel.store.lease import Busy, lease
from services.kernel.sweep import overhearing, search
from services.kernel.sweep.canary import Destroy, Living, Plant, decider
from services.kernel.sweep.combing import BEGINNING, Place, places, reckoned, said
from services.kernel.sweep.listening import Ear
from services.kernel.sweep.numbered import number_of
from services.kernel.sweep.search import Search
from services.kernel.sweep.spelled import Spelled

log = logging.getLogger(__name__)

SECONDS = 60.0
MOST = 16 * 1024 * 1024
"""Bytes that one turn reads, but for the last stretch, where there are not more than that makes in `WITHIN`."""
EVER = 16 * MOST
"""And however many there are: 23 GB a day become 368."""
WITHIN = timedelta(hours=18)
"""In so long a whole look is to end. Half of what it may take, so that a service that was away makes up for it."""
REST_SECONDS = 3600.0
"""From the end of one whole look to the next."""
TERM = timedelta(hours=24)
SETTLED = timedelta(minutes=2)
"""So long another replica may still have a destroyed key in memory; see keyring.CACHED_SECONDS."""
REMEMBERED = 20
"""Events of the stream that are read again: so many canaries, living or gone, are tried every turn."""


class Canaries:
    """`planted` and `destroyed` are the service's own events; `context` is the one in which it speaks for itself."""

    def __init__(
        self,
        store: Store,
        planted: type[Any],
        destroyed: type[Any],
        context: Callable[[], Context],
        *,
        maker: str,
        rest: float = REST_SECONDS,
        term: timedelta = TERM,
        most: int = MOST,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store, self._planted, self._destroyed = store, planted, destroyed
        self._context, self._maker, self._now = context, maker, now
        self._rest, self._term, self._most = timedelta(seconds=min(rest, REST_SECONDS)), term, most
        self._stream = f"planting/{store.source}"
        self._decider = decider(planted)
        self._ear = Ear()
        logging.getLogger().addHandler(self._ear)

    def close(self) -> None:
        """Listen no more."""
        logging.getLogger().removeHandler(self._ear)

    def turn(self) -> None:
        """Plant where there is none, look on for a stretch, and at its term destroy. One replica at a time."""
        try:
            with lease(self._store.engine, "canary"):
                self._turn()
        except Busy:
            log.info("another replica looks for the canary of %s", self._store.source)

    def _turn(self) -> None:
        with self._store.reading() as session:
            version, living = self._store.known.state(session, self._stream, self._decider, keep=True)
            history = eventstore.read(session, self._stream, max(1, version - REMEMBERED))
            before = search.load(session)
            overheard = overhearing.total(session)
        if living is None:
            self._plant(before)
            return
        word, reopened = self._opened(living, history)
        now = replace(before, reopened=reopened, word=0 if word is None else number_of(word))
        if word is None or self._over(living, now):
            self._destroy(living, now)
            self._save(before, now)
            return
        self._ear.listens_for = Spelled(word)
        self._save(before, self._looked(living, now, self._ear.listens_for, overheard))

    # -- planting and destroying

    def _plant(self, before: Search) -> None:
        """No transaction holds more than its own; whoever was first has planted, and then this changes nothing."""
        word, fields = secrets.token_hex(16), personal_fields(self._planted)
        values = {name: f'{mark.category}, "vógel", {word}' for name, mark in fields.items()}
        event = self._planted(
            planting=self._store.source, canary=str(uuid4()), organisation=self._maker, at=self._now(), **values
        )
        keys = [(owner_of(event, name), mark.category) for name, mark in fields.items()]

        def work(unit: Unit) -> dict[str, Any]:
            if unit.do(self._stream, self._decider, Plant(event)):
                begun = Search(planted=len(values), reopened=before.reopened, overheard=before.overheard)
                search.save(unit.session, before, begun)
            return {}

        self._store.perform(replace(self._context(), organisation=self._maker, **event.GROUND), work, keys=keys)

    def _destroy(self, living: Living, seen: Search) -> None:
        """Keys first, as in every erasure: after a crash in between nothing opens, and this goes on."""
        owner = f"canary/{living.canary}"
        keys = self._store.keyring.erase({owner})
        event = self._destroyed(
            planting=self._store.source,
            canary=living.canary,
            planted_at=living.at,
            keys=keys,
            looked=seen.whole_looked,
            found=seen.anywhere,
            at=self._now(),
        )

        def work(unit: Unit) -> dict[str, Any]:
            eventstore.bury(unit.session, [owner])
            unit.do(self._stream, self._decider, Destroy(event))
            return {}

        self._store.perform(self._context(), work)
        self._ear.listens_for = None

    def _over(self, living: Living, seen: Search) -> bool:
        """Not before one whole look: and while it stands somewhere to be read, only its word can find that."""
        whole = seen.ended >= search.millis(living.at)
        return whole and not seen.anywhere and self._now() >= living.at + self._term

    def _opened(self, living: Living, history: Sequence[Recorded]) -> tuple[str | None, int]:
        """The living one's word, None where its keys are gone; and how many values of the others open, which is 0."""
        word, reopened, settled = None, 0, self._now() - SETTLED
        destroyed: list[Any] = [one.event for one in history if isinstance(one.event, self._destroyed)]
        tried = {living.canary, *(one.canary for one in destroyed if one.at < settled)}
        for record in history:
            if not isinstance(record.event, self._planted) or record.event.canary not in tried:
                continue
            values = self._store.keyring.open_many([(value, name) for name, value in record.sealed.items()])
            read = [value for value in values if value is not None]
            if record.event.canary == living.canary:
                word = read[0].rpartition(" ")[2] if len(read) == len(values) else None
            else:
                reopened += len(read)
        return word, reopened

    # -- looking

    def _looked(self, living: Living, seen: Search, word: Spelled, overheard: int) -> Search:
        """The search after one more turn, with what was heard since the last one, here and by those without keys."""
        seen = self._searched(living, seen, word)
        elsewhere = max(overheard - seen.overheard, 0)
        if heard := self._ear.taken() + elsewhere:
            by = "a process beside it" if elsewhere else "this process"
            log.error("a canary of %s stands in what %s logs", self._store.source, by)
            seen = replace(seen, found=seen.found + heard, whole_found=seen.whole_found + heard)
        return replace(seen, overheard=overheard)

    def _searched(self, living: Living, seen: Search, word: Spelled) -> Search:
        now = search.millis(self._now())
        if not seen.began:
            came_back = seen.heard >= search.millis(living.at)
            if not came_back or now < seen.ended + self._rest.total_seconds() * 1000 * bool(seen.ended):
                return seen
            size = max(seen.whole_looked, reckoned(self._stores()))
            seen = replace(seen, began=now, place=0, offset=BEGINNING, looked=0, found=0, size=size)
        everywhere = self._everywhere()
        for found, size, place, offset in self._stretches(everywhere, seen, word):
            seen = replace(seen, looked=seen.looked + size, found=seen.found + found, place=place, offset=offset)
        if seen.place < len(everywhere):
            return seen
        return replace(seen, began=0, ended=now, whole_looked=seen.looked, whole_found=seen.found, found=0)

    def _stretches(self, places: Sequence[Place], seen: Search, word: Spelled) -> Iterator[tuple[int, int, int, int]]:
        """Of each: whether it stands there, how many bytes they were, and where to go on."""
        place, offset, read = seen.place, seen.offset, 0
        most = self._share(seen.size)
        while place < len(places) and read < most:
            data, following = places[place].read(offset)
            found = word.within(data)
            if found:
                log.error("a canary of %s can be read in %s", self._store.source, places[place].name)
            read += len(data)
            place, offset = (place, following) if following is not None else (place + 1, BEGINNING)
            yield int(found), len(data), place, offset
            time.sleep(0)  # where one thread serves many, it is the others' turn

    def _share(self, size: int) -> int:
        """How many bytes a turn reads, so that all of them are read in time."""
        return max(self._most, min(EVER, int(size * SECONDS / WITHIN.total_seconds()) + 1))

    def _stores(self) -> tuple[Engine, Engine]:
        return self._store.engine, self._store.keyring.engine

    def _everywhere(self) -> list[Place]:
        return places(self._stores(), [said("metrics", generate_latest)])

    def _save(self, before: Search, now: Search) -> None:
        if before != now:
            with writing(self._store.engine) as session:
                search.save(session, before, now)

    # -- telling

    def hear(self, session: Connection, event: Any) -> None:
        """Our own canary has come back from the log."""
        search.hear(session, event.at)

    def told(self, session: Connection) -> dict[str, Any]:
        """`searched_at`: when the last whole look ended; `found`: in how many places it can be read, `reopened`: …"""
        _, living = self._store.known.state(session, self._stream, self._decider, keep=False)
        seen = search.load(session)
        searched = search.moment(seen.ended)
        return {
            "planted_at": None if living is None else instant(living.at),
            "came_back": living is not None and seen.heard >= search.millis(living.at),
            "searched_at": None if searched is None else instant(searched),
            "takes_seconds": takes(seen.size).total_seconds(),
            **numbers(seen),
        }

    def word(self) -> int:
        """The number by which those without keys know the word; 0 while there is none."""
        with self._store.reading() as session:
            return search.load(session).word

    def numbers(self) -> dict[str, int]:
        with self._store.reading() as session:
            return numbers(search.load(session))


def takes(size: int) -> timedelta:
    """How long a look at so many bytes takes: `WITHIN`, but for what is more than can be read in that."""
    return max(WITHIN, timedelta(seconds=size / EVER * SECONDS))


def numbers(seen: Search) -> dict[str, int]:
    looked = seen.whole_looked or seen.looked
    return {"planted": seen.planted, "looked": looked, "found": seen.anywhere, "reopened": seen.reopened}
