"""What was written in a case of org's goes a term after the case was closed; that there was one stays (P06)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True)
class EraseText:
    """The key of what was written is destroyed; `due` was the moment, by this rule."""

    rule: str
    due: datetime
    keys: int
    at: datetime
