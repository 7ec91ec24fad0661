"""What org tells of the register of processing (AVG 30, P04)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.kernel.event import Event


@dataclass(frozen=True, kw_only=True)
class RegisterGenerated(Event, kind="register"):
    """What is processed for a controller was written down anew, since it was no longer as written (AVG 30)."""

    organisation: str
    register_version: int
    entries: dict[str, str]
    at: datetime
