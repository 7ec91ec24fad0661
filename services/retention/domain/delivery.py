"""An answer waits for whose it is: it is collected once, with link and code, within its term, or by nobody (P15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from services.contracts.retention import (
    DeliveryCodeRefused,
    DeliveryCollected,
    DeliveryExpired,
    DeliveryPrepared,
    DeliveryVoided,
    Right,
    VoidGround,
)
from services.kernel.decider import Decider, Refused

MOST_TRIES = 5
DELIVERED = (Right.ACCESS, Right.PORTABILITY)
"""What is answered with a file."""


@dataclass(frozen=True, kw_only=True)
class Prepare:
    """`code` is a slow hash; `gone` says that the person's erasure was ordered."""

    delivery: str
    request: str
    account: str
    organisation: str
    right: Right
    token_digest: str
    code: str
    size: int
    rule: str
    expires_at: datetime
    gone: bool
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Collect:
    """`right` says whether the code was the right one."""

    right: bool
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Void:
    why: VoidGround
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Expire:
    at: datetime


Command = Prepare | Collect | Void | Expire
Event = DeliveryPrepared | DeliveryCodeRefused | DeliveryCollected | DeliveryVoided | DeliveryExpired


class Status(StrEnum):
    UNKNOWN = "unknown"
    PREPARED = "prepared"
    COLLECTED = "collected"
    VOID = "void"
    EXPIRED = "expired"


OVER = {
    Status.COLLECTED: "delivery_collected",
    Status.VOID: "delivery_void",
    Status.EXPIRED: "delivery_expired",
}
"""By which code it is said that there is nothing to collect any more."""


@dataclass(frozen=True, kw_only=True)
class Delivery:
    status: Status = Status.UNKNOWN
    prepared: DeliveryPrepared | None = None
    tries: int = 0
    wait_until: datetime | None = None


def decide(state: Delivery, command: Command) -> Sequence[Event]:
    match state, command:
        case Delivery(prepared=None), Prepare():
            return _prepare(command)
        case Delivery(prepared=None), _:
            raise Refused("not_found")
        case _, Prepare():
            return []
        case Delivery(status=Status.PREPARED, prepared=prepared), Collect() if prepared:
            return _collect(state, prepared, command)
        case Delivery(status=Status.PREPARED, prepared=prepared), Void() if prepared:
            return [_voided(prepared, command.why, command.at)]
        case Delivery(status=Status.PREPARED, prepared=prepared), Expire() if prepared:
            over = command.at >= prepared.expires_at
            return [_expired(prepared, command.at)] if over else []
        case _, Collect():
            raise Refused(OVER[state.status])
        case _:
            return []


def _prepare(command: Prepare) -> Sequence[Event]:
    if command.gone:
        raise Refused("too_late")
    return [
        DeliveryPrepared(
            delivery=command.delivery,
            request=command.request,
            account=command.account,
            organisation=command.organisation,
            right=command.right,
            token_digest=command.token_digest,
            code=command.code,
            size=command.size,
            rule=command.rule,
            expires_at=command.expires_at,
            prepared_by=command.by,
            at=command.at,
        )
    ]


def _collect(state: Delivery, prepared: DeliveryPrepared, command: Collect) -> Sequence[Event]:
    if command.at >= prepared.expires_at:
        raise Refused("delivery_expired")
    if state.wait_until is not None and command.at < state.wait_until:
        raise Refused("throttled", retry_after=waiting(state.wait_until, command.at))
    if command.right:
        return [
            DeliveryCollected(
                delivery=prepared.delivery,
                request=prepared.request,
                account=prepared.account,
                organisation=prepared.organisation,
                at=command.at,
            )
        ]
    tries = state.tries + 1
    refused = DeliveryCodeRefused(
        delivery=prepared.delivery,
        account=prepared.account,
        organisation=prepared.organisation,
        tries=tries,
        wait_until=command.at + timedelta(seconds=2**tries),
        at=command.at,
    )
    if tries < MOST_TRIES:
        return [refused]
    return [refused, _voided(prepared, VoidGround.WRONG_CODES, command.at)]


def waiting(until: datetime, at: datetime) -> int:
    """Whole seconds from `at` until another code is looked at."""
    return int((until - at).total_seconds()) + 1


def _voided(prepared: DeliveryPrepared, why: VoidGround, at: datetime) -> DeliveryVoided:
    return DeliveryVoided(
        delivery=prepared.delivery, account=prepared.account, organisation=prepared.organisation, why=why, at=at
    )


def _expired(prepared: DeliveryPrepared, at: datetime) -> DeliveryExpired:
    return DeliveryExpired(
        delivery=prepared.delivery, account=prepared.account, organisation=prepared.organisation, at=at
    )


def evolve(state: Delivery, event: Event) -> Delivery:
    match event:
        case DeliveryPrepared():
            return Delivery(status=Status.PREPARED, prepared=event)
        case DeliveryCodeRefused():
            return replace(state, tries=event.tries, wait_until=event.wait_until)
        case DeliveryCollected():
            return replace(state, status=Status.COLLECTED)
        case DeliveryVoided():
            return replace(state, status=Status.VOID)
        case DeliveryExpired():
            return replace(state, status=Status.EXPIRED)


decider: Decider[Delivery, Command, Event] = Decider(Delivery(), decide, evolve)
