"""What witnesses said of the log's checkpoints is kept beside them, and never instead of them."""

from __future__ import annotations

from sqlalchemy import Connection, func, select, text

from services.audit.ledger.tables import cosignatures, witnessed

_KEEP = text(
    "insert into log_cosignatures (size, witness, line, at) values (:size, :witness, :line, :at)"
    " on conflict (size, witness) do nothing"
)
_MARK = text("insert into log_witnessed (policy, size) values (:policy, :size) on conflict (policy, size) do nothing")


def keep(session: Connection, size: int, witness: str, line: bytes, at: str) -> None:
    """Keep one verified cosignature; a second one of the same witness under the same checkpoint changes nothing."""
    session.execute(_KEEP, {"size": size, "witness": witness, "line": line, "at": at})


def mark(session: Connection, policy: str, size: int) -> None:
    """Say that the checkpoint of this size met the policy of this digest."""
    session.execute(_MARK, {"policy": policy, "size": size})


def witnesses_of(session: Connection, size: int) -> set[str]:
    """The verifier keys of those who cosigned the checkpoint of this size."""
    of = cosignatures.c
    return set(session.execute(select(of.witness).where(of.size == size)).scalars())


def newest_of(session: Connection, witness: str) -> int:
    """The size of the newest checkpoint that a witness cosigned; 0 when it never did."""
    of = cosignatures.c
    return session.execute(select(func.max(of.size)).where(of.witness == witness)).scalar() or 0


def newest_cosigned(session: Connection) -> int:
    """The size of the newest checkpoint that anybody cosigned; 0 when none is."""
    return session.execute(select(func.max(cosignatures.c.size))).scalar() or 0


def newest(session: Connection, policy: str) -> int:
    """The size of the newest checkpoint that met a policy; 0 when none did."""
    of = witnessed.c
    return session.execute(select(func.max(of.size)).where(of.policy == policy)).scalar() or 0
