"""A custom field is proposed, takes values once a supplement names it, and is retired for good (P05)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.contracts.org import CustomFieldActivated, CustomFieldProposed, CustomFieldRetired, FieldKind
from services.contracts.privacy import Purpose
from services.kernel.decider import Decider, Refused


@dataclass(frozen=True, kw_only=True)
class Propose:
    field: str
    organisation: str
    label: dict[str, str]
    description: dict[str, str]
    kind: FieldKind
    choices: tuple[str, ...]
    serves: Purpose
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Activate:
    """This supplement, of this version, was published and names the field."""

    supplement: str
    version: int
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Retire:
    at: datetime


Command = Propose | Activate | Retire
Event = CustomFieldProposed | CustomFieldActivated | CustomFieldRetired


class State(StrEnum):
    UNKNOWN = "unknown"
    PROPOSED = "proposed"
    ACTIVE = "active"
    RETIRED = "retired"


@dataclass(frozen=True, kw_only=True)
class Field:
    state: State = State.UNKNOWN
    field: str = ""
    organisation: str = ""


def decide(field: Field, command: Command) -> Sequence[Event]:
    match field.state, command:
        case State.UNKNOWN, Propose() as c:
            return [
                CustomFieldProposed(
                    field=c.field,
                    organisation=c.organisation,
                    label_nl=c.label["nl"],
                    label_en=c.label["en"],
                    description_nl=c.description["nl"],
                    description_en=c.description["en"],
                    field_kind=c.kind,
                    choices=c.choices,
                    serves=c.serves,
                    at=c.at,
                )
            ]
        case State.PROPOSED, Activate() as c:
            return [
                CustomFieldActivated(
                    field=field.field,
                    organisation=field.organisation,
                    supplement=c.supplement,
                    supplement_version=c.version,
                    at=c.at,
                )
            ]
        case ((State.PROPOSED | State.ACTIVE), Retire() as c):
            return [CustomFieldRetired(field=field.field, organisation=field.organisation, at=c.at)]
        case State.UNKNOWN, _:
            raise Refused("not_found")
        case _:
            # Named again, retired again, or retired before the supplement came: nothing is left to do.
            return []


def evolve(field: Field, event: Event) -> Field:
    match event:
        case CustomFieldProposed():
            return Field(state=State.PROPOSED, field=event.field, organisation=event.organisation)
        case CustomFieldActivated():
            return replace(field, state=State.ACTIVE)
        case CustomFieldRetired():
            return replace(field, state=State.RETIRED)


decider: Decider[Field, Command, Event] = Decider(Field(), decide, evolve)
