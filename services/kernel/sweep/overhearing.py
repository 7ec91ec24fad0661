"""A process that has no keys holds what it logs against the numbers of the words that its database knows (P18)."""

from __future__ import annotations

import logging

from sqlalchemy import Connection, func, select

from services.kernel.store import cursor
from services.kernel.store.eventstore import cursors
from services.kernel.sweep.listening import Ear
from services.kernel.sweep.numbered import Numbered
from services.kernel.sweep.search import PREFIX

HEARD, WORD = "heard-", f"{PREFIX}word"


class Overhearing:
    """Of one process beside a service's database: it listens for the words that the database has the numbers of."""

    def __init__(self, name: str) -> None:
        self.name, self.ear = name, Ear()
        logging.getLogger().addHandler(self.ear)

    def turn(self, session: Connection) -> None:
        """With each beat: say how often one was heard since the last, and hear which are listened for now."""
        add(session, self.name, self.ear.taken())
        self.ear.listens_for = Numbered(numbers(session))

    def close(self) -> None:
        logging.getLogger().removeHandler(self.ear)


def add(session: Connection, name: str, heard: int) -> None:
    """A process of this name heard a word so many times more."""
    if heard:
        cursor.put(session, f"{HEARD}{name}", cursor.position(session, f"{HEARD}{name}", 0) + heard)


def total(session: Connection) -> int:
    """How often any of them ever did."""
    mine = cursors.c.name.startswith(HEARD, autoescape=True)
    return int(session.execute(select(func.coalesce(func.sum(cursors.c.after), 0)).where(mine)).scalar_one())


def numbers(session: Connection) -> list[int]:
    """Of this service's own word and of those of others that it was told."""
    mine = cursors.c.name.startswith(WORD, autoescape=True)
    return sorted(int(one) for one in session.execute(select(cursors.c.after).where(mine)).scalars())


def know(session: Connection, service: str, number: int) -> None:
    """Another service's word has this number now."""
    cursor.put(session, f"{WORD}-{service}", number)
