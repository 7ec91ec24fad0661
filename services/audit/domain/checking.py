"""How often access and the measures of security are gone through: versioned data; and what a check says (P09)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from services.contracts.audit import CheckKind, CheckOutcome, SecurityCheckRecorded
from services.kernel.decider import Decider, Refused
from services.kernel.durations import after


@dataclass(frozen=True, kw_only=True)
class Plan:
    """One version: ISO 8601 durations from one time to the next."""

    version: int
    in_force_from: date
    access_review: str
    checks: Mapping[CheckKind, str]


def parse(versions: Iterable[Mapping[str, Any]]) -> tuple[Plan, ...]:
    """The versions of `checks.json`, the oldest first. Raises ValueError where a period is missing or none."""
    made = []
    for one in versions:
        checks = {CheckKind(name): period for name, period in one["checks"].items()}
        if missing := set(CheckKind) - set(checks):
            raise ValueError(f"plan {one['version']} says nothing of {sorted(missing)}")
        begun = datetime(2018, 2, 21, tzinfo=UTC)
        if none := [period for period in (one["access_review"], *checks.values()) if after(begun, period) == begun]:
            raise ValueError(f"plan {one['version']}: {none} is no period")
        made.append(
            Plan(
                version=one["version"],
                in_force_from=date.fromisoformat(one["in_force_from"]),
                access_review=one["access_review"],
                checks=checks,
            )
        )
    return tuple(sorted(made, key=lambda plan: plan.in_force_from))


def in_force(plans: Sequence[Plan], now: datetime) -> Plan:
    """The version of that day (UTC); the oldest before all of them."""
    day = now.astimezone(UTC).date()
    return ([plan for plan in plans if plan.in_force_from <= day] or [plans[0]])[-1]


@dataclass(frozen=True, kw_only=True)
class Record:
    check: str
    kind: CheckKind
    outcome: CheckOutcome
    findings: int
    evidence_sha256: str
    performed_at: datetime
    by: str
    at: datetime


def decide(told: bool, command: Record) -> Sequence[SecurityCheckRecorded]:
    if told:
        return []
    if command.performed_at > command.at:
        raise Refused("not_yet")
    if (command.findings > 0) != (command.outcome is not CheckOutcome.PASSED):
        raise Refused("invalid", errors={"findings": ["A check that was passed has none; any other has some."]})
    return [
        SecurityCheckRecorded(
            check=command.check,
            check_kind=command.kind,
            outcome=command.outcome,
            findings=command.findings,
            evidence_sha256=command.evidence_sha256,
            performed_at=command.performed_at,
            by=command.by,
            at=command.at,
        )
    ]


def evolve(_: bool, __: SecurityCheckRecorded) -> bool:
    return True


decider: Decider[bool, Record, SecurityCheckRecorded] = Decider(False, decide, evolve)
