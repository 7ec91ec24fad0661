"""How a service asks another, whatever carries the question."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from services.kernel.context import Context


class Calling(Protocol):
    """Ask another service: raises Refused with its reason, Unavailable when no answer came in time."""

    def call(
        self, service: str, method: str, args: Mapping[str, Any], context: Context, timeout: float = 4.0
    ) -> Any: ...
