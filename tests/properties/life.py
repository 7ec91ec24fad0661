"""Anything that may be done, in any order that hypothesis can think of; after each of it all promises are looked at."""

from __future__ import annotations

import shutil
import tempfile
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from crisisconnect.topology import SERVICES
from tests.properties import clock
from tests.properties.promises import Broken, Promise, Watch
from tests.properties.upset import Dies, Meanwhile, Upset
from tests.properties.world import DEEDS, Person, World

MOST = 7
"""People at most."""
COPIES = 3
"""Backups at most, each kept for ever."""
whom = st.integers(0, MOST)
which = st.integers(0, 1)
service = st.sampled_from(SERVICES)
upsets: st.SearchStrategy[Upset] = st.one_of(
    st.none(),
    st.builds(Dies, st.integers(0, 9)),
    st.builds(Meanwhile, st.integers(0, 5), st.sampled_from(DEEDS), whom),
)
TERMS = ({"name": "P0D", "email": "P0D"}, {"name": "P7D", "email": "P7D", "credentials": "P7D"}, {"email": "P1M"})
"""What organisations agree on."""


class Life(RuleBasedStateMachine):
    """One world from its first day on. `room` is where worlds are made; `model` is what each begins as."""

    room: Path
    model: World
    steps = 0
    seen: ClassVar[dict[str, int]] = {}

    def __init__(self) -> None:
        super().__init__()
        self.here = Path(tempfile.mkdtemp(dir=self.room))
        clock.put(clock.FIRST + timedelta(days=1))
        self.world = self.model.born_again(self.here / "world")
        self.world.open()
        self.watch = Watch(self.world)

    def teardown(self) -> None:
        for name, count in self._figures().items():
            Life.seen[name] = Life.seen.get(name, 0) + count
        self.world.close()
        shutil.rmtree(self.here, ignore_errors=True)

    def _figures(self) -> dict[str, int]:
        facts = [fact.name for some in getattr(self.watch, "stored", {}).values() for fact in some]
        told = (
            "AccountClosed",
            "HoldPlaced",
            "ErasureOrdered",
            "ErasureCertified",
            "CopiesUnreadable",
            "KeyEpochRetired",
            "StoreCameBack",
        )
        return {"lives": 1, "crashes": self.world.crashes, **{name: facts.count(name) for name in told}}

    @invariant()
    def all_promises_hold(self) -> None:
        Life.steps += 1
        self.watch.look()

    def _person(self, number: int, *, closed: bool | None = None) -> Person | None:
        people = [one for one in self.world.people if closed is None or one.closed == closed]
        return people[number % len(people)] if people else None

    def _some(self, number: int, *, closed: bool | None = None) -> Person:
        person = self._person(number, closed=closed)
        assert person is not None
        return person

    # -- people come and go

    @precondition(lambda self: len(self.world.people) < MOST)
    @rule(where=which, who=whom, upset=upsets)
    def register(self, where: int, who: int, upset: Upset) -> None:
        """Somebody new; or somebody who left returns under the same address, and is new as far as we know."""
        before = self._person(who, closed=True)
        with self.world.upset(upset):
            if before is not None and where:
                self.world.register(self.world.of(before), before.values["email"])
            else:
                self.world.register(self.world.organisations[where])

    @precondition(lambda self: self._person(0, closed=False) is not None)
    @rule(who=whom, oneself=st.booleans(), upset=upsets)
    def leave(self, who: int, oneself: bool, upset: Upset) -> None:
        person = self._some(who, closed=False)
        with self.world.upset(upset):
            if oneself:
                self.world.leave(person)
            else:
                self.world.remove(person)

    @rule(who=whom, upset=upsets)
    def correct(self, who: int, upset: Upset) -> None:
        """Their name, whether they are here or have left: those try in vain, and leave nothing by it."""
        person = self._some(who)
        was_closed = person.closed
        with self.world.upset(upset):
            done = self.world.correct(person)
            if done and (was_closed or person.organisation in self.watch.departed()):
                raise Broken(Promise.BACK, f"{person.pseudonym} has left, and could still correct a name")
            if not done and not person.closed:
                self.world.sign_in_again(person)

    # -- terms

    @rule(where=which, terms=st.sampled_from(TERMS), upset=upsets)
    def agree(self, where: int, terms: dict[str, str], upset: Upset) -> None:
        with self.world.upset(upset):
            self.world.agree(self.world.organisations[where], terms)

    @rule(where=which, days=st.sampled_from((0, 30)), upset=upsets)
    def terminate(self, where: int, days: int, upset: Upset) -> None:
        """And say that everything is to go, where it has ended already."""
        with self.world.upset(upset):
            self.world.terminate(self.world.organisations[where], days)
            self.world.choose(self.world.organisations[where])

    # -- officers

    @rule(who=whom, days=st.sampled_from((2, 60)), everybody=st.booleans(), upset=upsets)
    def hold(self, who: int, days: int, everybody: bool, upset: Upset) -> None:
        person = self._some(who)
        with self.world.upset(upset):
            if everybody:
                self.world.hold(days, organisation=self.world.of(person))
            else:
                self.world.hold(days, person)

    @precondition(lambda self: bool(self.world.holds))
    @rule(number=whom, upset=upsets)
    def release(self, number: int, upset: Upset) -> None:
        with self.world.upset(upset):
            self.world.release(self.world.holds[number % len(self.world.holds)])

    @precondition(lambda self: self._person(0, closed=True) is not None)
    @rule(who=whom, upset=upsets)
    def let_go(self, who: int, upset: Upset) -> None:
        person = self._some(who, closed=True)
        with self.world.upset(upset):
            self.world.let_go(person)

    # -- what happens by itself, at any time

    @rule(service=service, seed=st.integers(0, 3), twice=st.booleans(), upset=upsets)
    def send(self, service: str, seed: int, twice: bool, upset: Upset) -> None:
        """What one service committed comes to the log, in any order, perhaps more than once."""
        with self.world.upset(upset):
            self.world.survives(lambda: self.world.house.send(service, Random(seed) if seed else None, twice=twice))

    @rule(service=service, upset=upsets)
    def follow(self, service: str, upset: Upset) -> None:
        with self.world.upset(upset):
            self.world.survives(lambda: self.world.house.follow(service))

    @rule(upset=upsets)
    def sweep(self, upset: Upset) -> None:
        with self.world.upset(upset):
            self.world.survives(lambda: self.world.house.retention.sweeping.sweep())

    @rule(upset=upsets)
    def everything_once(self, upset: Upset) -> None:
        with self.world.upset(upset):
            self.world.survives(lambda: self.world.house.tick())

    @rule(hours=st.sampled_from((0, 0, 25, 24 * 8, 24 * 31)), upset=upsets)
    def time_passes(self, hours: int, upset: Upset) -> None:
        """And everything comes to rest."""
        clock.put(clock.now() + timedelta(hours=hours))
        with self.world.upset(upset):
            self.world.survives(lambda: self.world.house.settle())
        self.world.house.settle()
        self.watch.at_rest()

    @rule(hours=st.sampled_from((1, 25, 24 * 8, 24 * 31)))
    def time_passes_unnoticed(self, hours: int) -> None:
        clock.put(clock.now() + timedelta(hours=hours))

    # -- keys and copies

    @rule(services=st.sampled_from((SERVICES, SERVICES[:1], SERVICES[3:])), upset=upsets)
    def rotate(self, services: tuple[str, ...], upset: Upset) -> None:
        with self.world.upset(upset):
            for one in services:
                self.world.rotate(one)

    @rule(upset=upsets)
    def night_comes(self, upset: Upset) -> None:
        """A copy is made; a day later the epochs are over."""
        with self.world.upset(upset):
            if len(self.world.copies) < COPIES:
                self.world.save()
            clock.put(clock.now() + timedelta(hours=25))
            self.world.survives(lambda: self.world.house.settle())
            for one in SERVICES:
                self.world.rotate(one)
            self.world.survives(lambda: self.world.house.settle())

    @precondition(lambda self: len(self.world.copies) < COPIES)
    @rule(upset=upsets)
    def backup(self, upset: Upset) -> None:
        with self.world.upset(upset):
            self.world.save()

    @precondition(lambda self: bool(self.world.copies))
    @rule(number=whom, upset=upsets)
    def restore(self, number: int, upset: Upset) -> None:
        self.world.restore(self.world.copies[number % len(self.world.copies)], upset)

    @rule(service=st.sampled_from(("auth", "org", "retention")), upset=upsets)
    def lose(self, service: str, upset: Upset) -> None:
        self.world.lose(service, upset)


def months_pass(life: Life) -> None:
    """The hold ends, and in one sweep a person is ordered, and what was to go on its own beside them."""
    for _ in range(3):
        life.time_passes(24 * 31, None)


def yesterday_comes_back(life: Life) -> None:
    """The log stays, and so does a keyring that never had a key: it has tombstones all the same."""
    life.restore(0, None)
    life.time_passes(0, None)


def organisations_leave(life: Life) -> None:
    """Both: the one with nobody held, and the one of which somebody is kept for a while."""
    for where in (0, 1):
        life.terminate(where, 0, None)
    life.time_passes(25, None)
    for where in (0, 1):
        life.terminate(where, 0, None)
    life.time_passes(24 * 31, None)
    life.night_comes(None)
    life.restore(0, None)
    life.correct(0, None)
    life.time_passes(24 * 31, None)


def an_organisation_returns(life: Life) -> None:
    """It said that everything was to go, and thought again within the month."""
    life.terminate(0, 0, None)
    life.time_passes(25, None)
    life.terminate(0, 0, None)
    life.time_passes(24 * 8, None)
    life.agree(0, TERMS[0], None)
    life.time_passes(24 * 31, None)
    life.time_passes(24 * 31, None)
    if not any(steps["ErasureCancelled"] for steps in life.watch.erasures.values()):
        raise Broken(Promise.LIVING, "an organisation returned, and its erasure goes on")


def too_late(life: Life) -> None:
    """Whoever is erased tries to correct a name: that must not give them a key again."""
    for who in range(MOST):
        life.correct(who, None)


STORIES = (too_late, months_pass, yesterday_comes_back, organisations_leave, an_organisation_returns)
"""What was once told, and was not to be."""
