"""Which job keeps which promise, and how old its last turn may be: one that stands still is a promise at risk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from services.audit.conformance.shape import Known, State
from services.kernel.codec import instant, moment

SERVICES = ("auth", "org", "audit", "retention")
EACH = {"answers": "P06", "scrub": "P06", "epoch": "P18", "canary": "P18", "feed": "log"}
"""What every service does: forgets answers, wipes what was erased, retires its key epoch, looks for the values that it
planted, follows the log.
"""
KEEPS: Mapping[str, str] = {
    **{f"{service}.{job}": promise for service in SERVICES for job, promise in EACH.items()},
    "auth.send_due": "P02",
    "auth.count_failures": "P09",
    "auth.mail_links": "P09",
    "auth.expire": "P06",
    "auth.lift_due": "P15",
    "auth.forget_retired": "P05",
    "org.publish": "P14",
    "org.hold_statement": "P14",
    "org.enter_cookies": "P10",
    "org.count_usage": "P02",
    "org.engage": "P07",
    "org.write_registers": "P04",
    "org.forget_words": "P06",
    "audit.alarms": "log",
    "audit.rounds": "log",
    "audit.tallying": "log",
    "audit.watching": "log",
    "audit.pruning": "P06",
    "audit.grounds": "P06",
    "audit.sealing": "P18",
    "audit.words": "P18",
    "audit.scoping": "P19",
    "audit.deadlines": "P08",
    "retention.remind": "P15",
    "retention.parcels": "P15",
    "retention.sweep": "P06",
}
"""By `<service>.<job>` the one promise that it keeps. A job that keeps none does not stand here, and is not needed."""
ONLY_WHERE_ASKED = frozenset({"audit.rounds"})
"""Jobs that an installation does without where nobody asked for what they do: here, for witnesses."""
GRACE = timedelta(seconds=5)
"""So much later than its cycle a turn may end, on a machine that has other things to do."""
AT_WORK = timedelta(minutes=2)
"""So long one turn may take."""


class Doing(StrEnum):
    """How a job is doing. One that is `beginning` has had no turn yet since its process began, and is not late."""

    WELL = "well"
    BEGINNING = "beginning"
    LATE = "late"
    STOPPED = "stopped"
    MISSING = "missing"
    AWAY = "no_answer"


_STATES = {Doing.WELL: State.KEPT, Doing.BEGINNING: State.NOT_MEASURED}


@dataclass(frozen=True, kw_only=True)
class Keeper:
    """One job as it is now. `age` and `within` are seconds: how old its last turn is, and how old it may be."""

    job: str
    doing: Doing
    every: float | None
    last_at: str | None
    age: float | None
    within: float | None
    failures: int = 0

    @property
    def state(self) -> State:
        return _STATES.get(self.doing, State.AT_RISK)


def keepers(known: Known, promise: str) -> list[Keeper]:
    """The jobs that keep a promise, by name, each as its service tells of it."""
    found = []
    for job in sorted(name for name, kept in KEEPS.items() if kept == promise):
        service, _, name = job.partition(".")
        told = known.told.get(service)
        if told is None:
            found.append(Keeper(job=job, doing=Doing.AWAY, every=None, last_at=None, age=None, within=None))
            continue
        said = next((one for one in told["jobs"] if one["job"] == name), None)
        if said is None and job in ONLY_WHERE_ASKED:
            continue
        found.append(_judged(job, said, known.now))
    return found


def _judged(job: str, said: Mapping[str, Any] | None, now: datetime) -> Keeper:
    if said is None:
        return Keeper(job=job, doing=Doing.MISSING, every=None, last_at=None, age=None, within=None)
    cycle = timedelta(seconds=said["seconds"])
    within = cycle + (AT_WORK if said["turn_since"] else GRACE)
    since = moment(said["done_at"] or said["began_at"])
    age = max(now - since, timedelta())
    if said["stopped"]:
        doing = Doing.STOPPED
    elif age > within:
        doing = Doing.LATE
    else:
        doing = Doing.WELL if said["done_at"] else Doing.BEGINNING
    return Keeper(
        job=job,
        doing=doing,
        every=said["seconds"],
        last_at=None if said["done_at"] is None else instant(since),
        age=round(age.total_seconds(), 3),
        within=within.total_seconds(),
        failures=said["failures"],
    )
