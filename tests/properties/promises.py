"""What has to hold after every step, whatever was done, in whatever order, and whoever died of it."""

from __future__ import annotations

import base64
import re
from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from crisisconnect.topology import SERVICES
from crisisconnect.views import verify
from services.auth.views import accounts
from tests.properties import records
from tests.properties.locks import keys_in, opens
from tests.properties.records import Fact, Wrapped, later
from tests.properties.world import World

DATA, KEYS = Path("home/var/data"), Path("home/var/keys")
FEW = frozenset({"ErasureScheduled", "ErasureOrdered", "ErasureCompleted", "ErasureCertified", "CopiesUnreadable"})
ASK = ("AccountClosed", "InvitationWithdrawn")


class Promise(StrEnum):
    HELD = "nobody under a hold in force is erased"
    BRAKED = "who was removed by somebody else has the grace"
    ONCE = "an erasure is ordered, completed and certified once"
    EARLY = "nobody is certified before every completion is in the log"
    GONE = "once it is certified, no key of theirs opens anything"
    COPIES = "once a rotation was said, no key of theirs opens anything in any copy"
    MINTED = "for whom keys were destroyed none is minted again"
    LIVING = "the living can be read"
    BACK = "whoever has left does not come back"
    DUE = "what is due is due by its rule from when it was asked, not from when it came"
    KEPT = "what was acknowledged is there"
    GROWS = "the log only grows, without a gap"
    VIEWS = "every view is what its events say"
    DONE = "what is due and free ends certified"


class Broken(AssertionError):
    def __init__(self, promise: Promise, detail: str) -> None:
        super().__init__(f"[{promise.name}] {promise}: {detail}")
        self.promise = promise


class Watch:
    """Looks at one world after each step, and remembers of it what must not be otherwise later."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.keys: dict[str, Wrapped] = {}
        """Every key that ever was, by its id."""
        self.buried: dict[str, set[str]] = {service: set() for service in SERVICES}
        self.entries: list[str] = []
        self._marks: dict[str, object] = {}
        self._proven: set[tuple[str, str, frozenset[str]]] = set()
        self._read()

    def look(self) -> None:
        """Raises Broken with the first promise that does not hold."""
        self._read()
        for check in (
            self._held, self._braked, self._once, self._early, self._minted, self._gone, self._copies,
            self._living, self._due, self._kept, self._grows, self._views,
        ):  # fmt: skip
            for detail in check():
                raise Broken(Promise[check.__name__.lstrip("_").upper()], detail)

    def _read(self) -> None:
        room = self.world.room
        self.stored = {s: records.stored(room / DATA / f"{s}.sqlite3", s) for s in SERVICES}
        self.log = records.log(room / DATA / "audit.sqlite3")
        self.living = {s: records.keys(room / KEYS / f"keys_{s}.sqlite3") for s in SERVICES}
        self.tombs = {s: records.buried(room / KEYS / f"keys_{s}.sqlite3") for s in SERVICES}
        self.keys.update({key.identity: key for some in self.living.values() for key in some})
        self.erasures: dict[str, dict[str, list[Fact]]] = defaultdict(lambda: defaultdict(list))
        for service in SERVICES:
            for fact in self.stored[service]:
                if fact.stream.startswith("erasure/"):
                    by = f"/{service}" if fact.name == "ErasureCompleted" else ""
                    self.erasures[fact.data["erasure"]][fact.name + by].append(fact)

    # -- before it is ordered

    def _held(self) -> Iterator[str]:
        """By the order in which retention itself wrote holds, releases and orders."""
        in_force: dict[str, Fact] = {}
        for fact in self.stored["retention"]:
            match fact.name:
                case "HoldPlaced":
                    in_force[fact.data["hold"]] = fact
                case "HoldReleased":
                    placed = in_force.pop(fact.data["hold"])
                    if fact.data["expired"] and _moment(fact.data["at"]) < _moment(placed.data["expires_at"]):
                        yield f"the hold {fact.data['hold']} expired before its time"
                case "ErasureOrdered":
                    for hold in in_force.values():
                        if _covers(hold, fact):
                            yield f"{fact.data['erasure']} was ordered under the hold {hold.data['hold']}"
        people = {person.pseudonym for person in self.world.people}
        for hold in in_force.values():
            account = hold.data["account"]
            if account in people and f"account/{account}" in self.tombs["auth"]:
                yield f"{account} is erased, and the hold {hold.data['hold']} is in force"

    def _braked(self) -> Iterator[str]:
        for erasure, steps in self.erasures.items():
            released = [fact.place for fact in steps["ErasureReleased"]]
            for braked in steps["ErasureBraked"]:
                for ordered in steps["ErasureOrdered"]:
                    until = braked.data.get("until")
                    over = until is not None and _moment(ordered.data["at"]) >= _moment(until)
                    if not over and not any(braked.place < place < ordered.place for place in released):
                        yield f"{erasure} was ordered in spite of its brake {braked.data['why']}"

    def _due(self) -> Iterator[str]:
        asked = {fact.id: fact for fact in self.stored["auth"] if fact.name in ASK}
        for erasure, steps in self.erasures.items():
            for scheduled in steps["ErasureScheduled"]:
                by = asked.get(scheduled.data["asked_event"])
                if by is None:
                    continue
                for fact in (scheduled, *steps["ErasureRescheduled"]):
                    term = re.search(r":(P[0-9A-Z]+)@", fact.data["rule"])
                    wanted = later(by.time, term[1]) if term else None
                    if wanted is None or _moment(fact.data["due"]) != wanted:
                        yield f"{erasure}: {fact.name} {fact.data['rule']} at {fact.data['due']}, asked at {by.time}"
            for ordered in steps["ErasureOrdered"]:
                last = [*steps["ErasureScheduled"], *steps["ErasureRescheduled"]]
                due = max((f for f in last if f.place < ordered.place), key=lambda f: f.place, default=None)
                if due is None or _moment(ordered.data["at"]) < _moment(due.data["due"]):
                    yield f"{erasure} was ordered before it was due"

    # -- from the order to the certificate

    def _once(self) -> Iterator[str]:
        for erasure, steps in self.erasures.items():
            for name, facts in steps.items():
                if len(facts) > 1 and name.partition("/")[0] in FEW:
                    yield f"{erasure}: {name} stands {len(facts)} times"
            if steps["ErasureCancelled"] and steps["ErasureOrdered"]:
                yield f"{erasure} was cancelled and ordered"
            if steps["ErasureStalled"]:
                yield f"{erasure}: something was left"

    def _early(self) -> Iterator[str]:
        """In the log each completion stands before the certificate; and is there when retention writes one."""
        at = {fact.id: fact.place for fact in self.log}
        for erasure, steps in self.erasures.items():
            for certified in steps["ErasureCertified"]:
                latest = at.get(certified.id, len(self.log))
                for service in steps["ErasureOrdered"][0].data["services"]:
                    done = steps[f"ErasureCompleted/{service}"]
                    index = at.get(done[0].id) if done else None
                    if index is None or index >= latest:
                        yield f"{erasure} is certified, and {service} has not completed in the log"
                    elif service not in certified.data["entries"]:
                        yield f"{erasure} is certified without {service}"
                    elif certified.data["entries"].get(service) != index:
                        yield f"{erasure}: the certificate cites another entry of {service}"

    def _minted(self) -> Iterator[str]:
        for service in SERVICES:
            if lost := self.buried[service] - self.tombs[service]:
                yield f"{service} forgot that it destroyed the keys of {len(lost)} owners"
            self.buried[service] |= self.tombs[service]
            for key in self.living[service]:
                if key.owner in self.tombs[service]:
                    yield f"{service} has a key again of {key.owner} for {key.category}"

    def _gone(self) -> Iterator[str]:
        here = {key.identity for some in self.living.values() for key in some}
        for erasure, steps in self.erasures.items():
            if steps["ErasureCertified"] and (left := self._whose(steps["ErasureScheduled"][0]) & here):
                yield f"{erasure} is certified, and {len(left)} keys are there"

    def _copies(self) -> Iterator[str]:
        """Every key in every file, on every key of theirs in every copy: what unwraps none opens no value."""
        secrets = keys_in(self.world.room / "home" / "secrets")
        for erasure, steps in self.erasures.items():
            if not steps["CopiesUnreadable"]:
                continue
            whose = self._whose(steps["ErasureScheduled"][0])
            for copy in self.world.copies:
                proof = copy.name, erasure, frozenset(base64.b64encode(key).decode() for key in secrets)
                if proof in self._proven:
                    continue
                for service in SERVICES:
                    for key in records.keys(copy / "keyring" / f"keys_{service}.sqlite3"):
                        if key.identity in whose and opens(key, secrets):
                            yield f"{erasure}: {key.owner} for {key.category} can be opened in {copy.name}"
                self._proven.add(proof)

    def _whose(self, scheduled: Fact) -> set[str]:
        """The keys that what is to be erased was sealed with, by the events themselves."""
        scope, organisation = scheduled.data["scope"], scheduled.data["organisation"]
        account = f"account/{scheduled.data['account']}"
        match _kind(scheduled):
            case "session":
                return {key.identity for key in self.keys.values() if key.owner == scope}
            case "category":
                mine = (account, scope.partition("/")[2])
                return {key.identity for key in self.keys.values() if (key.owner, key.category) == mine}
            case "organisation":
                kept = {f"account/{account}" for account in self._excepted(scheduled.data["erasure"])}
                told = [fact for service in ("auth", "org") for fact in self.stored[service]]
                theirs = [f for f in told if f.said.get("organisation") == organisation]
                return {identity for f in theirs if f.said.get("datasubject") not in kept for identity in f.sealed}
        facts = [fact for some in self.stored.values() for fact in some if fact.said.get("datasubject") == account]
        sealed = {identity for fact in facts for identity in fact.sealed}
        return sealed | {key.identity for key in self.keys.values() if key.owner == account}

    def _excepted(self, erasure: str) -> set[str]:
        return {account for fact in self.erasures[erasure]["ErasureOrdered"] for account in fact.data["excepted"] or ()}

    def departed(self) -> set[str]:
        """The organisations of which everything is certified erased."""
        certified = [steps for steps in self.erasures.values() if steps["ErasureCertified"]]
        scheduled = [steps["ErasureScheduled"][0] for steps in certified]
        return {fact.data["organisation"] for fact in scheduled if _kind(fact) == "organisation"}

    # -- whoever stays

    def _living(self) -> Iterator[str]:
        auth = self.world.house.auth
        ordered = {
            fact.data["organisation"] if _kind(fact) == "organisation" else fact.data["account"]
            for steps in self.erasures.values()
            for fact in steps["ErasureOrdered"]
            if _kind(fact) != "session"
        }
        for person in self.world.people:
            if person.closed or ordered & {person.pseudonym, person.organisation}:
                continue
            with auth.store.reading() as session:
                row = accounts.by_pseudonym(session, person.organisation, person.pseudonym)
            values = None if row is None else auth.keyring.open_many([(getattr(row, f), f) for f in person.values])
            if values != list(person.values.values()):
                yield f"{person.pseudonym} shows {list(person.values)} otherwise than they said"

    def _kept(self) -> Iterator[str]:
        there = {fact.id for some in self.stored.values() for fact in some}
        if lost := self.world.acknowledged - there:
            yield f"{len(lost)} events are in no store"

    def _grows(self) -> Iterator[str]:
        now = [fact.id for fact in self.log]
        if now[: len(self.entries)] != self.entries:
            yield "an entry is another one than before"
        self.entries = now
        numbers: dict[str, int] = defaultdict(int)
        for fact in self.log:
            numbers[fact.service] += 1
            if int(fact.said["sequence"]) != numbers[fact.service]:
                yield f"number {fact.said['sequence']} of {fact.service} stands where {numbers[fact.service]} belongs"

    def _views(self) -> Iterator[str]:
        mark = {s: (len(self.stored[s]), self.world.house.apps[s].feed.cursor()) for s in SERVICES}
        changed = [s for s in SERVICES if mark[s] != self._marks.get(s)]
        self._marks = dict(mark)
        for service, found in verify(self.world.house.configuration, changed).items():
            yield from (f"{service}: {one}" for one in found)

    # -- once everything has come to rest

    def at_rest(self) -> None:
        """Nothing free waits, and what was ordered is certified."""
        self.look()
        logged = {fact.id for fact in self.log}
        for some in self.stored.values():
            for fact in some:
                if fact.id not in logged:
                    raise Broken(Promise.KEPT, f"{fact.name} is not in the log")
        for erasure, steps in self.erasures.items():
            if steps["ErasureOrdered"] and not steps["ErasureCertified"]:
                raise Broken(Promise.DONE, f"{erasure} was ordered, and is not certified")


def _covers(hold: Fact, ordered: Fact) -> bool:
    there = hold.data["organisation"] == ordered.data["organisation"]
    if _kind(ordered) == "organisation":
        return there and hold.data["account"] not in (ordered.data["excepted"] or ())
    whose = hold.data["account"] == ordered.data["account"] or (hold.data["scope"] == "organisation" and there)
    return whose and (not hold.data["categories"] or ordered.data["scope"] == "person")


def _kind(fact: Fact) -> str:
    return str(fact.data["scope"]).partition("/")[0]


def _moment(said: str) -> datetime:
    return datetime.fromisoformat(said)
