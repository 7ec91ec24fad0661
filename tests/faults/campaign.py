"""Kill and lose at random under load, heal, wait for quiet, reconcile: lost, doubled and gaps have to be 0."""

from __future__ import annotations

import shutil
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults import clients
from tests.faults.clients import Client, Desk
from tests.faults.evidence import Evidence
from tests.faults.journal import Deed, Journal, deeds
from tests.faults.killing import Killer, Thief, plan
from tests.faults.postbox import Postbox
from tests.faults.reconcile import Finding, Wrong, reconcile
from tests.faults.wiring import unbound
from tests.journeys.running import System

SETTLE_SECONDS = 120.0
THEFT = 5
"""Messages that the broker loses at a time."""
AT_A_PLACE = 15.0
PLACES = {
    "before_answer": 40,
    "after_answer": 40,
    "after_number": 12,
    "after_publish": 12,
    "before_confirm": 12,
    "after_verify": 12,
    "after_insert": 12,
    "after_commit": 12,
    "after_sign": 12,
    "after_checkpoint": 12,
    "before_ack": 12,
}
"""Every named place in the code, and at which time a process dies there: often, and yet able to get on."""


UNBOUND = 1.5
"""Seconds after each theft in which auth's messages reach no queue."""


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much of it: kills of each process, of the broker, moments in which the broker forgets, people at work."""

    kills: int
    broker: int
    thefts: int
    desks: int


SHORT = Size(kills=2, broker=1, thefts=1, desks=3)
LONG = Size(kills=20, broker=5, thefts=4, desks=6)


@dataclass
class Outcome:
    """What was done, and what does not agree after it."""

    seed: str
    findings: list[Finding]
    deeds: list[Deed]
    kills: Counter[str]
    stolen: int
    entries: int
    seconds: dict[str, float] = field(default_factory=dict)

    def text(self) -> str:
        heard = [deed for deed in self.deeds if deed.acknowledged]
        wrong = Counter(finding.wrong for finding in self.findings)
        figures = {
            "commands": len(self.deeds),
            "requests": sum(deed.asked for deed in self.deeds),
            "acknowledged": len(heard),
            "acknowledged after a retry": sum(bool(deed.lost) for deed in heard),
            "asked again after the answer": sum(len(deed.answers) > 1 for deed in heard),
            "events acknowledged": len({e for d in self.deeds for a in d.answers for e in a.events}),
            "entries in the log": self.entries,
            "lost by the broker after its confirm": self.stolen,
        }
        lines = [
            f"seed {self.seed}",
            "killed: " + _listed(self.kills),
            _listed(figures),
            "commands: " + _listed(Counter(deed.what for deed in self.deeds)),
            "without an answer: " + _listed(Counter(why for deed in self.deeds for why in deed.lost)),
            "seconds: " + _listed({phase: round(seconds) for phase, seconds in self.seconds.items()}),
            _listed({one: wrong[one] for one in Wrong}),
            *(str(finding) for finding in self.findings[:40]),
        ]
        return "\n".join(lines)


class Campaign:
    """One system of its own, in a directory of its own, with people at work in it. A context: stopped at the end."""

    def __init__(
        self,
        directory: Path,
        seed: str,
        settings: Mapping[str, str] | None = None,
        system: type[System] = System,
    ) -> None:
        self.seed = seed
        self.directory = directory
        self.journal = Journal(directory / "journal.jsonl")
        self.postbox = Postbox()
        self.kills: Counter[str] = Counter()
        self.stolen = 0
        self.seconds: dict[str, float] = {}
        self._make, self._settings = system, dict(settings or {})
        self._clients: list[Client] = []
        self._began = time.monotonic()

    def __enter__(self) -> Campaign:
        self.postbox.__enter__()
        self.system = self._make(self.directory, {"SMTP_URL": self.postbox.url, **self._settings})
        try:
            self.system.start()
            self.killer = Killer(self.system, self.seed)
            self.evidence = Evidence(self.system)
        except BaseException:
            self.__exit__()
            raise
        self.mark("start")
        return self

    def __exit__(self, *_: object) -> None:
        if hasattr(self, "evidence"):
            self.evidence.close()
        for client in self._clients:
            client.close()
        self.system.stop()
        self.journal.close()
        self.postbox.__exit__(None, None, None)

    def client(self, name: str) -> Client:
        client = Client(self.system.url, self.journal, name, self.seed)
        self._clients.append(client)
        return client

    def desks(self, count: int) -> list[Desk]:
        """Organisations with an agreement in force, made at once by their own clients."""
        token = clients.operator(self.client("operator"), self.postbox)
        made = [Desk(self.client(f"desk{number}"), self.postbox, token) for number in range(count)]
        with ThreadPoolExecutor(count) as pool:
            list(pool.map(Desk.open, made))
        self.mark("set up")
        return made

    def storm(self, desks: list[Desk], size: Size) -> None:
        """People work while everything is killed by turns; returns when the last of them had the last answer."""
        stop = threading.Event()
        thief = Thief(self.system)
        with ThreadPoolExecutor(len(desks)) as pool:
            working = [pool.submit(desk.work, stop) for desk in desks]
            try:
                for part in _parts(plan(self.seed, size.kills, size.broker), size.thefts):
                    self.killer.carry_out(part, stop)
                    if size.thefts:
                        thief.steal(self.killer, THEFT)
                        with unbound(self.system, "auth"):
                            stop.wait(UNBOUND)
                self.mark("killing")
            finally:
                stop.set()
        self.kills, self.stolen = self.killer.kills, thief.stolen
        _raised(working)
        self.mark("last answers")

    def settle(self, seconds: float = SETTLE_SECONDS) -> list[Finding]:
        """Wait until nothing moves any more; what still does after so long is a finding."""
        until, quiet_since, size = time.monotonic() + seconds, 0.0, -1
        while True:
            restless, now = self.evidence.restless(), time.monotonic()
            if restless or size != (size := self.evidence.size()):
                quiet_since = now
            elif now - quiet_since > 2.0:
                self.mark("quiet")
                return []
            if now > until:
                return [Finding(Wrong.RESTLESS, one) for one in restless or ["the log grows"]]
            time.sleep(0.25)

    def outcome(self, restless: list[Finding]) -> Outcome:
        found = [*restless, *reconcile(self.evidence, told := deeds(self.journal.path))]
        self.mark("reconciling")
        kills = self.killer.kills
        return Outcome(self.seed, found, told, kills, self.stolen, self.evidence.size(), self.seconds)

    def mark(self, phase: str) -> None:
        now = time.monotonic()
        self.seconds[phase], self._began = now - self._began, now


def run(seed: str, size: Size, settings: Mapping[str, str] | None = None) -> Outcome:
    """A whole campaign. Its directory is left only where something was found."""
    directory = Path(tempfile.mkdtemp(prefix="faults-"))
    with Campaign(directory, seed, settings) as campaign:
        campaign.storm(campaign.desks(size.desks), size)
        outcome = campaign.outcome(campaign.settle())
    if outcome.findings:
        print(f"kept for a look: {directory}")
    else:
        shutil.rmtree(directory)
    return outcome


def at_place(seed: str, place: str, settings: Mapping[str, str] | None = None) -> Outcome:
    """People work for a while in a system whose processes are killed at each n-th time they reach a named place."""
    directory = Path(tempfile.mkdtemp(prefix="faults-"))
    fault = {"CRISISCONNECT_FAULT": f"{place}:{PLACES[place]}"}
    with Campaign(directory, f"{seed}/{place}", {**(settings or {}), **fault}) as campaign:
        stop, desks = threading.Event(), campaign.desks(3)
        with ThreadPoolExecutor(len(desks)) as pool:
            working = [pool.submit(desk.work, stop) for desk in desks]
            stop.wait(AT_A_PLACE)
            stop.set()
        _raised(working)
        campaign.mark("work")
        outcome = campaign.outcome(campaign.settle())
        ends = campaign.system.console.read_text(errors="replace").count("ended with -9")
        outcome.kills[place] = ends
    if outcome.findings or not ends:
        print(f"kept for a look: {directory}")
    else:
        shutil.rmtree(directory)
    return outcome


def _parts(names: list[str], thefts: int) -> list[list[str]]:
    """The plan, cut so that after each part but the last (where there are thefts) something is stolen."""
    count = max(1, thefts)
    step = -(-len(names) // count)
    return [names[at : at + step] for at in range(0, len(names), step)]


def _raised(working: list[Future[None]]) -> None:
    for one in working:
        one.result()


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "none"
