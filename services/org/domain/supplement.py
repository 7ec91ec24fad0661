"""A supplement is asked for once, and published or refused once, with reasons, within a term (P05)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from services.contracts.org import SupplementPublished, SupplementRefused, SupplementRequested
from services.kernel.decider import Decider, Refused
from services.org.domain.statement import LANGUAGES


class Trigger(StrEnum):
    """What makes the term for an answer begin."""

    SUPPLEMENT_REQUESTED = "supplement_requested"


@dataclass(frozen=True, kw_only=True)
class Request:
    """`rule` and `due` say by when, and by which version of the term."""

    supplement: str
    organisation: str
    fields: tuple[str, ...]
    reasons: str
    rule: str
    due: datetime
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Publish:
    """`labels` of every field that the text has to name, by language: those asked for, and those that are active."""

    version: int
    fields: tuple[str, ...]
    labels: Sequence[Mapping[str, str]]
    texts: Mapping[str, str]
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Refuse:
    reasons: str
    at: datetime


Command = Request | Publish | Refuse
Event = SupplementRequested | SupplementPublished | SupplementRefused


class State(StrEnum):
    UNKNOWN = "unknown"
    REQUESTED = "requested"
    PUBLISHED = "published"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True)
class Supplement:
    state: State = State.UNKNOWN
    supplement: str = ""
    organisation: str = ""


def decide(supplement: Supplement, command: Command) -> Sequence[Event]:
    match supplement.state, command:
        case State.UNKNOWN, Request() as c:
            return [
                SupplementRequested(
                    supplement=c.supplement,
                    organisation=c.organisation,
                    fields=c.fields,
                    reasons=c.reasons,
                    rule=c.rule,
                    due=c.due,
                    at=c.at,
                )
            ]
        case State.REQUESTED, Publish() as c:
            if unnamed := list(_unnamed(c)):
                raise Refused("field_not_named", errors={lang: ["A label is missing."] for lang in unnamed})
            return [
                SupplementPublished(
                    supplement=supplement.supplement,
                    organisation=supplement.organisation,
                    supplement_version=c.version,
                    fields=c.fields,
                    nl=c.texts["nl"],
                    en=c.texts["en"],
                    at=c.at,
                )
            ]
        case State.REQUESTED, Refuse() as c:
            return [
                SupplementRefused(
                    supplement=supplement.supplement,
                    organisation=supplement.organisation,
                    reasons=c.reasons,
                    at=c.at,
                )
            ]
        case State.UNKNOWN, _:
            raise Refused("not_found")
        case _:
            raise Refused("supplement_answered")


def names(text: str, label: str) -> bool:
    """Whether a text has this label in it, however it is capitalised."""
    return label.casefold() in text.casefold()


def _unnamed(command: Publish) -> Iterable[str]:
    """The languages in which the text leaves a field out: who reads one language reads of every field."""
    for lang in LANGUAGES:
        if not all(names(command.texts[lang], label[lang]) for label in command.labels):
            yield lang


def evolve(supplement: Supplement, event: Event) -> Supplement:
    match event:
        case SupplementRequested():
            return Supplement(state=State.REQUESTED, supplement=event.supplement, organisation=event.organisation)
        case SupplementPublished():
            return replace(supplement, state=State.PUBLISHED)
        case SupplementRefused():
            return replace(supplement, state=State.REFUSED)


decider: Decider[Supplement, Command, Event] = Decider(Supplement(), decide, evolve)
