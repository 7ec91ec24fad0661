"""What audit tells of the measures of security that were looked after, and of how data rests (P09, P18)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.kernel.event import Event


class CheckKind(StrEnum):
    """Which measure was checked; each kind has its period in the plan."""

    DEPENDENCY_CHECK = "dependency_check"
    RESTORE_DRILL = "restore_drill"
    CANARY_SWEEP = "canary_sweep"
    TLS_CHECK = "tls_check"
    KEYS_ROTATED = "keys_rotated"
    PENETRATION_TEST = "penetration_test"


class CheckOutcome(StrEnum):
    """What a check came to."""

    PASSED = "passed"
    FINDINGS = "findings"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True)
class SecurityCheckRecorded(Event, kind="check"):
    """A measure of security was checked, with this outcome and this evidence, told by its hash (P09)."""

    check: str
    check_kind: CheckKind
    outcome: CheckOutcome
    findings: int
    evidence_sha256: str
    performed_at: datetime
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class SealingChecked(Event, kind="sealing"):
    """What rests with a service was looked at: `bare` values of a sample, places where a canary is `found` (P18)."""

    sealing: str
    events: int
    values: int
    columns: int
    bare: int
    planted: int | None = None
    looked: int | None = None
    found: int | None = None
    reopened: int | None = None
    at: datetime
