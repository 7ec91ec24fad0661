"""A service's store with a life of its own, a canary in it, and what may go wrong."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import text

from services.contracts.auth import CanaryDestroyed, CanaryPlanted
from services.kernel.context import Context
from services.kernel.store import eventstore
from services.kernel.store.database import scrub, writing
from services.kernel.sweep import canaries as subject
from services.kernel.sweep.canaries import Canaries
from tests.examples.auth import person_invited
from tests.rules.test_every_view import made, tell

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class Nest:
    """Of auth; `now` is its clock."""

    def __init__(self, directory: Path, most: int = subject.MOST) -> None:
        self.now = NOON
        self.store = made("auth", directory)
        tell(self.store, person_invited())
        own = lambda: Context(actor="system/auth", correlation="c")  # noqa: E731
        self.canaries = Canaries(
            self.store, CanaryPlanted, CanaryDestroyed, own, maker=self.store._maker, most=most, now=lambda: self.now
        )

    def told(self) -> dict[str, Any]:
        with self.store.reading() as session:
            return self.canaries.told(session)

    def turn(self, times: int = 1, later: timedelta = timedelta(hours=1)) -> dict[str, Any]:
        for _ in range(times):
            self.canaries.turn()
        self.now += later
        return self.told()

    def comes_back(self) -> None:
        """As the feed tells it."""
        with writing(self.store.engine) as session:
            self.canaries.hear(session, self.events()[-1])

    def planted(self) -> dict[str, Any]:
        self.turn()
        self.comes_back()
        return self.turn()

    def events(self) -> list[Any]:
        with self.store.reading() as session:
            return [one.event for one in eventstore.read(session, "planting/auth")]

    def records(self) -> list[Any]:
        with self.store.reading() as session:
            return [one for one in eventstore.read(session, "planting/auth") if one.sealed]

    def word(self) -> str:
        """What the living one's values have in common; only a key opens it."""
        record = self.records()[-1]
        value = self.store.keyring.open(record.sealed["email"], "email")
        assert value is not None
        return value.rpartition(" ")[2]

    def leaks(self, value: str | bytes, key: str = "k") -> None:
        row = {"key": key, "digest": "d", "actor": "", "answer": value, "until": "9"}
        columns = ", ".join(row)
        with writing(self.store.engine) as session:
            session.execute(text(f"insert into answers ({columns}) values (:{', :'.join(row)})"), row)

    def mend(self) -> None:
        with writing(self.store.engine) as session:
            session.execute(eventstore.answers.delete())
        assert scrub(self.store.engine)

    def close(self) -> None:
        self.canaries.close()
        self.store.engine.dispose()
        self.store.keyring.engine.dispose()
