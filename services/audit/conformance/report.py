"""One row a promise: how it is, why, who keeps it and when they last did, and the newest evidence with its receipt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from services.audit.conformance import agreed, people, whole
from services.audit.conformance.jobs import KEEPS, SERVICES, Keeper, keepers
from services.audit.conformance.promises import PROMISES, Promise
from services.audit.conformance.shape import Known, Measure, State, worst
from services.audit.domain.promise import Promise as Said
from services.kernel.codec import instant

MEASURES: tuple[Measure, ...] = (*agreed.MEASURES, *people.MEASURES, *whole.MEASURES)
NOBODY = "nobody_measures"

Evidence = Mapping[str, Any]
"""By `auth.SignedIn` the newest entry of that type: `event`, `type`, `at`, `index`, `receipt`."""


def rows(known: Known, evidence: Evidence, said: Mapping[str, Said] | None = None) -> list[dict[str, Any]]:
    """`said`: what the log was last told of each promise."""
    return [_row(promise, known, evidence, (said or {}).get(promise.id)) for promise in PROMISES]


def totals(made: Sequence[Mapping[str, Any]], known: Known) -> dict[str, Any]:
    """How many promises are in each state, who did not answer, and which jobs somebody has stopped."""
    counted = {state.value: sum(row["state"] == state for row in made) for state in State}
    away = [name for name in SERVICES if not known.answers(name)]
    stopped = [one["job"] for row in made for one in row["kept_by"] if one["doing"] == "stopped"]
    return counted | {"no_answer": away, "stopped_jobs": sorted(stopped), "entries_counted": known.log.counted}


def kept_by(service: str) -> frozenset[str]:
    """The promises that turn when a service is away: those of its jobs, and those that it is asked about."""
    by_jobs = {promise for job, promise in KEEPS.items() if job.startswith(f"{service}.")}
    return frozenset(by_jobs | {measure.promise for measure in MEASURES if service in measure.asks})


def _row(promise: Promise, known: Known, evidence: Evidence, said: Said | None) -> dict[str, Any]:
    jobs = keepers(known, promise.id)
    mine = [(measure, measure.of(known)) for measure in MEASURES if measure.promise == promise.id]
    there: list[Mapping[str, Any]] = [evidence[name] for name in promise.events if name in evidence]
    newest = max(there, key=lambda one: int(one["index"]), default=dict[str, Any]())
    oldest = max((one for one in jobs if one.age is not None), key=_overdue, default=None)
    state = worst([*(found.state for _, found in mine), *(one.state for one in jobs)])
    why = [f"{measure.name}: {found.why}" for measure, found in mine if found.why]
    why += [f"{one.job}: {one.doing}" for one in jobs if one.state is not State.KEPT]
    return {
        "promise": promise.id,
        "says_nl": promise.nl,
        "says_en": promise.en,
        "origin": promise.origin,
        "by_law": list(promise.by_law),
        "state": state.value,
        "since": instant(said.since) if said and said.since and said.state is state else None,
        "why": why or ([] if mine or jobs else [NOBODY]),
        "measures": [
            {"measure": measure.name, "nl": measure.nl, "en": measure.en, "state": found.state.value}
            | {"why": found.why or None, "numbers": dict(found.numbers)}
            for measure, found in mine
        ],
        "kept_by": [asdict(one) | {"doing": one.doing.value} for one in jobs],
        "age_seconds": None if oldest is None else oldest.age,
        "within_seconds": None if oldest is None else oldest.within,
        "event": newest.get("event"),
        "type": newest.get("type"),
        "recorded_at": newest.get("at"),
        "index": newest.get("index"),
        "receipt": newest.get("receipt"),
    }


def _overdue(one: Keeper) -> float:
    """The job nearest to, or farthest past, the age that its last turn may have."""
    return (one.age or 0.0) / (one.within or 1.0)


def shown(entry: Any, receipt: str) -> dict[str, Any]:
    """A newest entry, as the tally has it."""
    return {"event": entry.event, "type": entry.type, "at": entry.at, "index": entry.idx, "receipt": receipt}
