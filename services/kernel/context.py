"""Who asks, for whom, why, and in which chain of questions: this travels with every call, sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from services.kernel.ground import Agreed

LONGEST_KEY = 64
"""Characters of an idempotency key, as many as a SHA-256 has in hex: PostgreSQL takes no more, SQLite would."""


@dataclass(frozen=True, kw_only=True)
class Context:
    """`caller` is the process whose key opened the body; nobody states it. `actor` is `account/<pseudonym>`
    or `system/<process>`; `organisation` is whose data it is. `correlation` is the same for all that follows
    from one request at the door, `causation` is the event or request it follows from. The same `idempotency`
    key gives the same answer, and `digest` tells whether it was the same command. `case` is the file that it
    belongs to. `terms` are those in force as this process asked for them: they are not sent, nor believed.
    """

    caller: str = ""
    actor: str = ""
    organisation: str | None = None
    role: str | None = None
    session: str | None = None
    purpose: str | None = None
    legal_basis: str | None = None
    correlation: str = ""
    causation: str | None = None
    idempotency: str | None = None
    digest: str | None = None
    case: str | None = None
    terms: Agreed | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for an idempotency key that not every database takes."""
        if self.idempotency is not None and len(self.idempotency) > LONGEST_KEY:
            raise ValueError(f"an idempotency key has at most {LONGEST_KEY} characters")

    def to_wire(self) -> dict[str, str]:
        """What is known, without what nobody can say: the caller is proven by a key, terms are asked for."""
        return {name: value for name in _SAID if (value := getattr(self, name))}

    @classmethod
    def from_wire(cls, said: Mapping[str, Any], *, caller: str) -> Context:
        """Unknown names are left aside (a newer caller may say more).

        Raises ValueError when a known one holds anything but text or null, or too long a key.
        """
        known = {name: said[name] for name in _SAID if said.get(name) is not None}
        if not all(isinstance(value, str) for value in known.values()):
            raise ValueError("a context holds text only")
        return cls(caller=caller, **known)


_SAID = tuple(field.name for field in fields(Context) if field.name not in ("caller", "terms"))
