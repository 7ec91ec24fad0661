"""Whether the log is whole: what all other evidence stands on (I1, I3, I4, I8)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from services.audit.conformance.shape import Finding, Known, Measure, State, judged
from services.kernel.codec import moment

SOON = timedelta(seconds=10)
"""An event is in the log within moments; after this somebody who should bring it there does not."""
QUIET = timedelta(seconds=15)
"""Three beats (services/kernel/clock/beating.py)."""
TOO_LATE = timedelta(minutes=10)


def _gaps(known: Known) -> Finding:
    log = known.log
    numbers: dict[str, Any] = {"size": log.size, "gaps": sorted(log.gaps), "older_copies": list(log.older_copies)}
    if log.quarantined is not None:
        numbers["quarantined"] = log.quarantined
    if log.witnessed is not None:
        numbers["witnessed"] = log.witnessed
    if log.older_copies:
        return Finding(State.BROKEN, "older_copy", numbers)
    ages = list(log.gaps.values())
    if any(age > SOON for age in ages):
        return Finding(State.BROKEN if max(ages) > TOO_LATE else State.AT_RISK, "gap", numbers)
    return Finding(State.KEPT, "", numbers) if log.size else Finding(State.NOT_MEASURED, "none_yet", numbers)


def _unheard(known: Known) -> Finding:
    """A service that does not answer has jobs that say so; here it is not known."""
    since = {name: told["unheard_since"] for name, told in known.told.items() if told is not None}
    waiting = {name: known.now - moment(at) for name, at in since.items() if at is not None}
    late = {name: age for name, age in waiting.items() if age > SOON}
    numbers = {"waiting": sorted(late), "seconds": round(max(late.values()).total_seconds(), 3) if late else 0}
    if late:
        return Finding(State.BROKEN if max(late.values()) > TOO_LATE else State.AT_RISK, "waiting", numbers)
    return Finding(State.KEPT, "", numbers) if since else Finding(State.NOT_MEASURED, "no_answer", numbers)


def _bringers(known: Known) -> Finding:
    """Each relay, and the writer of the log. One that has never been at work is known by what waits for it."""
    told = {name: said.get("relay_at") for name, said in known.told.items() if said is not None}
    seen = {f"{name}-relay": moment(at) for name, at in told.items() if at is not None}
    if known.log.ingest_at is not None:
        seen["audit-ingest"] = known.log.ingest_at
    still = sorted(name for name, at in seen.items() if known.now - at > QUIET)
    return judged(
        {"at_work": len(seen) - len(still), "still": still, "known": len(seen)}, at_risk=("still",), of="known"
    )


def _parked(known: Known) -> Finding:
    parked = [told["parked"] for told in known.told.values() if told is not None]
    return judged({"parked": sum(parked), "services": len(parked)}, at_risk=("parked",), of="services")


MEASURES = (
    Measure(
        name="no_gap",
        promise="log",
        nl="Bronnen met een gat in hun nummers, en opslag die een oudere kopie is.",
        en="Sources with a gap in their numbers, and stores that are an older copy.",
        judge=_gaps,
    ),
    Measure(
        name="all_integrated",
        promise="log",
        nl="Gebeurtenissen die te lang op het logboek wachten.",
        en="Events that wait for the log too long.",
        judge=_unheard,
    ),
    Measure(
        name="all_at_work",
        promise="log",
        nl="Processen die gebeurtenissen naar het logboek brengen en stilstaan.",
        en="Processes that bring events to the log and stand still.",
        judge=_bringers,
    ),
    Measure(
        name="all_followed",
        promise="log",
        nl="Regels die een dienst niet kon volgen en opzij heeft gezet.",
        en="Entries that a service could not follow and has set aside.",
        judge=_parked,
    ),
)
