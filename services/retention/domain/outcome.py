"""A request is answered once: what was asked is done, or refused on a ground, with reasons and remedies (P15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.contracts.retention import (
    DataRequested,
    ErasureExcepted,
    RefusalGround,
    RequestFulfilled,
    RequestRefused,
    RestrictionGround,
    Right,
)
from services.kernel.decider import Refused
from services.retention.domain import exception
from services.retention.domain.exception import Exceptions


@dataclass(frozen=True, kw_only=True)
class Fulfil:
    """`outcome` and `statement` are personal. An erasure is fulfilled by beginning it.

    `effect` is auth's event that corrected or restricted; `restriction` says on which ground. `exceptions` are what an
    erasure leaves. `remedies` are those of version `law` where a statement is kept and nothing was put right.
    """

    outcome: str
    erasure: str | None
    statement: str | None = None
    effect: str | None = None
    restriction: RestrictionGround | None = None
    recipients: tuple[str, ...] = ()
    exceptions: Exceptions | None = None
    remedies: tuple[str, ...] | None = None
    law: int | None = None
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Refuse:
    """`reasons` are personal; `remedies` are the codes of what may be done about it, by this version of the law."""

    ground: RefusalGround
    reasons: str
    remedies: tuple[str, ...]
    law: int
    by: str
    at: datetime


def fulfil(asked: DataRequested, command: Fulfil) -> Sequence[ErasureExcepted | RequestFulfilled]:
    if (asked.right is Right.ERASURE) != (command.erasure is not None):
        raise Refused("not_yet")
    if (asked.right is Right.RESTRICTION) != (command.restriction is not None):
        raise Refused("ground_needed")
    if asked.right is Right.OBJECTION or (asked.right is Right.RECTIFICATION and not _rectifies(command)):
        raise Refused("invalid")
    kept, excepted = command.exceptions, list[ErasureExcepted]()
    if kept is not None:
        if command.erasure is None:
            raise Refused("invalid")
        excepted += exception.told(asked, command.erasure, kept, command.by, command.at)
    return [
        *excepted,
        RequestFulfilled(
            request=asked.request,
            account=asked.account,
            organisation=asked.organisation,
            outcome=command.outcome,
            erasure=command.erasure,
            statement=command.statement,
            effect=command.effect,
            restriction=command.restriction,
            remedies=kept.remedies if kept else command.remedies,
            law=kept.law if kept else command.law,
            recipients=command.recipients or None,
            fulfilled_by=command.by,
            at=command.at,
        ),
    ]


def _rectifies(command: Fulfil) -> bool:
    """Either something was put right, or what the person says about it now stands beside it (AVG 16)."""
    return command.effect is not None or command.statement is not None


def refuse(asked: DataRequested, command: Refuse, *, known: bool) -> Sequence[RequestRefused]:
    if command.ground is RefusalGround.IDENTITY_NOT_ESTABLISHED and known:
        raise Refused("identity_known")
    if not command.remedies:
        raise Refused("not_yet")
    return [
        RequestRefused(
            request=asked.request,
            account=asked.account,
            organisation=asked.organisation,
            ground=command.ground,
            reasons=command.reasons,
            remedies=command.remedies,
            law=command.law,
            refused_by=command.by,
            at=command.at,
        )
    ]
