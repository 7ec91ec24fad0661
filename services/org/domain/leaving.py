"""An organisation that leaves says once what becomes of everything; until the order it may say otherwise (P01, P06)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from services.contracts.org import (
    ExportDelivered,
    LeavingCancelled,
    LeavingChoice,
    LeavingChosen,
    LeavingEnd,
    LeavingOrdered,
)
from services.kernel.decider import Decider, Refused


@dataclass(frozen=True, kw_only=True)
class Choose:
    """`ended` is the agreement that is terminated or over, with its last day; None while there is none such."""

    organisation: str
    choice: LeavingChoice
    by: str
    erasure: str
    ended: tuple[str, date] | None
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Stay:
    """Both sides have signed a new agreement."""

    at: datetime


@dataclass(frozen=True, kw_only=True)
class Deliver:
    """The last byte of the export has gone to `to`."""

    export: str
    to: str
    manifest_sha256: str
    files: int
    people: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class NoteOrder:
    """The log has the order for this erasure, as this entry."""

    organisation: str
    erasure: str
    entry: int
    at: datetime


Command = Choose | Stay | Deliver | NoteOrder
Event = LeavingChosen | LeavingCancelled | ExportDelivered | LeavingOrdered


class Status(StrEnum):
    STAYING = "staying"
    CHOSEN = "chosen"
    ORDERED = "ordered"


@dataclass(frozen=True, kw_only=True)
class Leaving:
    status: Status = Status.STAYING
    organisation: str = ""
    choice: LeavingChoice | None = None
    erasure: str = ""


def decide(leaving: Leaving, command: Command) -> Sequence[Event]:
    match leaving.status, command:
        case Status.ORDERED, Choose() as c:
            if c.choice is leaving.choice:
                return []
            raise Refused("too_late")
        case _, Choose(ended=None):
            raise Refused("agreement_not_ended")
        case Status.CHOSEN, Choose() as c if c.choice is leaving.choice:
            return []
        case Status.CHOSEN, Choose() as c:
            return [_cancelled(leaving, LeavingEnd.CHANGED, c.at), _chosen(c)]
        case Status.STAYING, Choose() as c:
            return [_chosen(c)]
        case Status.CHOSEN, Stay() as c:
            return [_cancelled(leaving, LeavingEnd.AGREEMENT, c.at)]
        case Status.STAYING, Stay():
            return []
        case Status.ORDERED, Stay():
            raise Refused("organisation_left")
        case Status.CHOSEN, Deliver() as c:
            return [_delivered(leaving, c)]
        case _, Deliver():
            raise Refused("leaving_not_chosen")
        case Status.ORDERED, NoteOrder():
            return []
        case _, NoteOrder() as c:
            # The order stands in the log: whatever was said here at the same moment came too late.
            return [LeavingOrdered(organisation=c.organisation, erasure=c.erasure, entry=c.entry, at=c.at)]
        case _:
            raise AssertionError("every command has its line above")


def _chosen(command: Choose) -> LeavingChosen:
    assert command.ended is not None, "the table has answered for None"  # noqa: S101
    agreement, ends_on = command.ended
    return LeavingChosen(
        organisation=command.organisation,
        agreement=agreement,
        ends_on=ends_on,
        choice=command.choice,
        chosen_by=command.by,
        erasure=command.erasure,
        at=command.at,
    )


def _cancelled(leaving: Leaving, why: LeavingEnd, at: datetime) -> LeavingCancelled:
    return LeavingCancelled(organisation=leaving.organisation, erasure=leaving.erasure, why=why, at=at)


def _delivered(leaving: Leaving, command: Deliver) -> ExportDelivered:
    return ExportDelivered(
        organisation=leaving.organisation,
        erasure=leaving.erasure,
        export=command.export,
        delivered_to=command.to,
        manifest_sha256=command.manifest_sha256,
        files=command.files,
        people=command.people,
        at=command.at,
    )


def evolve(leaving: Leaving, event: Event) -> Leaving:
    match event:
        case LeavingChosen():
            return Leaving(
                status=Status.CHOSEN,
                organisation=event.organisation,
                choice=event.choice,
                erasure=event.erasure,
            )
        case LeavingCancelled():
            return replace(leaving, status=Status.STAYING, choice=None, erasure="")
        case ExportDelivered():
            return leaving
        case LeavingOrdered():
            return replace(leaving, status=Status.ORDERED, organisation=event.organisation, erasure=event.erasure)


decider: Decider[Leaving, Command, Event] = Decider(Leaving(), decide, evolve)
