"""What auth tells of people who cannot sign in any more and are sent a link that lets them choose anew (P09)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.kernel.event import Event, subject


@dataclass(frozen=True, kw_only=True)
class PasswordResetAsked(Event, kind="account"):
    """Somebody said they cannot sign in to this account, and its own address was sent a link that works once (P09)."""

    account: str = subject()
    organisation: str
    reset: str
    token_digest: str
    expires_at: datetime
    at: datetime
