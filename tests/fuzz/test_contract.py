"""The gateway keeps its own contract, whatever a stranger to the code makes of it, in every role."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gateway.openapi import operation_id, problems
from gateway.route import Access, Route
from gateway.routes import ROUTES
from services.contracts.errors import Problem
from tests.journeys.people import PASSWORD, Cast, Person, mailed
from tests.journeys.running import System

REPOSITORY = Path(__file__).parents[2]
SEED = 20_261_123
EXAMPLES = 4
SECONDS = 400
SHAPE = {Problem.INVALID, Problem.UNKNOWN_FIELD}
REJECTED = json.dumps(["400", "401", "403", "404", "405", "409", "412", "415", "422", "429", "5xx"])
"""Where two things are wrong at once, a tag that no longer holds may be said first."""
FIT_TOGETHER = frozenset(
    {"post-v1-organisations-org-fields", "post-v1-access-reviews", "post-v1-security-checks", "post-v1-sub-processors"}
)
"""Their fields depend on each other in a way that no schema says."""
ENDS_IT_ALL = frozenset({"delete-v1-me"})
"""Closing one's account ends all that could be tried after it; test_life.py does it."""


@pytest.fixture
def system(tmp_path: Path) -> Iterator[System]:
    (tmp_path / "system").mkdir()
    system = System(tmp_path / "system")
    system.start()
    yield system
    system.stop()


@pytest.mark.timeout(2 * SECONDS)
def test_every_role_finds_the_contract_kept(system: System, tmp_path: Path) -> None:
    cast, people = assembled(system)
    ids = existing(cast, people["member"])
    spared = [one.account for one in people.values()]

    def tried(role: str) -> str:
        who = {"url": system.url, "username": people[role].username, "password": PASSWORD, "spared": spared}
        (tmp_path / role).mkdir()
        return fuzzed(system, role, tmp_path / role, {**who, "ids": ids[role]})

    # Its own threads trip over each other now and then; two processes do not.
    with ThreadPoolExecutor(2) as pool:
        failed = [found for found in pool.map(tried, people) if found]
    assert not failed, "\n".join(failed)
    assert system.command("log", "verify").stdout.endswith("ok\n")


def assembled(system: System) -> tuple[Cast, dict[str, Person]]:
    cast = Cast(system.url)
    cast.assemble()
    member = cast.member("sanne@voorbeeld.example", "sanne.devries", "Sanne", "Vries")
    auditor = invited(cast.beheerder, f"/v1/organisations/{cast.organisation}/members", "anna", "auditor")
    investigator = invited(cast.officer, "/v1/staff", "iris", "investigator")
    everybody = {
        "beheerder": cast.beheerder,
        "compliance": cast.officer,
        "operator": cast.operator,
        "member": member,
        "auditor": auditor,
        "investigator": investigator,
    }
    return cast, everybody


def invited(by: Person, path: str, name: str, role: str) -> Person:
    by.post(path, {"email": f"{name}@voorbeeld.example", "role": role})
    person = Person(str(by.http.base_url))
    person.accept(mailed(str(by.http.base_url), f"{name}@voorbeeld.example"), f"{name}.{role}", name.title(), "Zoeker")
    person.sign_in()
    return person


def existing(cast: Cast, member: Person) -> dict[str, dict[str, str]]:
    """By role, what stands behind the names in paths; nobody's own account, or they would remove themselves."""
    org = cast.organisation
    asked = member.post("/v1/me/requests", {"kind": "access", "text": "Graag schriftelijk."})
    complained = member.post("/v1/me/complaints", {"text": "Het duurde te lang."})
    at = datetime.now(UTC).isoformat()
    incident = cast.officer.post(
        "/v1/incidents",
        {
            "facts": "Een telefoon is kwijt.",
            "consequences": "Onbekend.",
            "measures": "Sessie beëindigd.",
            "contact": "Cato Waarborg",
            "known_at": at,
            "since": at,
        },
    )
    spare = cast.member("piet@voorbeeld.example", "piet.prins", "Piet", "Prins")
    known = {
        "org": org,
        "request": asked["request"],
        "complaint": complained["complaint"],
        "incident": incident["incident"],
        "event": asked["events"][0],
        "index": "1",
        "version": "1",
        "kind": "erasures",
        "purpose": "app_access",
    }
    beheerder = {**known, "account": spare.account}
    return {role: beheerder if role == "beheerder" else known for role in ROLES}


ROLES = ("member", "auditor", "investigator", "operator", "compliance", "beheerder")


def configuration() -> str:
    """Where the contract says that the rules may refuse what has the right shape, that is no failure; nowhere else.

    A 422 with a code of its own (a moment that has yet to come), a cursor that nobody gave, an expired token: no
    schema can tell these from what is right.
    """
    parts = []
    for route in ROUTES:
        meant = {str(one.status) for one in problems(route) if semantic(one)}
        if operation_id(route) in FIT_TOGETHER:
            meant.add("422")
        expected = json.dumps(["2xx", "3xx", "401", "403", "404", "409", "429", *sorted(meant)])
        parts.append(
            f'[[operations]]\ninclude-operation-id = "{operation_id(route)}"\n'
            f"checks.positive_data_acceptance.expected-statuses = {expected}\n"
            f"checks.negative_data_rejection.expected-statuses = {REJECTED}\n"
        )
    return "\n".join(parts)


def semantic(problem: Problem) -> bool:
    return problem is Problem.CURSOR_INVALID or (problem.status in (410, 412, 422) and problem not in SHAPE)


def fuzzed(system: System, role: str, place: Path, told: dict[str, Any]) -> str:
    """What failed for this role; what every role may, or nobody need be, is tried once, by a member."""
    (place / "told.json").write_text(json.dumps(told))
    (place / "settings.toml").write_text(configuration())
    mine = [operation_id(route) for route in ROUTES if role in roles_of(route)]
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "--config-file", "settings.toml"),
        *("run", f"{system.url}/openapi.json", "--checks", "all", "--continue-on-failure"),
        *("--phases", "examples,coverage,fuzzing,stateful", "--max-examples", str(EXAMPLES), "--seed", str(SEED)),
        *("--workers", "1", "--suppress-health-check", "all"),
        *(part for name in mine if name not in ENDS_IT_ALL for part in ("--include-operation-id", name)),
    ]
    environment = {
        **os.environ,
        "CRISISCONNECT_FUZZ": str(place / "told.json"),
        "SCHEMATHESIS_HOOKS": "tests.fuzz.hooks",
        "PYTHONPATH": str(REPOSITORY),
    }
    found = subprocess.run(
        command, cwd=place, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False
    )
    said = [line[:400] for line in found.stdout.splitlines()]
    print(f"{role}: {len(mine)} operations,", *(line.strip() for line in said if " generated, " in line))
    return "" if found.returncode == 0 else "\n".join([f"as {role}:", *said, found.stderr])


def roles_of(route: Route) -> set[str]:
    if route.access is not Access.ROLES:
        return {"member"}
    if len(route.roles) == len(ROLES):
        return {"member"}
    return {role.value for role in route.roles}
