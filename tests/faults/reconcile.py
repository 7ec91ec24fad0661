"""Journal, event stores, log and views are held against each other; whatever does not agree is named (I1 to I5, I7)."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from crisisconnect.topology import SERVICES
from services.reader import Unusable, verify_database
from tests.faults import replaying
from tests.faults.evidence import Evidence, Stored, pins
from tests.faults.journal import Deed


class Wrong(StrEnum):
    """The kinds of disagreement."""

    LOST = "lost"  # acknowledged or stored, and not in the log
    DOUBLED = "doubled"  # one command, more than one effect
    GAP = "gap"  # a number of a source is missing, or stands twice
    FOREIGN = "foreign"  # in the log, and in no store, or with other bytes
    DAMAGED = "damaged"  # the independent reader says so
    SET_ASIDE = "set aside"  # still before the log, refused by it, or parked behind it
    UNSETTLED = "unsettled"  # asked again and again, and never answered
    UNLIKE = "unlike"  # the same key, and another answer
    REFUSED = "refused"  # something that had to be possible
    DIVERGED = "diverged"  # a view that is not its replay
    ERASURE = "erasure"  # certified not at all, twice, or too early
    RESTLESS = "restless"  # quiet never came


@dataclass(frozen=True)
class Finding:
    wrong: Wrong
    detail: str

    def __str__(self) -> str:
        return f"{self.wrong}: {self.detail}"


UNKEYED = frozenset({"SignedIn", "SessionStarted", "DataViewed"})
"""Facts that a person's request makes each time it is asked: signing in, looking."""


def reconcile(evidence: Evidence, deeds: Sequence[Deed]) -> list[Finding]:
    """Everything that does not agree; empty is the promise."""
    log = evidence.log()
    stores = {service: evidence.stored(service) for service in SERVICES}
    return [
        *_answers(deeds),
        *_acknowledged(deeds, log, stores),
        *_effects(deeds, stores),
        *_numbers(log),
        *_same(log, stores),
        *_verified(evidence),
        *(Finding(Wrong.SET_ASIDE, f"{count} in {name}") for name, count in evidence.set_aside().items()),
        *_erasures(log),
        *_invitations(stores),
        *(Finding(Wrong.DIVERGED, said) for said in replaying.differences(evidence)),
    ]


def _answers(deeds: Sequence[Deed]) -> Iterator[Finding]:
    for deed in deeds:
        first = deed.acknowledged
        if first is None:
            yield Finding(Wrong.UNSETTLED, f"{deed.name} {deed.what}, asked {deed.asked} times: {deed.lost[-1:]}")
            continue
        if not first.done:
            yield Finding(Wrong.REFUSED, f"{deed.name} {deed.what}: {first.status} {first.told.get('code')}")
        if deed.keyed:
            for later in deed.answers[1:]:
                if (later.status, later.events) != (first.status, first.events):
                    said = f"{first.status}, then {later.status} {later.told.get('code', '')}"
                    yield Finding(Wrong.UNLIKE, f"{deed.name} {deed.what}: {said}")


def _acknowledged(deeds: Sequence[Deed], log: Sequence[Stored], stores: dict[str, list[Stored]]) -> Iterator[Finding]:
    there = Counter(entry.id for entry in log)
    durable = {event.id for store in stores.values() for event in store}
    for deed in deeds:
        for event in sorted({event for answer in deed.answers for event in answer.events}):
            if there[event] > 1:
                yield Finding(Wrong.DOUBLED, f"{event} of {deed.name} {deed.what} stands {there[event]} times")
            elif event not in there:
                where = "in no log" if event in durable else "in no store and no log"
                yield Finding(Wrong.LOST, f"{event} was acknowledged to {deed.name} {deed.what}, and is {where}")


def _effects(deeds: Sequence[Deed], stores: dict[str, list[Stored]]) -> Iterator[Finding]:
    """What people's keyed commands wrote is what was answered to them, and not one event more."""
    answered = {event for deed in deeds for answer in deed.answers for event in answer.events}
    for store in stores.values():
        for event in store:
            mine = str(event.said.get("actor", "")).startswith("account/") and event.name not in UNKEYED
            if not mine or event.id in answered:
                continue
            yield Finding(Wrong.DOUBLED, f"{event.name} {event.id} was answered to nobody")
    closed = Counter(e.said["subject"] for e in stores["auth"] if e.name == "AccountClosed")
    extra = sum(closed.values()) - sum(bool(d.what in ("close", "remove") and _done(d)) for d in deeds)
    if extra:
        yield Finding(Wrong.DOUBLED if extra > 0 else Wrong.LOST, f"{extra} accounts closed beside those asked for")
    for name in ("UserRegistered", "AccountClosed", "PersonInvited"):
        for subject, count in Counter(e.said["subject"] for e in stores["auth"] if e.name == name).items():
            if count > 1:
                yield Finding(Wrong.DOUBLED, f"{name} stands {count} times for {subject}")
    answers = Counter(a.told["invitation"] for d in deeds for a in d.answers[:1] if "invitation" in a.told)
    for invitation, count in answers.items():
        if count > 1:
            yield Finding(Wrong.DOUBLED, f"one invitation {invitation} for {count} commands")


def _done(deed: Deed) -> bool:
    return deed.acknowledged is not None and deed.acknowledged.done


def _numbers(log: Sequence[Stored]) -> Iterator[Finding]:
    numbers: dict[str, list[int]] = defaultdict(list)
    for entry in log:
        numbers[entry.source].append(entry.sequence or 0)
    for source, found in numbers.items():
        if found != list(range(1, len(found) + 1)):
            broken = next(at for at, number in enumerate(found, start=1) if number != at)
            yield Finding(Wrong.GAP, f"{source} has {found[broken - 1]} where {broken} belongs")


def _same(log: Sequence[Stored], stores: dict[str, list[Stored]]) -> Iterator[Finding]:
    there = {entry.id: entry for entry in log}
    for service, store in stores.items():
        for event in store:
            entry = there.pop(event.id, None)
            if entry is None:
                yield Finding(Wrong.LOST, f"{event.name} {event.id} of {service}, number {event.sequence}")
            elif (entry.note, entry.sequence, entry.source) != (event.note, event.sequence, f"/{service}"):
                yield Finding(Wrong.FOREIGN, f"{event.name} {event.id} of {service} has other bytes in the log")
    for entry in there.values():
        yield Finding(Wrong.FOREIGN, f"{entry.name} {entry.id} of {entry.source} is in no store")


def _verified(evidence: Evidence) -> Iterator[Finding]:
    known = evidence.installation.log
    try:
        report = verify_database(evidence.log_url(), log_vkey=known, pins=pins(evidence.secrets))
    except Unusable as error:
        yield Finding(Wrong.DAMAGED, str(error))
        return
    for one in report.findings[:20]:
        yield Finding(Wrong.DAMAGED, str(one))


def _erasures(log: Sequence[Stored]) -> Iterator[Finding]:
    """Each one asked for: completed by every service, certified after all of that, once.

    One that was braked, and that no officer released, has not begun.
    """
    asked: list[str] = []
    steps: dict[str, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for index, entry in enumerate(log):
        erasure = entry.said["data"].get("erasure")
        if entry.name in ("AccountClosed", "InvitationWithdrawn"):
            asked.append(erasure)
        elif erasure is not None:
            by = entry.source if entry.name == "ErasureCompleted" else ""
            steps[erasure][entry.name + by].append(index)
    needed = ("ErasureScheduled", "ErasureOrdered", *(f"ErasureCompleted/{name}" for name in SERVICES))
    for erasure in asked:
        done = steps[erasure]
        waits = bool(done["ErasureBraked"]) and not done["ErasureReleased"]
        for step in (*needed, "ErasureCertified"):
            if len(done[step]) != (0 if waits and step != "ErasureScheduled" else 1):
                yield Finding(Wrong.ERASURE, f"{erasure}: {step} stands {len(done[step])} times")
        certified = done["ErasureCertified"][:1]
        if certified and max(index for step in needed for index in done[step] or [len(log)]) > certified[0]:
            yield Finding(Wrong.ERASURE, f"{erasure} was certified before everybody had completed")


def _invitations(stores: dict[str, list[Stored]]) -> Iterator[Finding]:
    """Every organisation but the maker's own has one first Beheerder, invited once by org."""
    registered = [e.said["subject"] for e in stores["org"] if e.name == "OrganisationRegistered"]
    noted = Counter(e.said["subject"] for e in stores["org"] if e.name == "FirstBeheerderInvited")
    asked = sum(e.name == "PersonInvited" and e.said.get("actor") == "system/org" for e in stores["auth"])
    for subject in registered:
        if noted[subject] > 1:
            yield Finding(Wrong.DOUBLED, f"{subject}: {noted[subject]} first Beheerders")
    if asked != len(registered) - 1:
        yield Finding(Wrong.DOUBLED, f"{asked} first Beheerders invited for {len(registered) - 1} organisations")
