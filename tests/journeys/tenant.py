"""What a tenant and a person can fetch, without what moves by itself: the same before and after what is hidden (P08).

Only what tells ages, and how large everybody's log is (I9), is left aside, and by name; an unknown difference shows.
"""

from __future__ import annotations

import time
from typing import Any

from services.audit.app import TALLY_SECONDS
from services.audit.conformance.promises import OF_EVERYBODY, short
from tests.journeys.people import Person, eventually

CONFORMANCE = "/v1/reports/conformance"
LISTS = [
    "/v1/erasures",
    "/v1/incidents",
    "/v1/complaints",
    "/v1/instructions",
    "/v1/sub-processors",
    "/v1/access-reviews",
    "/v1/reports",
]
OWN = [
    "",
    "/agreements",
    "/fields",
    "/supplements",
    "/content",
    "/leaving",
    "/requests",
    "/consultations",
]
"""Without the lists of people: who opens one leaves a look in the log, which the next answer tells."""
MINE = [
    "/v1/me",
    "/v1/me/access-log",
    "/v1/me/consents",
    "/v1/me/requests",
    "/v1/me/complaints",
    "/v1/statement",
    "/v1/cookies",
]
MOVING = frozenset(
    {"age_seconds", "age", "hours", "last_at", "doing", "size", "witnessed_size", "high_water", "entries_counted"}
    | {"generated_at", "checkpoint", "index"}
)
"""Ages, and the size of the log that all organisations share."""
EVIDENCE = frozenset({"event", "recorded_at", "receipt", "type"})
OF_JOBS = frozenset({"state", "since", "why", "kept_by", "within_seconds"})
"""How the jobs of the installation do, which are the same for everybody; what was measured stands in `measures`."""
TABLES = ("conformance", "integrity")
"""Reports of which a table would hold what moves; theirs are compared as JSON."""


def seen(beheerder: Person, person: Person) -> dict[str, Any]:
    """By its path what each of them is answered."""
    own = f"/v1/organisations/{beheerder.organisation}"
    kinds = [one["kind"] for one in beheerder.get("/v1/reports")["items"]]
    paths = [*LISTS, *(own + path for path in OWN), *(f"/v1/reports/{kind}" for kind in kinds), "/v1/tasks"]
    paths += [f"/v1/reports/{kind}?format=csv" for kind in kinds if kind not in TABLES]
    found = {path: still(beheerder.get(path)) for path in paths}
    return found | {f"me: {path}": still(person.get(path)) for path in MINE}


def settled(beheerder: Person) -> dict[str, Any]:
    """By promise the newest event of the organisation's own, once what was done before has reached the tally."""

    def look() -> dict[str, Any] | None:
        first = _evidence(beheerder)
        time.sleep(1.5 * TALLY_SECONDS)
        return first if _evidence(beheerder) == first else None

    return eventually(look, seconds=60, what="an end of what moves")


def _evidence(beheerder: Person) -> dict[str, Any]:
    rows = beheerder.get(CONFORMANCE)["rows"]
    return {row["promise"]: row["event"] for row in rows if short(str(row["type"])) not in OF_EVERYBODY}


def still(said: Any) -> Any:
    """Without what moves; of a promise's evidence only that which is an organisation's own."""
    if isinstance(said, list):
        return [still(one) for one in said]
    if not isinstance(said, dict):
        return said
    left = MOVING
    if "no_answer" in said:
        left = MOVING | {"kept", "at_risk", "broken", "not_measured"}
    elif "promise" in said:
        own = short(str(said.get("type"))) not in OF_EVERYBODY
        left = OF_JOBS | (MOVING - {"index"} if own else MOVING | EVIDENCE)
    return {name: still(value) for name, value in said.items() if name not in left}
