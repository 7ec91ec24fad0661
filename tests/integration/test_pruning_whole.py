"""Four services live on over a log that lets go of its beginning: nobody misses anything, and all of it proves."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from crisisconnect import log_files, views
from services.audit.ingest.letting_go import LettingGo
from services.audit.ledger import pruned, tables
from services.audit.views.erasures import steps
from services.kernel.context import Context
from services.kernel.keys.keyring import Keyring
from services.kernel.store.database import reading as look
from services.reader import verify_database, verify_directory
from tests.faults.household import Household
from tests.faults.town import Size, Town


class Later(Household):
    """A household whose log is looked after eleven years from now."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.ahead = timedelta(days=366 * 11)
        self.audit.pruning._now = self.now
        self.letting_go = LettingGo(self.audit.engine, self.writer, now=self.now)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def call(self, service: str, method: str, args: Mapping[str, Any], context: Context, timeout: float = 4.0) -> Any:
        if method == "followed":
            return self.apps[service].followed()
        return super().call(service, method, args, context, timeout)

    def let_go(self) -> int:
        """Everybody reads, audit decides, the log says so, the writer does it. Where the log begins afterwards."""
        for app in self.apps.values():
            app.feed.step()
            app.feed.step()
        self.audit.pruning.turn()
        self.settle()
        self.letting_go.turn()
        with look(self.audit.engine) as session:
            return pruned.minimum(session)

    def proves(self, directory: Path) -> None:
        """Log, files and views."""
        born = self.configuration.installation
        place = self.audit.engine.url.render_as_string(hide_password=False)
        report = verify_database(place, log_vkey=born["log"], pins=born["pins"])
        assert report.ok, report.text()
        log_files.export(self.audit.engine, born["log"], directory / "log")
        report = verify_directory(directory / "log", log_vkey=born["log"], pins=born["pins"])
        assert report.ok, report.text()
        assert not any(views.verify(self.configuration).values())


@pytest.fixture
def household(tmp_path: Path) -> Iterator[Later]:
    made = Later(tmp_path)
    yield made
    made.close()


def certified(household: Household) -> int:
    with look(household.audit.engine) as session:
        counted = select(func.count()).select_from(steps).where(steps.c.step == "certified")
        return session.execute(counted).scalar_one()


def test_life_goes_on_over_a_log_whose_beginning_has_gone(household: Later, tmp_path: Path) -> None:
    town = Town(household, secrets.token_hex(4))
    town.live(Size(events=600, people=6, erased=1))
    keyring: Keyring = household.auth.keyring
    living = [one for one in town.members if one.alive]

    first = household.let_go()

    assert first >= 512
    with look(household.audit.engine) as session:
        below = select(func.count()).select_from(tables.entries).where(tables.entries.c.idx < first)
        assert session.execute(below).scalar_one() == 4
    household.proves(tmp_path)

    before = certified(household)
    town.live(Size(events=first + 600, people=8, erased=3))
    assert certified(household) >= before + 2, "who leaves is still erased, and that is certified"
    assert all(keyring.living({f"account/{one.pseudonym}"}) for one in living if one.alive)
    household.proves(tmp_path)

    household.ahead += timedelta(days=366 * 11)  # what was said then was young then
    assert household.let_go() > first
    household.proves(tmp_path)
    for app in household.apps.values():
        assert app.deadletters()["items"] == []
