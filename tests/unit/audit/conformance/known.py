"""What would be known of an installation where all is well, and the same with something changed."""

from __future__ import annotations

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

from services.audit.conformance.agreed import declared
from services.audit.conformance.jobs import KEEPS, ONLY_WHERE_ASKED, SERVICES
from services.audit.conformance.shape import Known, Log
from services.contracts.audit import ComplaintRegistered
from services.contracts.auth import SignedIn
from services.contracts.retention import HoldPlaced
from services.kernel.codec import instant

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CHECKS = {"reviews": 3, "checks": 6, "reviews_overdue": 0, "checks_overdue": 0}
SEALING = {"services": 4, "overdue": 0, "bare": 0, "values": 90}
FACTS: dict[str, dict[str, dict[str, Any]]] = {
    "auth": {
        "sessions": {"open": 4, "longest_seconds": 3600.0},
        "invitations": {"expired_and_kept": 0},
        "failed_sign_ins": {"uncounted": 0},
        "mail": {"late": 0},
        "restrictions": {"lifted_late": 0},
    },
    "org": {
        "statement": {
            "in_force": 2,
            "changed": [],
            "untold": [],
            "overruled": [],
            "untrue": [],
            "purposes": [],
            "categories": sorted(declared()),
            "authority": True,
            "stores": ["google_play", "microsoft_store", "app_store"],
        },
        "cookies": {"registered": 2, "missing": [], "gone": [], "unlinked": [], "session_seconds": 3600.0},
        "supplements": {"waiting": 1, "overdue": 0, "active": 2, "unnamed": 0},
        "content": {"shown": 3, "looked_at": 3, "unmarked": 0},
        "leaving": {"undecided": 0},
        "contacts": {"organisations": 3, "own_contact": 2, "maker_contact": 1},
        "sub_processors": {"announced": 1, "objected": 0, "active": 2, "withdrawn": 0, "lapsed": 0},
        "usage": {"past_term": 0},
    },
    "audit": {},
    "retention": {
        "erasures": {"scheduled": 1, "held": 0, "braked": 0, "overdue": 0, "stalled": 0},
        "holds": {"to_review": 0},
        "requests": {"received": 5, "open": 1, "to_remind": 0, "overdue": 0, "answered_late": 0},
    },
}


def job(name: str, *, seconds: float = 60.0, ago: float | None = 1.0, **but: Any) -> dict[str, Any]:
    """One job that had its last turn `ago` seconds."""
    said = {
        "job": name,
        "seconds": seconds,
        "began_at": instant(NOON - timedelta(seconds=1)),
        "done_at": None if ago is None else instant(NOON - timedelta(seconds=ago)),
        "turn_since": None,
        "failures": 0,
        "error": None,
        "stopped": False,
    }
    return said | but


def service(name: str) -> dict[str, Any]:
    mine = [one.partition(".")[2] for one in KEEPS if one.startswith(f"{name}.") and one not in ONLY_WHERE_ASKED]
    return {
        "jobs": [job(one) for one in mine],
        "unheard_since": None,
        "parked": 0,
        "relay_at": instant(NOON - timedelta(seconds=4)),
        "epoch_since": (NOON - timedelta(hours=3)).isoformat(),
        "epoch_hours": 24.0,
        "canary": {
            "planted_at": instant(NOON - timedelta(hours=2)),
            "came_back": True,
            "searched_at": instant(NOON - timedelta(minutes=20)),
            "planted": 11,
            "looked": 1_200_000,
            "found": 0,
            "reopened": 0,
            "takes_seconds": 64_800.0,
        },
        "facts": deepcopy(FACTS[name]),
    }


def known(**but: Any) -> Known:
    """Where all is well. `but` replaces whole fields; see `where` for one fact alone."""
    given: dict[str, Any] = {
        "now": NOON,
        "told": {name: service(name) for name in SERVICES},
        "counts": {SignedIn.type: 9, HoldPlaced.type: 1, ComplaintRegistered.type: 2},
        "log": Log(size=12, counted=12, quarantined=0, ingest_at=NOON),
        "incidents": {"incidents": 1, "overdue": 0, "alarm": 0},
        "checks": CHECKS,
        "sealing": SEALING,
        "complaints": {"registered": 2, "open": 1, "unanswered": 0},
    }
    return Known(**{**given, **but})


def where(service_: str, group: str, **facts: Any) -> Known:
    """All well but for these facts of one service."""
    found = known()
    told = found.told[service_]
    assert told is not None
    told["facts"][group].update(facts)
    return found


def without(service_: str) -> Known:
    """One service does not answer."""
    return known(told={**known().told, service_: None})


def with_job(name: str, said: dict[str, Any] | None) -> Known:
    """All well but for one job, which is as `said`, or not there."""
    found = known()
    told = found.told[name.partition(".")[0]]
    assert told is not None
    told["jobs"] = [one for one in told["jobs"] if one["job"] != name.partition(".")[2]] + ([said] if said else [])
    return found


def canary(service_: str, **but: Any) -> Known:
    """All well but for the canary of one service."""
    found = known()
    told = found.told[service_]
    assert told is not None
    told["canary"].update(but)
    return found
